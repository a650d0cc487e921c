/** The version of Meta's Graph API that is asked unless the configuration says another; current since v20 ended on 2026-09-24. */
export const graphVersion = "v26.0";

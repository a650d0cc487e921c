/** The payloads that the package ships: `meta/<name>.json`, and in `events/<name>.json` what becomes of each. */
export const fixturesFolder = new URL("../../../../fixtures/", import.meta.url);

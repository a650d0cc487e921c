import type { ApiAnswer, Judgement } from "../http/api.ts";

/** Intercom's own words, where they say more than the status: developers.intercom.com, "Error codes". */
const codes: Readonly<Record<string, Judgement>> = {
  unauthorized: config("the access token is not valid: copy it again from the app"),
  token_unauthorized: config("the app may not do this: give it the permission"),
  token_not_found: config("the access token is not valid: copy it again from the app"),
  token_revoked: config("the access token was revoked: make another one"),
  token_suspended: config("the workspace or its app is suspended: look at Intercom"),
  token_blocked: config("the app is blocked: look at Intercom's Developer Hub"),
  action_forbidden: config("the app may not do this: give it the permission"),
  forbidden: config("the app may not do this: give it the permission"),
  api_plan_restricted: config("the workspace's plan does not have this: change the plan"),
  intercom_version_invalid: config("this version of the API is gone: set `version`"),
  admin_not_found: config("there is no teammate with this id: correct `admin`"),
  rate_limit_exceeded: { verdict: "outage" },
  too_many_requests: { verdict: "outage" },
  service_unavailable: { verdict: "outage" },
  request_timeout: { verdict: "outage", maybeDone: true },
  server_error: { verdict: "outage", maybeDone: true },
};

function config(words: string): Judgement {
  return { verdict: "config", words };
}

export function judge(answer: ApiAnswer): Judgement | undefined {
  const { code, message } = firstError(answer);
  if (/^Custom attribute .{1,200} does not exist/.test(message)) {
    return config("a custom attribute of `attributes` is missing: waypost doctor names it");
  }
  // What our side writes on a contact who is there: Intercom says the same of a conversation, which is looked at first.
  if (answer.status === 404 && message === "Resource Not Found") {
    return config("there is no teammate in whose name our side could write: correct `admin`");
  }
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined;
  // A status that says more than its code, as of 5xx with client words, is believed.
  if (known === undefined || (answer.status >= 500 && known.verdict !== "outage")) return undefined;
  const afterMs = known.verdict === "outage" ? windowLeftMs(answer) : undefined;
  return { ...known, code, ...(afterMs !== undefined && { afterMs }) };
}

export function firstError({ json }: Pick<ApiAnswer, "json">): { code: string; message: string } {
  const { errors } = (json ?? {}) as { errors?: unknown };
  const [first] = Array.isArray(errors) ? errors : [];
  const { code, message } = (first ?? {}) as { code?: unknown; message?: unknown };
  return { code: String(code ?? ""), message: String(message ?? "") };
}

/** Until the window of ten seconds ends, by Intercom's own clock. */
export function windowLeftMs({ headers }: Pick<ApiAnswer, "headers">): number | undefined {
  const resetAt = Number(headers["x-ratelimit-reset"]) * 1_000;
  const now = Date.parse(String(headers["date"]));
  // Its Date has no fractions: what is left may be up to a second less, never more.
  return resetAt > now ? Math.min(resetAt - now, 60_000) : undefined;
}

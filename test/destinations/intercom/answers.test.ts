import { intercom } from "../../../src/destinations/intercom/intercom.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { delivering } from "../delivering.ts";
import { type DocumentedAnswer, documentedAnswers } from "../documented-answers.ts";
import type { StubAnswer } from "../stub.ts";
import { intercomToken, startIntercomStub } from "./stub.ts";

const said = (status: number, body: object = {}, headers: object = {}): StubAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const coded = (status: number, code: string, message = "…", headers: object = {}) =>
  said(status, { type: "error.list", errors: [{ code, message }] }, headers);
const config = (status: number, code: string, words: RegExp): DocumentedAnswer => ({
  ...{ on: `${status} \`${code}\``, answer: coded(status, code), verdict: "config", words },
});
const outage = (status: number, code: string, more: object = {}): DocumentedAnswer => ({
  ...{ on: `\`${code}\``, answer: coded(status, code), verdict: "outage" },
  ...{ words: new RegExp(`answered ${status} ${code}$`), ...more },
});
/** By Intercom's own clock the window ends in seven seconds. */
const window = { date: "Wed, 02 Dec 2026 10:00:03 GMT", "x-ratelimit-reset": "1796205610" };

const maybeDone = true;
const limited = true;
const answers: readonly DocumentedAnswer[] = [
  outage(429, "rate_limit_exceeded", { limited }),
  outage(429, "too_many_requests", { limited }),
  {
    on: "429 with the end of the window",
    answer: coded(429, "rate_limit_exceeded", "…", window),
    ...{ limited, verdict: "outage", words: /rate_limit_exceeded$/, afterMs: 7_000 },
  },
  outage(503, "service_unavailable"),
  outage(408, "request_timeout", { maybeDone }),
  outage(500, "server_error", { maybeDone }),
  { on: "5xx", answer: said(502), maybeDone, verdict: "outage", words: /answered 502$/ },
  {
    ...{ on: "5xx in the words of a refusal", answer: coded(500, "unauthorized"), maybeDone },
    ...{ verdict: "outage", words: /answered 500$/ },
  },
  { on: "2xx", answer: said(200), maybeDone, verdict: "outage", words: /cannot be read/ },
  config(401, "unauthorized", /not valid: copy it again from the app/),
  config(401, "token_not_found", /not valid: copy it again from the app/),
  config(401, "token_revoked", /revoked: make another one/),
  config(401, "token_unauthorized", /may not do this: give it the permission/),
  config(401, "token_suspended", /suspended: look at Intercom/),
  config(401, "token_blocked", /blocked: look at Intercom's Developer Hub/),
  config(403, "action_forbidden", /give it the permission/),
  config(403, "forbidden", /give it the permission/),
  config(403, "api_plan_restricted", /change the plan/),
  config(400, "admin_not_found", /correct `admin`/),
  {
    on: "404 `not_found` of the teammate",
    answer: coded(404, "not_found", "Resource Not Found"),
    ...{ verdict: "config", words: /no teammate in whose name our side could write/ },
  },
  config(400, "intercom_version_invalid", /set `version`/),
  {
    on: "a custom attribute",
    answer: coded(400, "parameter_invalid", "Custom attribute 'city' does not exist"),
    ...{ verdict: "config", words: /attribute of `attributes` is missing: waypost doctor/ },
  },
  { on: "401", answer: said(401), verdict: "config", words: /check the credentials/ },
  { on: "403", answer: said(403), verdict: "config", words: /check the credentials/ },
  { on: "404", answer: said(404), verdict: "config", words: /check the address/ },
  { on: "400", answer: said(400), verdict: "refused", words: /answered 400$/ },
  { on: "409", answer: said(409), verdict: "refused", words: /answered 409$/ },
  {
    ...{ on: "422", answer: coded(422, "parameter_invalid") },
    ...{ verdict: "refused", words: /answered 422$/ },
  },
];

documentedAnswers("intercom", answers, async (answer) => {
  const server = await startIntercomStub();
  const given = { token: intercomToken, baseUrl: server.stub.url };
  const destination = intercom.create("desk", given, { log: createArrayLog() });
  try {
    if (typeof answer !== "function") server.stub.fail(answer);
    return await delivering(destination).fails(makeText("hello"));
  } finally {
    await destination.close();
    await server.stub.close();
  }
});

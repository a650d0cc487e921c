import { freshdesk } from "../../../src/destinations/freshdesk/freshdesk.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { delivering } from "../delivering.ts";
import { type DocumentedAnswer, documentedAnswers } from "../documented-answers.ts";
import type { StubAnswer } from "../stub.ts";
import { freshdeskKey, startFreshdeskStub } from "./stub.ts";

const said = (status: number, body: object = {}, headers: object = {}): StubAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const coded = (status: number, code: string) => said(status, { code, message: "…" });
/** Of a field of the ticket. */
const field = (code: string, name: string) =>
  said(400, { description: "Validation failed", errors: [{ field: name, code, message: "…" }] });
const ofField = (code: string, name = "type"): DocumentedAnswer => ({
  ...{ on: `\`${code}\` of ${name}`, answer: field(code, name) },
  ...{ verdict: "config", words: new RegExp(`${code}: the field ${name} is not as Freshdesk`) },
});

const maybeDone = true;
const limited = true;
const answers: readonly DocumentedAnswer[] = [
  { on: "429", answer: said(429), limited, verdict: "outage", words: /answered 429$/ },
  {
    ...{ on: "429 with a Retry-After", answer: said(429, {}, { "retry-after": "30" }), limited },
    ...{ verdict: "outage", words: /answered 429$/, afterMs: 30_000 },
  },
  { on: "5xx", answer: said(500), maybeDone, verdict: "outage", words: /answered 500$/ },
  { on: "2xx", answer: said(201), maybeDone, verdict: "outage", words: /cannot be read/ },
  {
    ...{ on: "`invalid_credentials`", answer: coded(401, "invalid_credentials") },
    ...{ verdict: "config", words: /401 invalid_credentials: .*copy it again from Profile/ },
  },
  {
    ...{ on: "`access_denied`", answer: coded(403, "access_denied") },
    ...{ verdict: "config", words: /may not do this: give them a role/ },
  },
  {
    ...{ on: "`require_feature`", answer: coded(403, "require_feature") },
    ...{ verdict: "config", words: /change the plan/ },
  },
  {
    ...{ on: "`account_suspended`", answer: coded(403, "account_suspended") },
    ...{ verdict: "config", words: /suspended: look at Freshdesk/ },
  },
  {
    ...{ on: "`password_lockout`", answer: coded(403, "password_lockout") },
    ...{ verdict: "config", words: /unlock them/ },
  },
  {
    ...{ on: "`password_expired`", answer: coded(403, "password_expired") },
    ...{ verdict: "config", words: /set another one/ },
  },
  {
    ...{ on: "`ssl_required`", answer: coded(403, "ssl_required") },
    ...{ verdict: "config", words: /https alone: correct `baseUrl`/ },
  },
  { on: "401", answer: said(401), verdict: "config", words: /check the credentials/ },
  { on: "403", answer: said(403), verdict: "config", words: /check the credentials/ },
  { on: "404", answer: said(404), verdict: "config", words: /check the address/ },
  { on: "405", answer: said(405), verdict: "config", words: /answered 405/ },
  ofField("missing_field"),
  ofField("missing_field", "cf_of_the_account"),
  ofField("invalid_field"),
  ofField("invalid_value", "group_id"),
  ofField("datatype_mismatch", "priority"),
  {
    ...{ on: "400 of what Waypost fills", answer: field("missing_field", "subject") },
    ...{ verdict: "refused", words: /answered 400$/ },
  },
  {
    ...{
      on: "`invalid_value` of a field that no option fills",
      answer: field("invalid_value", "x"),
    },
    ...{ verdict: "refused", words: /answered 400$/ },
  },
  { on: "409", answer: said(409), verdict: "refused", words: /answered 409$/ },
  { on: "413", answer: said(413), verdict: "refused", words: /answered 413$/ },
  { on: "422", answer: said(422), verdict: "refused", words: /answered 422$/ },
];

documentedAnswers("freshdesk", answers, async (answer) => {
  const server = await startFreshdeskStub();
  const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: server.stub.url };
  const destination = freshdesk.create("desk", given, { log: createArrayLog() });
  try {
    if (typeof answer !== "function") server.stub.fail(answer);
    return await delivering(destination).fails(makeText("hello"));
  } finally {
    await destination.close();
    await server.stub.close();
  }
});

import { makeText } from "../../store/make-events.ts";
import { type DocumentedAnswer, documentedAnswers } from "../documented-answers.ts";
import type { StubAnswer } from "../stub.ts";
import { openCrm } from "./open-crm.ts";

const mia = { waId: "15555550123", name: "Mia" };
const said = (status: number, json: object = {}): StubAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ status: "error", message: "…", ...json }),
});
const limit = (policyName: string) => said(429, { policyName });
/** As JSON within the message, or as `errors`. */
const invalid = (error: string, name: string) =>
  said(400, {
    category: "VALIDATION_ERROR",
    message: `Property values were not valid: ${JSON.stringify([{ isValid: false, error, name }])}`,
  });
const listed = (code: string, name: string) =>
  said(400, { errors: [{ code, message: "…", context: { propertyName: [name] } }] });
const scopes = (...names: string[]) =>
  said(403, {
    category: "MISSING_SCOPES",
    errors: [{ context: { requiredGranularScopes: names } }],
  });

const limited = true;
const maybeDone = true;
const answers: readonly DocumentedAnswer[] = [
  {
    ...{ on: "429 `TEN_SECONDLY_ROLLING`", answer: limit("TEN_SECONDLY_ROLLING"), limited },
    ...{ verdict: "outage", words: /too many calls in ten seconds/, afterMs: 10_000 },
  },
  {
    ...{ on: "429 `SECONDLY`", answer: limit("SECONDLY"), limited },
    ...{ verdict: "outage", words: /too many calls in a second/, afterMs: 1_000 },
  },
  {
    ...{ on: "429 `DAILY`", answer: limit("DAILY"), limited },
    ...{ verdict: "outage", words: /calls of this day are used up/, afterMs: 900_000 },
  },
  { on: "429 of another limit", answer: limit("Mia"), limited, verdict: "outage", words: /429$/ },
  { on: "423", answer: said(423), verdict: "outage", words: /answered 423$/ },
  { on: "477", answer: said(477), verdict: "outage", words: /the account is being moved/ },
  { on: "5xx", answer: said(502), verdict: "outage", words: /answered 502$/, maybeDone },
  { on: "5xx that was not begun", answer: said(503), verdict: "outage", words: /answered 503$/ },
  {
    ...{ on: "2xx", answer: said(201), maybeDone },
    ...{ verdict: "outage", words: /answered 201 with something that cannot be read/ },
  },
  { on: "401", answer: said(401), verdict: "config", words: /set a service key/ },
  { on: "404", answer: said(404), verdict: "config", words: /check the address/ },
  {
    ...{ on: "403 `MISSING_SCOPES`", answer: scopes("tickets", "files", "Mia") },
    ...{ verdict: "config", words: /add the scope tickets, files to the service key/ },
  },
  {
    ...{ on: "403 `MISSING_SCOPES` without them", answer: scopes() },
    ...{ verdict: "config", words: /add the scope that it needs/ },
  },
  { on: "403", answer: said(403), verdict: "config", words: /check its scopes/ },
  {
    ...{ on: "`PROPERTY_DOESNT_EXIST`", answer: invalid("PROPERTY_DOESNT_EXIST", "waypost_id") },
    ...{ verdict: "config", words: /no property waypost_id: create it, or let waypost add/ },
  },
  {
    ...{
      on: "`PROPERTY_DOESNT_EXIST` of errors",
      answer: listed("PROPERTY_DOESNT_EXIST", "waypost_id"),
    },
    ...{ verdict: "config", words: /no property waypost_id/ },
  },
  {
    ...{ on: "`READ_ONLY_VALUE`", answer: invalid("READ_ONLY_VALUE", "waypost_id") },
    ...{ verdict: "config", words: /lets nobody write waypost_id: take it out/ },
  },
  {
    ...{ on: "a fixed value", answer: invalid("INVALID_OPTION", "whatsapp_consent") },
    ...{ verdict: "config", words: /what the options say for whatsapp_consent/ },
  },
  {
    ...{ on: "no such stage", answer: invalid("INVALID_OPTION", "hs_pipeline_stage") },
    ...{
      verdict: "config",
      words: /does not know this hs_pipeline_stage: check pipeline and stage/,
    },
  },
  {
    ...{ on: "400 in somebody's words", answer: invalid("PROPERTY_DOESNT_EXIST", "by Mia") },
    ...{ verdict: "refused", words: /answered 400$/ },
  },
  { on: "400", answer: said(400), verdict: "refused", words: /answered 400$/ },
  { on: "409", answer: said(409), verdict: "refused", words: /answered 409$/ },
];

documentedAnswers("hubspot", answers, async (answer) => {
  const crm = await openCrm();
  try {
    await crm.deliver(makeText("first", { contact: mia }));
    if (typeof answer !== "function") crm.stub.fail(answer);
    return await crm.failure(makeText("x", { contact: mia }));
  } finally {
    await crm.close();
  }
});

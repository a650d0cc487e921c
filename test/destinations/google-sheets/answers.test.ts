import assert from "node:assert/strict";
import { DeliveryError } from "../../../src/contracts.ts";
import { googleSheets } from "../../../src/destinations/google-sheets/google-sheets.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type DocumentedAnswer, documentedAnswers } from "../documented-answers.ts";
import { json, Refusal } from "./answers.ts";
import { email, startSheetsStub } from "./stub.ts";

const said = (code: number, status: string, message = "…", reason?: string) =>
  new Refusal(code, status, message, reason).answer;
const invalid = (message: string) => said(400, "INVALID_ARGUMENT", message);

const maybeDone = true;
const limited = true;
const answers: readonly DocumentedAnswer[] = [
  {
    on: "429 with a Retry-After",
    answer: { ...said(429, "RESOURCE_EXHAUSTED"), headers: { "retry-after": "7" } },
    ...{ limited, verdict: "outage", afterMs: 7_000 },
    words: /429 RESOURCE_EXHAUSTED: the quota of this minute is used up/,
  },
  {
    on: "`RESOURCE_EXHAUSTED`",
    answer: { ...said(429, "RESOURCE_EXHAUSTED"), headers: { "retry-after": "9" } },
    ...{ limited, verdict: "outage", words: /quota of this minute/, afterMs: 9_000 },
  },
  {
    on: "`RATE_LIMIT_EXCEEDED`",
    answer: {
      ...said(403, "PERMISSION_DENIED", "Quota exceeded", "RATE_LIMIT_EXCEEDED"),
      headers: { "retry-after": "5" },
    },
    ...{ verdict: "outage", words: /quota of this minute/, afterMs: 5_000, limited },
  },
  {
    ...{ on: "409 `ABORTED`", answer: said(409, "ABORTED"), verdict: "outage" },
    words: /409 ABORTED: another change was under way/,
  },
  { on: "5xx", answer: said(500, "INTERNAL"), maybeDone, verdict: "outage", words: /500$/ },
  { on: "2xx", answer: json(200, {}), maybeDone, verdict: "outage", words: /./ },
  {
    ...{ on: "403 `PERMISSION_DENIED`", answer: said(403, "PERMISSION_DENIED") },
    ...{ verdict: "config", words: new RegExp(`share the spreadsheet with ${email} as an editor`) },
  },
  {
    on: "`SERVICE_DISABLED`",
    answer: said(403, "PERMISSION_DENIED", "…", "SERVICE_DISABLED"),
    ...{ verdict: "config", words: /enable the Google Sheets API/ },
  },
  {
    ...{ on: "404 `NOT_FOUND`", answer: said(404, "NOT_FOUND"), verdict: "config" },
    words: /no such spreadsheet: check `spreadsheet`/,
  },
  {
    on: "`Unable to parse range`",
    answer: invalid("Unable to parse range: Messages!A1"),
    ...{ verdict: "config", words: /no sheet of the name "Messages"/ },
  },
  {
    on: "`above the limit of 10000000 cells`",
    answer: invalid(
      "This action would increase the number of cells above the limit of 10000000 cells.",
    ),
    ...{ verdict: "config", words: /the spreadsheet is full/ },
  },
  {
    on: "`exceeds grid limits`",
    answer: invalid("Range (Messages!ZZ1) exceeds grid limits. Max columns: 26"),
    ...{ verdict: "config", words: /add columns to the sheet/ },
  },
  {
    on: "`protected cell or object`",
    answer: invalid("You are trying to edit a protected cell or object."),
    ...{ verdict: "config", words: new RegExp(`protected: let ${email} edit it`) },
  },
  {
    on: "`not supported for this document`",
    answer: invalid("This operation is not supported for this document"),
    ...{ verdict: "config", words: /Save as Google Sheets/ },
  },
  {
    on: "`more than the maximum of 50000 characters in a single cell`",
    answer: invalid(
      "Your input contains more than the maximum of 50000 characters in a single cell.",
    ),
    ...{ verdict: "refused", words: /a cell is too long/ },
  },
  {
    ...{ on: "400", answer: invalid("Mia"), verdict: "refused", words: /answered 400$/ },
  },
  {
    ...{ on: "`invalid_grant`", answer: () => undefined, verdict: "config" },
    words: /400 invalid_grant: the key, the user or the audience is not accepted, or this clock/,
  },
  {
    ...{ on: "401", answer: json(401, {}), verdict: "config", words: /with a new access token/ },
  },
];

documentedAnswers("google-sheets", answers, async (answer) => {
  const google = await startSheetsStub();
  const destination = googleSheets.create("sheet", google.options, { log: createArrayLog() });
  try {
    if (typeof answer === "function") google.tokens.refuse = json(400, { error: "invalid_grant" });
    else google.stub.fail(answer, answer);
    const outcome = await attempt(destination, makeText("x", {}));
    assert.ok(outcome instanceof DeliveryError, "delivered");
    return outcome;
  } finally {
    await destination.close();
    await google.close();
  }
});

import assert from "node:assert/strict";
import { DeliveryError } from "../../../src/contracts.ts";
import { type DocumentedAnswer, documentedAnswers } from "../documented-answers.ts";
import type { StubAnswer } from "../stub.ts";
import { openDesk } from "./desk.ts";

const said = (status: number, body: object = {}, headers: object = {}): StubAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const coded = (status: number, error: string) => said(status, { error, description: "…" });

const maybeDone = true;
const limited = true;
const laneOnly = true;
const answers: readonly DocumentedAnswer[] = [
  {
    on: "429 of the account",
    answer: said(429, {}, { "retry-after": "41", "x-rate-limit-remaining": "0" }),
    ...{ limited, verdict: "outage", words: /429: too many requests/, afterMs: 41_000 },
  },
  {
    on: "429 of the ticket",
    answer: said(429, {}, { "retry-after": "300", "x-rate-limit-remaining": "90" }),
    ...{ limited, laneOnly, verdict: "outage", afterMs: 300_000 },
    words: /429: this ticket had 30 updates in 10 minutes/,
  },
  {
    ...{ on: "409 `UpdateConflict`", answer: coded(409, "UpdateConflict"), laneOnly },
    ...{ verdict: "outage", words: /409 UpdateConflict: the ticket was changed/ },
  },
  {
    ...{ on: "409 `DatabaseConflict`", answer: coded(409, "DatabaseConflict"), laneOnly },
    ...{ verdict: "outage", words: /409 DatabaseConflict/ },
  },
  { on: "5xx", answer: said(500), maybeDone, verdict: "outage", words: /answered 500$/ },
  { on: "408", answer: said(408), maybeDone, verdict: "outage", words: /answered 408$/ },
  { on: "423", answer: said(423), verdict: "outage", words: /answered 423$/ },
  { on: "2xx", answer: said(200), maybeDone, verdict: "outage", words: /without the ticket/ },
  { on: "401", answer: said(401), verdict: "config", words: /401 with a new access token/ },
  {
    ...{ on: "`invalid_client`", answer: () => undefined },
    ...{ verdict: "config", words: /invalid_client: check the client id and its secret/ },
  },
  {
    ...{ on: "403 `Forbidden`", answer: coded(403, "Forbidden") },
    ...{ verdict: "config", words: /403 Forbidden: the user of the OAuth client may not do this/ },
  },
  {
    ...{ on: "404 `InvalidEndpoint`", answer: coded(404, "InvalidEndpoint") },
    ...{ verdict: "config", words: /404 InvalidEndpoint: check the subdomain, and that Support/ },
  },
  {
    ...{ on: "404 `RecordNotFound`", answer: coded(404, "RecordNotFound") },
    ...{ verdict: "config", words: /404 RecordNotFound/ },
  },
  {
    ...{ on: "422 `RecordInvalid`", answer: coded(422, "RecordInvalid") },
    ...{ verdict: "refused", words: /answered 422 RecordInvalid$/ },
  },
  {
    ...{ on: "422 in somebody's words", answer: coded(422, "hello by Mia") },
    ...{ verdict: "refused", words: /answered 422$/ },
  },
  ...["InvalidValue", "TooManyValues", "AttachmentTooLarge", "InvalidPaginationParameter"].map(
    (code): DocumentedAnswer => ({
      ...{ on: `400 \`${code}\``, answer: coded(400, code), verdict: "refused" },
      words: new RegExp(`answered 400 ${code}$`),
    }),
  ),
];

documentedAnswers("zendesk", answers, async (answer) => {
  const desk = await openDesk();
  try {
    await desk.say(desk.text("first"));
    if (typeof answer === "function") {
      desk.stub.knowsClient = false;
      desk.stub.revoke();
    } else desk.stub.fail(answer, answer);
    const error = await desk.try(desk.text("hello"));
    assert.ok(error instanceof DeliveryError, "delivered");
    return error;
  } finally {
    await desk.close();
  }
});

import assert from "node:assert/strict";
import { DeliveryError } from "../../../src/contracts.ts";
import { makeText } from "../../store/make-events.ts";
import { type DocumentedAnswer, documentedAnswers } from "../documented-answers.ts";
import type { StubAnswer } from "../stub.ts";
import { openDesk } from "./desk.ts";

const message = "hello of +1 555 555 0123 is wrong";

/** As Salesforce tells what is wrong with a part of a composite request: under 200. */
function part(errorCode: string, httpStatusCode = 400, said = message): StubAnswer {
  const parts = ["person", "task"].map((referenceId, at) => ({
    ...{ referenceId, httpStatusCode, httpHeaders: {} },
    body: [{ errorCode: at === 1 ? errorCode : "PROCESSING_HALTED", message: said }],
  }));
  return { status: 200, body: JSON.stringify({ compositeResponse: parts }) };
}

/** Of the request itself. */
function whole(status: number, errorCode: string): StubAnswer {
  return { status, body: JSON.stringify([{ errorCode, message }]) };
}

const codes: Readonly<Record<string, readonly [DocumentedAnswer["verdict"], RegExp, object?]>> = {
  REQUEST_LIMIT_EXCEEDED: ["outage", /24 hours are used up/, { limited: true, afterMs: 1_800_000 }],
  UNABLE_TO_LOCK_ROW: [
    "outage",
    /another change holds the record/,
    { laneOnly: true, afterMs: 2_000 },
  ],
  SERVER_UNAVAILABLE: ["outage", /SERVER_UNAVAILABLE$/],
  QUERY_TIMEOUT: ["outage", /a look-up took too long/],
  UNKNOWN_EXCEPTION: ["outage", /UNKNOWN_EXCEPTION$/],
  APEX_ERROR: ["outage", /code of the account failed/],
  TXN_SECURITY_RUNTIME_EXCEPTION: ["outage", /TXN_SECURITY_RUNTIME_EXCEPTION$/],
  API_DISABLED_FOR_ORG: ["config", /no API access/],
  API_CURRENTLY_DISABLED: ["config", /disabled for this user/],
  FUNCTIONALITY_NOT_ENABLED: ["config", /not enabled/],
  CLIENT_NOT_ACCESSIBLE_FOR_USER: ["config", /allow the app for its user/],
  INSUFFICIENT_ACCESS: ["config", /permission set/],
  INSUFFICIENT_ACCESS_OR_READONLY: ["config", /permission set/],
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: ["config", /permission set/],
  INVALID_TYPE: ["config", /an object is not there for this user: .*permission set/],
  INVALID_FIELD: ["config", /create it, or give access.*waypost doctor says which/],
  INVALID_FIELD_FOR_INSERT_UPDATE: ["config", /may not be written/],
  NOT_FOUND: ["config", /waypost doctor says which/],
  REQUIRED_FIELD_MISSING: ["config", /add it under fields, task.fields or case.fields/],
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: ["config", /picklist: add it there/],
  INACTIVE_OWNER_OR_USER: ["config", /is deactivated: activate them, or configure another owner/],
  STORAGE_LIMIT_EXCEEDED: ["config", /storage is full: make room, then resume/],
  DUPLICATES_DETECTED: ["refused", /duplicate rule of the account blocks the new person/],
  DUPLICATE_VALUE: ["refused", /another record has this external id/],
  FIELD_CUSTOM_VALIDATION_EXCEPTION: ["refused", /validation rule/],
  FIELD_FILTER_VALIDATION_EXCEPTION: ["refused", /FIELD_FILTER_VALIDATION_EXCEPTION$/],
  FIELD_INTEGRITY_EXCEPTION: ["refused", /FIELD_INTEGRITY_EXCEPTION$/],
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: ["refused", /trigger or flow/],
  STRING_TOO_LONG: ["refused", /too long for its field/],
  MALFORMED_ID: ["refused", /MALFORMED_ID$/],
  MALFORMED_QUERY: ["refused", /MALFORMED_QUERY$/],
  JSON_PARSER_ERROR: ["refused", /does not fit its field/],
  ENTITY_IS_LOCKED: ["refused", /approval process/],
  ENTITY_IS_DELETED: ["refused", /the record was deleted/],
  INVALID_CROSS_REFERENCE_KEY: ["refused", /not there any more/],
  CANNOT_UPDATE_CONVERTED_LEAD: ["refused", /the lead was converted/],
};

const maybeDone = true;
const answers: readonly DocumentedAnswer[] = [
  ...Object.entries(codes).map(([code, [verdict, words, more]]) => ({
    ...{ on: `\`${code}\``, answer: part(code), verdict, words, ...more },
  })),
  {
    on: "`REQUEST_LIMIT_EXCEEDED` of long requests",
    answer: part("REQUEST_LIMIT_EXCEEDED", 403, "ConcurrentRequests Limit exceeded."),
    ...{ verdict: "outage", words: /too many long requests/, limited: true, afterMs: 30_000 },
  },
  {
    ...{ on: "`REQUEST_LIMIT_EXCEEDED` as a whole", answer: whole(403, "REQUEST_LIMIT_EXCEEDED") },
    ...{ verdict: "outage", words: /answered 403 REQUEST_LIMIT_EXCEEDED: .*used up/ },
    ...{ limited: true, afterMs: 1_800_000 },
  },
  {
    ...{ on: "`APEX_ERROR` as a whole", answer: whole(400, "APEX_ERROR"), maybeDone },
    ...{ verdict: "outage", words: /code of the account failed/ },
  },
  {
    ...{ on: "`INVALID_SESSION_ID`", answer: whole(401, "INVALID_SESSION_ID") },
    ...{ verdict: "config", words: /401 with a new access token: check/ },
  },
  {
    on: "300",
    answer: {
      status: 200,
      body: JSON.stringify({
        compositeResponse: ["person", "task"].map((referenceId) => ({
          ...{ referenceId, httpStatusCode: 300, body: ["/a", "/b"] },
        })),
      }),
    },
    ...{ verdict: "refused", words: /several records have this external id/ },
  },
  {
    ...{ on: "400 with a code that is not known", answer: part("NEW_FOR_15555550123") },
    ...{ verdict: "refused", words: /^Salesforce answered 400$/ },
  },
  { on: "5xx", answer: { status: 500 }, maybeDone, verdict: "outage", words: /answered 500$/ },
  {
    ...{ on: "2xx", answer: { status: 200, body: '{"compositeResponse":[]}' }, maybeDone },
    ...{ verdict: "outage", words: /without its parts/ },
  },
  {
    ...{ on: "`invalid_client`", answer: () => undefined },
    ...{ verdict: "config", words: /400 invalid_client: check the client id and its secret/ },
  },
];

documentedAnswers("salesforce", answers, async (answer) => {
  const desk = await openDesk();
  try {
    if (typeof answer === "function") desk.under.grants = false;
    else desk.under.stub.fail(answer, answer);
    const error = await desk.attempt(makeText("hello"));
    assert.ok(error instanceof DeliveryError, "delivered");
    assert.doesNotMatch(`${error.message} ${error.answer}`, /555|hello/);
    assert.deepEqual(desk.org.effects, [], "nothing of it is kept");
    return error;
  } finally {
    await desk.close();
  }
});

import { DeliveryError, type WaypostEvent } from "../../contracts.ts";
import type { ApiAnswer, Judgement } from "../http/api.ts";
import { statusVerdict } from "../http/verdicts.ts";
import { fieldsOf } from "../json.ts";
import { redactAnswer } from "../redact-answer.ts";

type Known = Omit<Judgement, "code">;

function config(words: string): Known {
  return { verdict: "config", words };
}

function refused(words?: string): Known {
  return { verdict: "refused", ...(words !== undefined && { words }) };
}

function outage(words?: string, more: Partial<Known> = {}): Known {
  return { verdict: "outage", ...(words !== undefined && { words }), ...more };
}

/** The day's requests come back bit by bit, over the last 24 hours; Salesforce says no time. */
const dailyLimit = outage(
  "the account's API requests of the last 24 hours are used up; it is asked again in 30 min",
  { limited: true, afterMs: 1_800_000 },
);
const concurrentLimit = outage("too many long requests of the account at a time", {
  ...{ limited: true, afterMs: 30_000 },
});

const access = "give the user of the app access to the object and its fields: a permission set";

/**
 * Salesforce's codes: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 * A code that is not here means what its status means.
 */
const table: Readonly<Record<string, Known>> = {
  REQUEST_LIMIT_EXCEEDED: dailyLimit,
  // Another transaction holds the person's account, or the case: of this conversation alone.
  UNABLE_TO_LOCK_ROW: outage("another change holds the record", { laneOnly: true, afterMs: 2_000 }),
  SERVER_UNAVAILABLE: outage(),
  QUERY_TIMEOUT: outage("a look-up took too long"),
  UNKNOWN_EXCEPTION: outage(undefined, { maybeDone: true }),
  APEX_ERROR: outage("code of the account failed", { maybeDone: true }),
  TXN_SECURITY_RUNTIME_EXCEPTION: outage(),
  INVALID_SESSION_ID: config("check the app and its user"),
  API_DISABLED_FOR_ORG: config("the edition or the user has no API access"),
  API_CURRENTLY_DISABLED: config("the API is disabled for this user"),
  INSUFFICIENT_ACCESS: config(access),
  INSUFFICIENT_ACCESS_OR_READONLY: config(access),
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: config(access),
  INVALID_TYPE: config(`an object is not there for this user: ${access}`),
  INVALID_FIELD: config(
    "a field is not there for this user: create it, or give access to it; waypost doctor says which",
  ),
  INVALID_FIELD_FOR_INSERT_UPDATE: config(
    "a field may not be written by this user: give access to it",
  ),
  NOT_FOUND: config("an object or an external id field is not there: waypost doctor says which"),
  REQUIRED_FIELD_MISSING: config(
    "the account requires a field that is not given: add it under fields, task.fields or case.fields",
  ),
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: config(
    "a value is not among those of its picklist: add it there, or configure another one",
  ),
  INACTIVE_OWNER_OR_USER: config(
    "the user whom it is to belong to is deactivated: activate them, or configure another owner",
  ),
  STORAGE_LIMIT_EXCEEDED: config("the account's storage is full: make room, then resume"),
  FUNCTIONALITY_NOT_ENABLED: config("a feature is not enabled"),
  CLIENT_NOT_ACCESSIBLE_FOR_USER: config("allow the app for its user"),
  DUPLICATES_DETECTED: refused(
    "a duplicate rule of the account blocks the new person: let it alert only, or give the existing one this phone",
  ),
  DUPLICATE_VALUE: refused("another record has this external id"),
  FIELD_CUSTOM_VALIDATION_EXCEPTION: refused("a validation rule of the account refuses it"),
  FIELD_FILTER_VALIDATION_EXCEPTION: refused(),
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: refused("a trigger or flow of the account refuses it"),
  FIELD_INTEGRITY_EXCEPTION: refused(),
  STRING_TOO_LONG: refused("a text is too long for its field"),
  MALFORMED_ID: refused(),
  MALFORMED_QUERY: refused(),
  JSON_PARSER_ERROR: refused("a value does not fit its field"),
  ENTITY_IS_DELETED: refused("the record was deleted"),
  ENTITY_IS_LOCKED: refused("an approval process locks the record"),
  INVALID_CROSS_REFERENCE_KEY: refused("a record is not there any more"),
  CANNOT_UPDATE_CONVERTED_LEAD: refused("the lead was converted"),
};

/** Of these what is remembered may be the cause: it is looked up anew before it counts. */
const stale = new Set([
  "CANNOT_UPDATE_CONVERTED_LEAD",
  "DUPLICATE_VALUE",
  "ENTITY_IS_DELETED",
  "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
  "INVALID_CROSS_REFERENCE_KEY",
  "NOT_FOUND",
]);

/** Of these a value that an event gave may be the cause. */
const ofValues = new Set([
  "FIELD_CUSTOM_VALIDATION_EXCEPTION",
  "FIELD_FILTER_VALIDATION_EXCEPTION",
  "FIELD_INTEGRITY_EXCEPTION",
  "INVALID_EMAIL_ADDRESS",
  "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
  "JSON_PARSER_ERROR",
  "MALFORMED_ID",
  "NUMBER_OUTSIDE_VALID_RANGE",
  "STRING_TOO_LONG",
]);

const several: Judgement = {
  verdict: "refused",
  words: "several records have this external id: make the field unique, and merge them",
};

/** What an answer other than 2xx means in Salesforce's words; undefined: none that are known. */
export function judge({ status, json }: Pick<ApiAnswer, "status" | "json">): Judgement | undefined {
  if (status === 300) return Array.isArray(json) ? several : undefined;
  const { errorCode, message } = firstError(json);
  if (errorCode === undefined || !Object.hasOwn(table, errorCode)) return undefined;
  const known = table[errorCode];
  if (known === undefined) return undefined;
  const isConcurrent = known === dailyLimit && /concurrent/i.test(message);
  return { ...(isConcurrent ? concurrentLimit : known), code: errorCode };
}

export function isDailyLimit({ json }: Pick<ApiAnswer, "json">): boolean {
  const { errorCode, message } = firstError(json);
  return errorCode === "REQUEST_LIMIT_EXCEEDED" && !/concurrent/i.test(message);
}

/** One answer within a composite request. */
export interface PartAnswer {
  readonly referenceId: string;
  readonly httpStatusCode: number;
  readonly body: unknown;
}

/** Why a composite request was rolled back. */
export interface Failure {
  readonly error: DeliveryError;
  readonly isStale: boolean;
  /** What its part holds may be the cause. */
  readonly isOfValues: boolean;
  /** The fields that Salesforce names; it need not name any. */
  readonly fields: readonly string[];
  /** The reference of the part that is at fault. */
  readonly part: string;
}

/** undefined: all of it was done. What did not fail itself says PROCESSING_HALTED. */
export function failureOf(
  parts: readonly PartAnswer[],
  event: WaypostEvent | undefined,
  secrets: readonly string[],
): Failure | undefined {
  const failed = parts.filter(({ httpStatusCode }) => httpStatusCode >= 300);
  const culprit =
    failed.find(({ body }) => firstError(body).errorCode !== "PROCESSING_HALTED") ?? failed[0];
  if (culprit === undefined) return undefined;
  const { httpStatusCode: status, body, referenceId: part } = culprit;
  const judged: Judgement = judge({ status, json: body }) ?? {
    verdict: statusVerdict(status).verdict,
  };
  const { verdict, code, words, afterMs, laneOnly = false, limited = false } = judged;
  const answered = ["Salesforce answered", status, code].filter(Boolean).join(" ");
  const error = new DeliveryError(
    verdict,
    words === undefined ? answered : `${answered}: ${words}`,
    {
      ...{ laneOnly, limited },
      ...(afterMs !== undefined && { afterMs }),
      ...(event && {
        answer: `${status} ${redactAnswer(JSON.stringify(body) ?? "", event, secrets)}`,
      }),
    },
  );
  const { errorCode = "", fields } = firstError(body);
  return {
    error,
    part,
    isStale: stale.has(errorCode),
    isOfValues: ofValues.has(errorCode),
    fields,
  };
}

interface OneError {
  readonly errorCode?: string;
  readonly message: string;
  readonly fields: readonly string[];
}

/** Its errors are a list; only the first is told to people. */
function firstError(json: unknown): OneError {
  const [first] = Array.isArray(json) ? json : [json];
  const { errorCode, message, fields } = fieldsOf(first);
  return {
    ...(typeof errorCode === "string" && { errorCode }),
    message: typeof message === "string" ? message : "",
    fields: Array.isArray(fields) ? fields.map(String) : [],
  };
}

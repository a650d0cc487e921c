import { DeliveryError, type WaypostEvent } from "../../contracts.ts";
import type { ApiAnswer, Judgement } from "../http/api.ts";
import { statusVerdict } from "../http/verdicts.ts";
import { redactAnswer } from "../redact-answer.ts";

const minute = 60_000;

/** The day's requests come back bit by bit, over the last 24 hours; Salesforce says no time. */
const dailyLimit = {
  verdict: "outage",
  words: "the account's API requests of the last 24 hours are used up; it is asked again in 30 min",
  limited: true,
  afterMs: 30 * minute,
} as const;
const concurrentLimit = {
  verdict: "outage",
  words: "too many long requests of the account at a time",
  limited: true,
  afterMs: minute / 2,
} as const;

const access = "give the user of the app access to the object and its fields: a permission set";

/**
 * Salesforce's codes: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 * A code that is not here means what its status means.
 */
const table: Readonly<Record<string, Omit<Judgement, "code">>> = {
  REQUEST_LIMIT_EXCEEDED: dailyLimit,
  // Another transaction holds the person's account, or the case: of this conversation alone.
  UNABLE_TO_LOCK_ROW: {
    verdict: "outage",
    words: "another change holds the record",
    laneOnly: true,
    afterMs: 2_000,
  },
  SERVER_UNAVAILABLE: { verdict: "outage" },
  QUERY_TIMEOUT: { verdict: "outage", words: "a look-up took too long" },
  UNKNOWN_EXCEPTION: { verdict: "outage", maybeDone: true },
  APEX_ERROR: { verdict: "outage", words: "code of the account failed", maybeDone: true },
  TXN_SECURITY_RUNTIME_EXCEPTION: { verdict: "outage" },
  INVALID_SESSION_ID: { verdict: "config", words: "check the app and its user" },
  API_DISABLED_FOR_ORG: { verdict: "config", words: "the edition or the user has no API access" },
  API_CURRENTLY_DISABLED: { verdict: "config", words: "the API is disabled for this user" },
  INSUFFICIENT_ACCESS: { verdict: "config", words: access },
  INSUFFICIENT_ACCESS_OR_READONLY: { verdict: "config", words: access },
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: { verdict: "config", words: access },
  INVALID_TYPE: { verdict: "config", words: `an object is not there for this user: ${access}` },
  INVALID_FIELD: {
    verdict: "config",
    words:
      "a field is not there for this user: create it, or give access to it; waypost doctor says which",
  },
  INVALID_FIELD_FOR_INSERT_UPDATE: {
    verdict: "config",
    words: "a field may not be written by this user: give access to it",
  },
  NOT_FOUND: {
    verdict: "config",
    words: "an object or an external id field is not there: waypost doctor says which",
  },
  REQUIRED_FIELD_MISSING: {
    verdict: "config",
    words:
      "the account requires a field that is not given: add it under fields, task.fields or case.fields",
  },
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: {
    verdict: "config",
    words: "a value is not among those of its picklist: add it there, or configure another one",
  },
  STORAGE_LIMIT_EXCEEDED: {
    verdict: "config",
    words: "the account's storage is full: make room, then resume",
  },
  FUNCTIONALITY_NOT_ENABLED: { verdict: "config", words: "a feature is not enabled" },
  CLIENT_NOT_ACCESSIBLE_FOR_USER: { verdict: "config", words: "allow the app for its user" },
  DUPLICATES_DETECTED: {
    verdict: "refused",
    words:
      "a duplicate rule of the account blocks the new person: let it alert only, or give the existing one this phone",
  },
  DUPLICATE_VALUE: { verdict: "refused", words: "another record has this external id" },
  FIELD_CUSTOM_VALIDATION_EXCEPTION: {
    verdict: "refused",
    words: "a validation rule of the account refuses it",
  },
  FIELD_FILTER_VALIDATION_EXCEPTION: { verdict: "refused" },
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: {
    verdict: "refused",
    words: "a trigger or flow of the account refuses it",
  },
  FIELD_INTEGRITY_EXCEPTION: { verdict: "refused" },
  STRING_TOO_LONG: { verdict: "refused", words: "a text is too long for its field" },
  MALFORMED_ID: { verdict: "refused" },
  MALFORMED_QUERY: { verdict: "refused" },
  JSON_PARSER_ERROR: { verdict: "refused", words: "a value does not fit its field" },
  ENTITY_IS_DELETED: { verdict: "refused", words: "the record was deleted" },
  ENTITY_IS_LOCKED: { verdict: "refused", words: "an approval process locks the record" },
  INVALID_CROSS_REFERENCE_KEY: { verdict: "refused", words: "a record is not there any more" },
  CANNOT_UPDATE_CONVERTED_LEAD: { verdict: "refused", words: "the lead was converted" },
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
  const said = ["Salesforce answered", status, code].filter(Boolean).join(" ");
  const error = new DeliveryError(verdict, words === undefined ? said : `${said}: ${words}`, {
    ...{ laneOnly, limited },
    ...(afterMs !== undefined && { afterMs }),
    ...(event && {
      answer: `${status} ${redactAnswer(JSON.stringify(body) ?? "", event, secrets)}`,
    }),
  });
  return { error, part, isStale: stale.has(firstError(body).errorCode ?? "") };
}

/** Its errors are a list; only the first is told to people. */
function firstError(json: unknown): { readonly errorCode?: string; readonly message: string } {
  const [first] = Array.isArray(json) ? json : [json];
  if (typeof first !== "object" || first === null) return { message: "" };
  const { errorCode, message } = first as Record<string, unknown>;
  return {
    ...(typeof errorCode === "string" && { errorCode }),
    message: typeof message === "string" ? message : "",
  };
}

import { DeliveryError } from "../../contracts.ts";
import type { ApiAnswer, Judgement } from "../http/api.ts";
import { retryAfterMs } from "../http/verdicts.ts";
import { fieldsOf, listOf } from "../json.ts";

/**
 * What Zendesk's answers mean where it is not what their status means
 * (https://developer.zendesk.com/api-reference/introduction/requests/#response-format, …/rate-limits/).
 */
export function judgeZendesk({ status, json }: ApiAnswer): Judgement | undefined {
  const code = codeOf(json);
  const named = code === undefined ? {} : { code };
  if (status === 409) {
    const words = "the ticket was changed at the same moment";
    return { verdict: "outage", laneOnly: true, words, ...named };
  }
  if (status === 403) {
    const words =
      "the user of the OAuth client may not do this: it must be an agent who may edit users and tickets, and the client needs the scopes read and write";
    return { verdict: "config", words, ...named };
  }
  if (status === 404) {
    return {
      verdict: "config",
      words: "check the subdomain, and that Support is active",
      ...named,
    };
  }
  if (status === 422) return { verdict: "refused", ...named, fields: fieldsIn(json) };
  return status === 400 ? { verdict: "refused", ...named } : undefined;
}

/** Ids of the custom fields that an invalid record is told of, where it is. */
function fieldsIn(json: unknown): readonly string[] {
  const details = Object.values(fieldsOf(fieldsOf(json)["details"])).flatMap(listOf);
  return details.map((each) => String(each["ticket_field_id"])).filter((id) => /^\d+$/.test(id));
}

/** Zendesk's own words; others are not repeated. */
const codes = new Set([
  "AttachmentTooLarge",
  "DatabaseConflict",
  "Forbidden",
  "InvalidEndpoint",
  "InvalidValue",
  "InvalidPaginationParameter",
  "RecordInvalid",
  "RecordNotFound",
  "TooManyValues",
  "UpdateConflict",
]);

function codeOf(json: unknown): string | undefined {
  const { error } = (typeof json === "object" && json !== null ? json : {}) as { error?: unknown };
  return typeof error === "string" && codes.has(error) ? error : undefined;
}

/**
 * A 429 to the update of a ticket. Where the account has requests left it is a limit of the endpoint: of this ticket (30 updates in 10
 * minutes), when the wait is longer than a minute or this ticket had many updates, else of all updates of the account (100 a minute).
 */
export function tooManyUpdates({ headers, afterMs }: ApiAnswer, used: number): DeliveryError {
  const left = headers["x-rate-limit-remaining"] ?? headers["ratelimit-remaining"];
  const ofEndpoint = typeof left === "string" && Number(left) > 0;
  const laneOnly = ofEndpoint && ((afterMs ?? 0) > 60_000 || used >= 20);
  const what = laneOnly ? "this ticket had 30 updates in 10 minutes" : "too many requests";
  return new DeliveryError("outage", `Zendesk answered 429: ${what}`, {
    laneOnly,
    limited: true,
    answer: "429",
    ...(afterMs !== undefined
      ? { afterMs }
      : laneOnly && { afterMs: retryAfterMs("60") as number }),
  });
}

/** The same before Zendesk has to say so. */
export function ticketIsFull(afterMs: number): DeliveryError {
  const words = "this ticket has had 30 updates in 10 minutes, which is all that Zendesk takes";
  return new DeliveryError("outage", words, { laneOnly: true, afterMs });
}

/** Whether a write failed because of what it was about: another look tells which. */
export function isAboutThis(error: unknown): boolean {
  return error instanceof DeliveryError && error.verdict !== "outage";
}

/** The idempotency key was used with another text before: the ticket is there, or on its way. */
export function isOtherText({ status, headers, text }: ApiAnswer): boolean {
  if (status !== 400) return false;
  return headers["x-idempotency-lookup"] === "hit" || /idempoten/i.test(text);
}

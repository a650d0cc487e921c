/** Errors that carry the decision: again, when, or never. */
import type { WaypostEvent } from "../event/event.ts";
import { describeError, nameError } from "../support/describe-error.ts";

/** Not durable now: 503 with Retry-After, Meta sends the POST again. */
export class NotDurableError extends Error {
  override readonly name = "NotDurableError";
}

/** `outage`: try the same again later. `refused`: this batch holds something that can never be written. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
  readonly verdict: "outage" | "refused";
  constructor(verdict: "outage" | "refused", message: string, options?: ErrorOptions) {
    super(message, options);
    this.verdict = verdict;
  }
}

/** A list took longer than the store lets it: the filter leaves too much to look through. */
export class QueryTooWideError extends StoreError {
  override readonly name = "QueryTooWideError";
  /** Which parts of the filter were given. */
  readonly filter: readonly string[];
  constructor(filter: readonly string[], options?: ErrorOptions) {
    super("outage", "the query was ended: its filter is too wide", options);
    this.filter = filter;
  }
}

export class InvalidCursorError extends Error {
  override readonly name = "InvalidCursorError";
}

/**
 * `outage`: the destination cannot take anything now (429, 5xx, timeout); never uses up attempts.
 * `refused`: this event will never be taken. `config`: credentials, a missing channel: pauses the destination.
 */
export type Verdict = "outage" | "refused" | "config";

export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly verdict: Verdict;
  /** The effect may have happened although there was no answer. */
  readonly maybeDone: boolean;
  /** Not before this many milliseconds (Retry-After). */
  readonly afterMs?: number;
  /**
   * Of an outage that concerns this conversation alone (a ticket's own limit): its lane waits, no attempt is used, and
   * it says nothing of the destination.
   */
  readonly laneOnly: boolean;
  /** Of an outage: a rate or a quota is used up (429). It says nothing against this event, so it uses no attempt, whatever others get through. */
  readonly limited: boolean;
  /** What followed from the delivery before it failed: kept with it and published, as `events` of one that is delivered. */
  readonly events?: readonly WaypostEvent[];
  /** The vendor's answer, redacted, at most 500 characters are kept. It stays with the attempt in the ledger. */
  readonly answer?: string;
  /** Of a refusal: the vendor's names of the fields whose values alone are not taken. */
  readonly fields?: readonly string[];
  /** `message` goes to logs, alerts and reasons: in our words alone, with a status or a vendor's code that is known. */
  constructor(
    verdict: Verdict,
    message: string,
    details: {
      maybeDone?: boolean;
      afterMs?: number;
      laneOnly?: boolean;
      limited?: boolean;
      answer?: string;
      cause?: unknown;
      events?: readonly WaypostEvent[];
      fields?: readonly string[] | undefined;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.verdict = verdict;
    this.maybeDone = details.maybeDone ?? false;
    this.laneOnly = details.laneOnly ?? false;
    this.limited = details.limited ?? false;
    if (details.events !== undefined) this.events = details.events;
    if (details.afterMs !== undefined) this.afterMs = details.afterMs;
    if (details.fields !== undefined) this.fields = details.fields;
    if (details.answer !== undefined) this.answer = details.answer.slice(0, 500);
  }
}

/** Whatever a destination threw. The message of a foreign error is not ours: it stays with the attempt. */
export function deliveryError(thrown: unknown): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown;
  return new DeliveryError("outage", `it failed unexpectedly: ${nameError(thrown)}`, {
    maybeDone: true,
    answer: describeError(thrown),
    cause: thrown,
  });
}

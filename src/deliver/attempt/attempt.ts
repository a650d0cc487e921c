import {
  type BatchItem,
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  deliveryError,
  type Verdict,
  type WaypostEvent,
} from "../../contracts.ts";
import { omitFrom } from "../../event/omit.ts";
import type { Clock } from "../../support/clock.ts";
import { type DestinationSetup, setupFor } from "../delivery.ts";
import type { OpenRow } from "../lanes/lane.ts";

/** What became of one attempt. */
export type Outcome =
  | { readonly is: "delivered" | "found"; readonly delivered: Delivered }
  | {
      readonly is: Verdict;
      readonly error: DeliveryError;
      /** The destination took it; what follows from it could not be published. */
      readonly ours?: true;
    };

/** The destination did not want it: that says nothing of whether it works. */
export function isSkipped(outcome: Outcome): boolean {
  return "delivered" in outcome && outcome.delivered.skipped !== undefined;
}

export interface AttemptOptions {
  readonly setup: DestinationSetup;
  readonly clock: Clock;
  /** Aborts with what the attempt then rejects with: there is no time left to settle it. */
  readonly over: AbortSignal;
}

const defaultTimeoutMs = 10_000;
/** For the destination to say how far it came, after it was told to stop. */
const graceMs = 100;

/**
 * One attempt. After an unknown outcome a destination that can look does so first. Never rejects but with
 * the reason of `over`: whatever a destination throws becomes a verdict.
 */
export async function attempt(
  event: WaypostEvent,
  context: DeliveryContext,
  unknown: boolean,
  options: AttemptOptions,
): Promise<Outcome> {
  const { destination } = options.setup;
  try {
    if (unknown && destination.idempotency === "lookup") {
      const found = await bounded(
        async (signal) => destination.find?.(event, context, signal),
        options,
      );
      if (found !== undefined) return { is: "found", delivered: found };
    }
    const deliver = async (signal: AbortSignal) => destination.deliver(event, context, signal);
    return { is: "delivered", delivered: await bounded(deliver, options) };
  } catch (thrown) {
    options.over.throwIfAborted();
    return failed(thrown);
  }
}

/** What became of a batch: an outcome for each item, or one that counts for all. */
export type BatchEnd =
  | { readonly each: readonly Outcome[] }
  | { readonly all: Extract<Outcome, { readonly is: Verdict }> };

/** One attempt of several at once, none of them of an unknown outcome. Rejects as `attempt` does. */
export async function attemptBatch(
  items: readonly BatchItem[],
  options: AttemptOptions,
): Promise<BatchEnd> {
  const { destination } = options.setup;
  try {
    const answers = await bounded(
      async (signal) => destination.deliverBatch?.(items, signal),
      options,
    );
    const count = Array.isArray(answers) ? answers.length : 0;
    if (answers === undefined || count !== items.length) throw miscounted(count, items.length);
    return { each: answers.map(outcomeOf) };
  } catch (thrown) {
    options.over.throwIfAborted();
    return { all: failed(thrown) };
  }
}

function outcomeOf(answer: unknown): Outcome {
  const delivered = typeof answer === "object" && answer !== null && !(answer instanceof Error);
  return delivered ? { is: "delivered", delivered: answer } : failed(answer);
}

function failed(thrown: unknown): Extract<Outcome, { readonly is: Verdict }> {
  const error = deliveryError(thrown);
  return { is: error.verdict, error };
}

/** Nobody knows which of them were done. */
function miscounted(count: number, wanted: number): DeliveryError {
  const words = `the destination told ${count} outcomes of a batch of ${wanted}`;
  return new DeliveryError("outage", words, { maybeDone: true });
}

/** Ends with the time or the lease also when the destination does not. */
async function bounded<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { setup, clock, over }: AttemptOptions,
): Promise<T> {
  const timeoutMs = setup.config.timeoutMs ?? defaultTimeoutMs;
  const ending = new AbortController();
  const { signal } = ending;
  const onOver = () => ending.abort(over.reason);
  let cancelGrace = () => {};
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      cancelGrace = clock.after(graceMs, () => reject(signal.reason));
    });
  });
  if (over.aborted) onOver();
  else over.addEventListener("abort", onOver, { once: true });
  const cancelLate = clock.after(timeoutMs, () => {
    const words = `no answer within ${timeoutMs / 1_000} s`;
    ending.abort(new DeliveryError("outage", words, { maybeDone: true }));
  });
  try {
    return await Promise.race([work(signal), ended]);
  } finally {
    over.removeEventListener("abort", onOver);
    cancelLate();
    cancelGrace();
  }
}

type Failed = Extract<Outcome, { readonly error: DeliveryError }>;

/** What a destination with `shadow: true` would have done, as the reason of its row; or why it cannot say yet. */
type Looked = { readonly would: string; readonly called: boolean } | Failed;

const keptCharacters = 500;

/** Nothing is sent, so that whatever fails has done nothing. Rejects as `attempt` does. */
export async function lookInShadow(
  parts: AttemptOptions,
  row: OpenRow,
  body: WaypostEvent,
  context: DeliveryContext,
): Promise<Looked> {
  const setup = setupFor(parts.setup, row);
  if (!setup.destination.shadows) return { would: "shadow: would send it", called: false };
  row.called = true;
  const given = { ...context, shadow: true, remember: async () => undefined };
  const told = omitFrom(body, setup.config.omit);
  // Not as one of an unknown outcome, whatever the row is: what it would do is asked, and not what was done.
  const outcome = await attempt(told, given, false, { ...parts, setup });
  if ("error" in outcome && outcome.is !== "refused") return nothingDone(outcome);
  const words = "error" in outcome ? refusal(outcome.error) : outcome.delivered.answer;
  return { would: `shadow: ${words ?? "would send it"}`.slice(0, keptCharacters), called: true };
}

function refusal({ message }: DeliveryError): string {
  return `would end as dead: ${message}`;
}

function nothingDone({ is, error }: Failed): Failed {
  const { message, afterMs, laneOnly, limited, answer } = error;
  const details = {
    ...{ laneOnly, limited, cause: error },
    ...(afterMs !== undefined && { afterMs }),
    ...(answer !== undefined && { answer }),
  };
  return { is, error: new DeliveryError(is, message, details) };
}

import type { Attempt, Delivered, DeliveryChange } from "../../contracts.ts";
import { keptAttempts, type OpenRow } from "../lanes/lane.ts";
import type { Outcome } from "./attempt.ts";

const keptCharacters = 500;

export interface Tried {
  readonly outcome: Outcome;
  /** Wall time and duration of the attempt. */
  readonly at: number;
  readonly ms: number;
  /** Wall time now. */
  readonly now: number;
  /** Other lanes succeeded since this row was last looked at: the destination works, so the attempt counts. */
  readonly counts: boolean;
  readonly delaysMs: readonly number[];
}

/**
 * The place where a verdict becomes a state: what to write of the row. `waitMs` unless it is done. A lane tries its first row alone, so that
 * what waits here keeps the rows behind it back.
 *
 * | row             | the attempt ends with                                    | row then                         | next try                                                 |
 * | --------------- | -------------------------------------------------------- | -------------------------------- | -------------------------------------------------------- |
 * | open            | (it begins)                                              | sending                          |                                                          |
 * | sending         | delivered or found                                       | delivered                        |                                                          |
 * | sending         | the destination did not want it                          | skipped, with the reason         |                                                          |
 * | sending         | refused                                                  | dead, with the reason            |                                                          |
 * | sending         | config                                                   | open, and the destination pauses | when it is resumed                                       |
 * | sending         | outage while others succeed, attempts left               | open, one attempt more           | after the delay of that attempt; a vendor may say when   |
 * | sending         | outage while others succeed, none left                   | dead: gave up                    |                                                          |
 * | sending         | outage while nothing succeeds, or by no fault of its own | open, no attempt used            | after the delay, at most a minute; a vendor may say when |
 * | sending         | config or outage that may have taken effect              | sending: *unknown*               | as above; looks up first, where it can                   |
 * | sending         | (the process ends)                                       | sending: *unknown*               | by the next holder                                       |
 * | open or sending | (an operator gives it up)                                | dead                             |                                                          |
 */
export function settle(
  row: OpenRow,
  tried: Tried,
): { readonly change: DeliveryChange; readonly waitMs?: number } {
  const { outcome, now } = tried;
  const { id } = row;
  const doneAt = iso(now);
  if ("delivered" in outcome) {
    const { remoteId, skipped } = outcome.delivered;
    if (skipped !== undefined) return { change: { id, ...skippedFor(row, skipped), doneAt } };
    const history = withAttempt(row, tried, answerOf(outcome.delivered));
    const known = {
      ...(remoteId !== undefined && { remoteId }),
      ...(row.unknown && { unknown: false }),
    };
    return { change: { id, state: "delivered", nextAt: null, history, doneAt, ...known } };
  }
  const { answer, message } = outcome.error;
  const words = answer ?? message;
  const unknown = row.unknown || outcome.error.maybeDone;
  if (outcome.is === "refused") {
    const dead = { ...deadly(unknown), history: withAttempt(row, tried, words) };
    return { change: { id, ...dead, doneAt, reason: message } };
  }
  const state = unknown ? "sending" : "open";
  if (outcome.is === "config") {
    const history = withAttempt(row, tried, words);
    return { change: { id, state, nextAt: null, history }, waitMs: 0 };
  }
  return settleOutage(row, tried, { state, words, message });
}

function answerOf({ answer, notTaken = [] }: Delivered): string | undefined {
  if (notTaken.length === 0) return answer;
  return [`without ${notTaken.join(", ")}, which was not taken`, answer].filter(Boolean).join("; ");
}

function settleOutage(
  row: OpenRow,
  tried: Tried,
  parts: {
    readonly state: "open" | "sending";
    readonly words: string;
    readonly message: string;
  },
): ReturnType<typeof settle> {
  const { id } = row;
  const { state, words, message } = parts;
  const { counts, delaysMs, now, outcome } = tried;
  const attempts = row.attempts + (counts ? 1 : 0);
  if (counts && attempts > delaysMs.length) {
    const reason = `gave up after ${attempts} attempts while others succeeded: ${message}`;
    const dead = { ...deadly(state === "sending"), history: withAttempt(row, tried, words) };
    return { change: { id, ...dead, attempts, doneAt: iso(now), reason } };
  }
  const outageStreak = counts ? 0 : row.outageStreak + 1;
  const afterMs = "error" in outcome ? outcome.error.afterMs : undefined;
  const waitMs = retryDelayMs(delaysMs, { attempts, outageStreak }, afterMs);
  const nextAt = iso(now + waitMs);
  const history = withAttempt(row, tried, words, nextAt);
  return { change: { id, state, attempts, nextAt, history }, waitMs };
}

/**
 * Of a row whose batch came to nothing for it, by no fault of its own: it is behind one of its lane that is not delivered, or the
 * batch was refused as a whole. It uses no attempt, and its turn comes again.
 */
export function settleUntried(row: OpenRow, tried: Tried): ReturnType<typeof settle> {
  const { outcome } = tried;
  if ("delivered" in outcome) return settle(row, tried);
  const { id } = row;
  const { maybeDone, answer, message } = outcome.error;
  if (!maybeDone) return { change: { id, state: "open", nextAt: null }, waitMs: 0 };
  const history = withAttempt(row, tried, answer ?? message);
  return { change: { id, state: "sending", nextAt: null, history }, waitMs: 0 };
}

/** What is written of every row that ends without an effect of this attempt. */
export function skippedFor({ unknown }: Pick<OpenRow, "unknown">, reason: string) {
  return { state: "skipped", nextAt: null, reason, ...(unknown && { unknown }) } as const;
}

/** What is written of every row that ends as dead; `unknown`: an attempt may have taken effect. */
export function deadly(unknown: boolean) {
  return { state: "dead", nextAt: null, ...(unknown && { unknown }) } as const;
}

function withAttempt(row: OpenRow, tried: Tried, answer?: string, nextAt?: string): Attempt[] {
  const { outcome, at, ms } = tried;
  const attempt: Attempt = {
    at: iso(at),
    ms: Math.round(ms),
    outcome: outcome.is,
    ...(answer !== undefined && { answer: answer.slice(0, keptCharacters) }),
    ...(nextAt !== undefined && { nextAt }),
  };
  return [...row.history, attempt].slice(-keptAttempts);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** No vendor's Retry-After keeps us longer. */
const mostAfterMs = 24 * 60 * 60 * 1_000;
/** While the whole destination is out, its return should not go unnoticed for long. */
const mostOutageDelayMs = 60_000;

/** What of a row decides how long it waits. */
interface Waiting {
  /** Attempts that count, this one too when it does. */
  readonly attempts: number;
  /** How many attempts in a row an outage left uncounted, including this one. */
  readonly outageStreak: number;
}

/** How long until the next attempt. The vendor's word wins, then the delay, plus or minus a quarter. */
function retryDelayMs(
  delaysMs: readonly number[],
  { attempts, outageStreak }: Waiting,
  afterMs: number | undefined,
): number {
  if (afterMs !== undefined) return Math.min(Math.max(afterMs, 0), mostAfterMs);
  const step = outageStreak > 0 ? outageStreak : attempts;
  const delay = delaysMs[Math.min(step, delaysMs.length) - 1] ?? mostOutageDelayMs;
  return jitter(outageStreak > 0 ? Math.min(delay, mostOutageDelayMs) : delay);
}

export function jitter(ms: number): number {
  return Math.round(ms * (0.75 + Math.random() / 2));
}

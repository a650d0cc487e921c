import type { Attempt, Delivery } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";

/** An open row of the ledger in the memory of its holder. */
export interface OpenRow {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly laneKeys: readonly string[];
  readonly seq: number;
  readonly createdAt: string;
  /** As the ledger has it. */
  state: "open" | "sending";
  /** An earlier attempt may have taken effect. */
  unknown: boolean;
  attempts: number;
  history: readonly Attempt[];
  /** Monotonic: no attempt before. */
  dueAt: number;
  /** Attempts in a row that did not count, since this holder has it. */
  uncounted: number;
  /** How many of its last attempts ended with the process that made them. */
  endings: number;
  /** It is being tried. */
  trying: boolean;
  /** An operator has ended it in the ledger. */
  givenUp: boolean;
  /** How often its event was looked for in vain. */
  absences: number;
  /** How often the destination had succeeded when this row was last looked at. */
  successesSeen: number;
}

/** Of a row's history. */
export const keptAttempts = 20;

/** A clock that jumped between two holders lets a row wait no longer than this. */
const mostWaitMs = 24 * 60 * 60 * 1_000;

const endedWords = "the process ended during this attempt";

/** A row as its holder left it without a word: an attempt that was on has ended with that process. */
export function abandonedRow(delivery: Delivery, clock: Clock): Delivery {
  const { state, nextAt = "" } = delivery;
  const wasOn = state === "sending" && nextAt <= new Date(clock.now()).toISOString();
  if (!wasOn) return delivery;
  const at = new Date(clock.now()).toISOString();
  const ended: Attempt = { at, ms: 0, outcome: "outage", answer: endedWords };
  return { ...delivery, history: [...delivery.history, ended].slice(-keptAttempts) };
}

function endingsOf(history: readonly Attempt[]): number {
  const last = history.findLastIndex(({ answer }) => answer !== endedWords);
  return history.length - 1 - last;
}

export function openRow(delivery: Delivery, successesSeen: number, clock: Clock): OpenRow {
  const { id, eventId, eventType, laneKeys, seq, createdAt, attempts, history, nextAt } = delivery;
  const waitMs = nextAt === undefined ? 0 : Date.parse(nextAt) - clock.now();
  const sending = delivery.state === "sending";
  return {
    id,
    eventId,
    eventType,
    laneKeys,
    seq,
    createdAt,
    state: sending ? "sending" : "open",
    unknown: sending || delivery.unknown === true,
    attempts,
    history,
    dueAt: waitMs > 0 ? clock.monotonic() + Math.min(waitMs, mostWaitMs) : 0,
    uncounted: 0,
    // One that was opened again by hand begins anew.
    endings: sending ? endingsOf(history) : 0,
    trying: false,
    givenUp: false,
    absences: 0,
    successesSeen,
  };
}

import type { Attempt, Delivery } from "../contracts.ts";
import type { Clock } from "./clock.ts";

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
  /** How often its event was looked for in vain. */
  absences: number;
  /** How often the destination had succeeded when this row was last looked at. */
  successesSeen: number;
}

/** A clock that jumped between two holders lets a row wait no longer than this. */
const mostWaitMs = 24 * 60 * 60 * 1_000;

export function openRow(delivery: Delivery, successesSeen: number, clock: Clock): OpenRow {
  const { id, eventId, eventType, laneKeys, seq, createdAt, attempts, history, nextAt } = delivery;
  const waitMs = nextAt === undefined ? 0 : Date.parse(nextAt) - clock.now();
  const unknown = delivery.state === "sending";
  return {
    id,
    eventId,
    eventType,
    laneKeys,
    seq,
    createdAt,
    state: unknown ? "sending" : "open",
    unknown,
    attempts,
    history,
    dueAt: waitMs > 0 ? clock.monotonic() + Math.min(waitMs, mostWaitMs) : 0,
    uncounted: 0,
    absences: 0,
    successesSeen,
  };
}

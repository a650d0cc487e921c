import type { BatchRules } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Lane, OpenRow } from "./lane.ts";
import type { Lanes } from "./lanes.ts";

/** Rows that are delivered in one call: of each lane its head and what stands behind it. */
export type Batch = readonly (readonly OpenRow[])[];

/** Which rows go together. */
export interface Gather {
  /**
   * What goes with this head, of the lanes that are ready and of those that wait for more. undefined: it is tried alone, or
   * waits for more (`moreMs`).
   */
  batchOf(head: OpenRow, ready: Iterable<Lane>): Batch | undefined;
  /** A row came: a head that waited for it need not wait any more. */
  offered(lane: Lane): void;
}

interface GatherParts {
  readonly rules: BatchRules;
  readonly lanes: Pick<Lanes, "find" | "laneOf">;
  readonly clock: Clock;
  /** Whether the destination is well: a probe, and rows that may crash the process, are tried alone. */
  readonly mayGather: () => boolean;
}

/** What may have been done already is asked for or repeated alone, and so is what may harm those beside it. */
function joins({ state, unknown, crashes, givenUp, trying, alone }: OpenRow): boolean {
  return state === "open" && !unknown && crashes === 0 && !givenUp && !trying && !alone;
}

export function createGather({ rules, lanes, clock, mayGather }: GatherParts): Gather {
  const { across, most, waitMs } = rules;
  const takeOf = createTake(rules, clock);
  const held = createHeld(lanes);
  const gather = (first: Lane, others: Iterable<Lane>): OpenRow[][] => {
    const batch: OpenRow[][] = [];
    let room = most;
    for (const lane of across ? held.among(first, others) : [first]) {
      if (room === 0) break;
      const taken = takeOf(lane, room);
      if (taken.length > 0) batch.push(taken);
      room -= taken.length;
    }
    return batch;
  };
  const isFull = (batch: Batch) => batch.reduce((sum, { length }) => sum + length, 0) >= most;
  return {
    batchOf(head, ready) {
      head.moreMs = 0;
      if (!joins(head) || !mayGather()) return undefined;
      const batch = gather(lanes.laneOf(head), ready);
      const rows = batch.flat();
      const moreMs = isFull(batch) ? 0 : leftMs(rows, waitMs, clock);
      if (moreMs <= 0) return rows.length > 1 ? batch : undefined;
      head.moreMs = moreMs;
      head.waitsFor = "more";
      if (across) held.add(head);
      return undefined;
    },
    offered(lane) {
      const [head] = lane.rows;
      if (head?.waitsFor === "more" && isFull(gather(lane, []))) head.dueAt = 0;
    },
  };
}

/** Of a lane, in its order, up to the first that cannot go, and `room` at most. */
function createTake({ along }: BatchRules, clock: Clock) {
  const isDue = ({ dueAt, waitsFor }: OpenRow) => dueAt <= clock.monotonic() || waitsFor === "more";
  return ({ rows, running }: Lane, room: number): OpenRow[] => {
    const taken: OpenRow[] = [];
    if (running > 0) return taken;
    for (const row of rows) {
      if (taken.length === room || !joins(row) || !isDue(row)) break;
      taken.push(row);
      if (!along) break;
    }
    return taken;
  };
}

/** How long the first of them still waits for more. One that has been tried, or whose wait is over, has waited enough. */
function leftMs(rows: readonly OpenRow[], waitMs: number, clock: Clock): number {
  const left = ({ createdAt, history, waitsFor, dueAt }: OpenRow) => {
    const isOver = waitsFor === "more" && dueAt <= clock.monotonic();
    return isOver || history.length > 0 ? 0 : Date.parse(createdAt) + waitMs - clock.now();
  };
  return rows.reduce((least, row) => Math.min(least, left(row)), waitMs);
}

/** The heads that wait for more. */
function createHeld({ find, laneOf }: GatherParts["lanes"]) {
  const rows = new Set<OpenRow>();
  const lanesThatWait = function* () {
    for (const row of rows) {
      if (find(row.id) === row && row.waitsFor === "more") yield laneOf(row);
      else rows.delete(row);
    }
  };
  return {
    add: (row: OpenRow) => void rows.add(row),
    /** This lane, those of the heads that wait, then the others: each once. */
    *among(first: Lane, others: Iterable<Lane>): Generator<Lane> {
      const met = new Set<Lane>();
      for (const some of [[first], lanesThatWait(), others]) {
        for (const lane of some) {
          if (!met.has(lane)) yield lane;
          met.add(lane);
        }
      }
    },
  };
}

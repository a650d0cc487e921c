import type { Delivery, Ledger, NewDelivery } from "../contracts.ts";
import type { Clock } from "./clock.ts";
import type { Lanes } from "./lanes.ts";
import { openRow } from "./open-row.ts";
import type { Schedule } from "./schedule.ts";

/** How rows get into the holder's memory. */
export interface HeldRows {
  /** All of the takeover, by `seq`. */
  add(rows: readonly Delivery[]): void;
  /** Rows that this process has just inserted. */
  open(rows: readonly NewDelivery[]): void;
  /** Rows that others opened, and these: what is open in the ledger and not in memory. */
  load(ids: readonly string[]): Promise<void>;
  /** Loads when others opened rows since `rev` was last seen. Never rejects. */
  follow(rev: number): Promise<void>;
}

export function createHeldRows(parts: {
  readonly lanes: Lanes;
  readonly schedule: Schedule;
  readonly clock: Clock;
  /** As of the takeover. */
  readonly rev: number;
  readonly successes: () => number;
  /** Rejects when the lease is over, else in the end answers. */
  readonly takeMore: (ids: readonly string[]) => ReturnType<Ledger["takeMore"]>;
  readonly onAdded: () => void;
}): HeldRows {
  const { lanes, schedule, clock, successes, takeMore, onAdded } = parts;
  let seen = parts.rev;
  const add = (rows: readonly Delivery[]) => {
    for (const row of rows) {
      const lane = lanes.add(openRow(row, successes(), clock));
      if (lane !== undefined) schedule.offer(lane);
    }
    onAdded();
  };
  const load = async (ids: readonly string[]) => {
    // What is done while the ledger answers may stand in the answer as open.
    const removed = lanes.watchRemovals();
    try {
      const rows = await takeMore(ids);
      add(rows.filter(({ id }) => !removed.has(id)));
    } finally {
      removed.stop();
    }
  };
  return {
    add,
    load,
    open: (rows) =>
      add(rows.map((row) => ({ ...row, state: "open", attempts: 0, history: [] }) as const)),
    async follow(rev) {
      if (rev === seen) return;
      await load([]).then(
        () => {
          seen = rev;
        },
        // The lease is over: the next holder loads all.
        () => undefined,
      );
    },
  };
}

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
}

export function createHeldRows(parts: {
  readonly lanes: Lanes;
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly successes: () => number;
  readonly takeMore: (ids: readonly string[]) => ReturnType<Ledger["takeMore"]>;
}): HeldRows {
  const { lanes, schedule, clock, successes, takeMore } = parts;
  const add = (rows: readonly Delivery[]) => {
    for (const row of rows) {
      const lane = lanes.add(openRow(row, successes(), clock));
      if (lane !== undefined) schedule.offer(lane);
    }
  };
  return {
    add,
    open: (rows) =>
      add(rows.map((row) => ({ ...row, state: "open", attempts: 0, history: [] }) as const)),
    async load(ids) {
      // What is done while the ledger answers may stand in the answer as open.
      const removed = lanes.watchRemovals();
      try {
        const rows = await takeMore(ids);
        add(rows.filter(({ id }) => !removed.has(id)));
      } finally {
        removed.stop();
      }
    },
  };
}

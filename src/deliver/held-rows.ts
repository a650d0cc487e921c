import type { Delivery, Ledger, NewDelivery } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Lanes } from "./lanes.ts";
import { abandonedRow, type OpenRow, openRow } from "./open-row.ts";
import type { Schedule } from "./schedule.ts";

/** Once may be bad luck: it stood beside the one that did it. */
const suspectEndings = 2;

/** How rows get into the holder's memory. */
export interface HeldRows {
  /** All of the takeover, by `seq`; `abandoned`: the last holder died, perhaps of what it was sending. */
  takeOver(rows: readonly Delivery[], abandoned: boolean): void;
  /** Whether a row waits of which the process may die: then one is tried at a time, to find out which. */
  suspects(): boolean;
  /** This row is settled, or at least did not end us. */
  survived(row: OpenRow): void;
  /** Rows that this process has just inserted. */
  open(rows: readonly NewDelivery[]): void;
  /** Rows that others opened, and these: what is open in the ledger and not in memory. */
  load(ids: readonly string[]): Promise<void>;
  /** Looks at what others opened or gave up since `rev` was last seen. Never rejects. */
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
  /** As `takeMore`. */
  readonly givenUp: () => ReturnType<Ledger["givenUp"]>;
  readonly onChanged: () => void;
  /** `rev` is another one: an operator did something. */
  readonly onRev: () => void;
}): HeldRows {
  const { lanes, schedule, clock, successes, takeMore, onChanged } = parts;
  let seen = parts.rev;
  const suspected = new Set<OpenRow>();
  const add = (rows: readonly Delivery[]) => {
    const opened: OpenRow[] = [];
    for (const delivery of rows) {
      const row = openRow(delivery, successes(), clock);
      if (row.endings >= suspectEndings) suspected.add(row);
      opened.push(row);
    }
    // All suspects are known before the first row is tried.
    for (const row of opened) {
      const lane = lanes.add(row);
      if (lane === undefined) suspected.delete(row);
      else schedule.offer(lane);
    }
    onChanged();
  };
  const load = async (ids: readonly string[]) => {
    // What is done while the ledger answers may stand in the answer as open.
    const removed = lanes.watchRemovals();
    try {
      const rows = await takeMore(ids);
      add(rows.filter((row) => !removed.has(row)));
    } finally {
      removed.stop();
    }
  };
  const forgetGivenUp = async () => {
    for (const id of await parts.givenUp()) {
      const row = lanes.find(id);
      if (row === undefined) continue;
      suspected.delete(row);
      dropGivenUp(row, lanes, schedule);
    }
    onChanged();
  };
  return {
    takeOver(rows, abandoned) {
      add(abandoned ? rows.map((row) => abandonedRow(row, clock)) : rows);
    },
    suspects: () => suspected.size > 0,
    survived: (row) => void suspected.delete(row),
    load,
    open: (rows) =>
      add(rows.map((row) => ({ ...row, state: "open", attempts: 0, history: [] }) as const)),
    async follow(rev) {
      if (rev === seen) return;
      parts.onRev();
      try {
        await load([]);
        await forgetGivenUp();
        seen = rev;
      } catch {
        // The lease is over: the next holder loads all.
      }
    },
  };
}

/** Where one of its lane is being tried it may be this one: it goes when that is done, or when its turn comes. */
function dropGivenUp(row: OpenRow, lanes: Lanes, schedule: Schedule): void {
  const lane = lanes.laneOf(row);
  row.givenUp = true;
  row.dueAt = 0;
  if (lane.running === 0) lanes.remove(row);
  schedule.offer(lane);
}

import type { Delivery, Ledger, NewDelivery } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Lane } from "./lane.ts";
import { abandonedRow, type OpenRow, openRow } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import type { Schedule } from "./schedule.ts";

/** One crash is not held against a row: another that was tried beside it may have caused it. */
const suspectCrashes = 2;
/** Read at once at a takeover. */
const pageRows = 1_000;

type Which = Parameters<Ledger["openRows"]>[2];

/** How rows get into the holder's memory. */
export interface HeldRows {
  /**
   * All that is open, by `seq`, as far as memory holds it; nothing is tried before the last one is known. `abandoned`:
   * the last holder died, perhaps of what it was sending. Rejects when the lease is over.
   */
  claimOpen(abandoned: boolean): Promise<void>;
  /** Whether a row waits that may crash the process: then one is tried at a time, to find out which. */
  suspects(): boolean;
  /** This row is settled, or at least did not end us. */
  survived(row: OpenRow): void;
  /** Rows that this process has just inserted. */
  open(rows: readonly NewDelivery[]): void;
  /** Rows that others opened, and these: what is open in the ledger and not in memory. */
  load(ids: readonly string[]): Promise<void>;
  /** Opens what is scheduled for the next minute, as far as memory takes it. Never rejects. */
  openDue(): Promise<void>;
  /** Reads more of a lane's rows from the ledger when memory has few of them left. Never rejects. */
  refill(lane: Lane): Promise<void>;
  /** Looks at what others opened or gave up since `revision` was last seen. Never rejects. */
  follow(revision: number): Promise<void>;
}

export interface HeldParts {
  readonly lanes: Lanes;
  readonly schedule: Schedule;
  readonly clock: Clock;
  /** As of the takeover. */
  readonly revision: number;
  readonly successes: () => number;
  /** Rejects when the lease is over, else in the end answers. */
  readonly claimForeign: (ids: readonly string[]) => ReturnType<Ledger["claimForeign"]>;
  /** As `claimForeign`. */
  readonly openRows: (which: Which) => ReturnType<Ledger["openRows"]>;
  /** As `claimForeign`: opens what is due until then, so many at most. */
  readonly openDue: (until: Date, limit: number) => Promise<number>;
  /** In memory, of rows that were scheduled and opened. */
  readonly maxRows: number;
  /** As `claimForeign`. */
  readonly givenUp: () => ReturnType<Ledger["givenUp"]>;
  readonly onChanged: () => void;
  /** `revision` is another one: an operator did something. */
  readonly onRevision: () => void;
}

export function createHeldRows(parts: HeldParts): HeldRows {
  const { lanes, schedule, onChanged } = parts;
  let seen = parts.revision;
  let complete = false;
  let opening = false;
  const suspects = createSuspects(parts);
  const loading = createLoading(parts, suspects.opened);
  const forgetGivenUp = async () => {
    for (const id of await parts.givenUp()) {
      const row = lanes.find(id);
      if (row !== undefined) void loading.refill(dropGivenUp(row, lanes, schedule));
    }
    onChanged();
  };
  return {
    async claimOpen(abandoned) {
      await takeAll(parts, suspects.opened, abandoned);
      complete = true;
      for (const lane of lanes.all()) {
        schedule.offer(lane);
        void loading.refill(lane);
      }
      onChanged();
    },
    async openDue() {
      // All of it is asked for when memory is complete, and by who opens already.
      if (!complete || opening) return;
      opening = true;
      try {
        await openDue(parts, loading.load);
      } catch {
        // The lease is over: the next holder opens them.
      }
      opening = false;
    },
    suspects: suspects.wait,
    survived: suspects.survived,
    load: loading.load,
    refill: loading.refill,
    open: (rows) => loading.add(rows.map(suspects.inserted)),
    async follow(revision) {
      // Before all is known, a lane might begin with what was opened last.
      if (revision === seen || !complete) return;
      parts.onRevision();
      try {
        await loading.load([]);
        await forgetGivenUp();
        seen = revision;
      } catch {
        // The lease is over: the next holder loads all.
      }
    },
  };
}

/** So that a row is in memory when its time comes, and not much earlier. */
const aheadMs = 60_000;

async function openDue(
  { clock, lanes, maxRows, openDue: open }: HeldParts,
  load: (ids: readonly string[]) => Promise<void>,
): Promise<void> {
  let opened = pageRows;
  while (opened === pageRows && lanes.size() < maxRows) {
    opened = await open(new Date(clock.now() + aheadMs), pageRows);
    if (opened > 0) await load([]);
  }
}

/** Rows that may crash the process. */
function createSuspects({ lanes, clock, successes }: HeldParts) {
  const suspected = new Set<OpenRow>();
  return {
    opened(delivery: Delivery): OpenRow {
      const row = openRow(delivery, successes(), clock);
      if (row.crashes >= suspectCrashes) suspected.add(row);
      return row;
    },
    /** As this process has just inserted it. */
    inserted: ({ sending, ...row }: NewDelivery): OpenRow => ({
      ...openRow({ ...row, state: "open", attempts: 0, history: [] }, successes(), clock),
      ...(sending && { state: "sending", marked: true }),
    }),
    wait(): boolean {
      // Neither one that is parked nor one that was given up is about to be tried.
      for (const row of suspected) if (lanes.find(row.id) !== row) suspected.delete(row);
      return suspected.size > 0;
    },
    survived: (row: OpenRow) => void suspected.delete(row),
  };
}

async function takeAll(
  { lanes, clock, openRows }: HeldParts,
  opened: (delivery: Delivery) => OpenRow,
  abandoned: boolean,
): Promise<void> {
  let rows: readonly Delivery[] = [];
  do {
    const after = rows.at(-1)?.seq;
    rows = await openRows({ limit: pageRows, ...(after !== undefined && { after }) });
    const left = abandoned ? rows.map((row) => abandonedRow(row, clock)) : rows;
    for (const row of left) lanes.add(opened(row));
  } while (rows.length === pageRows);
}

/** More of what the ledger has, beside what is in memory. */
function createLoading(parts: HeldParts, opened: (delivery: Delivery) => OpenRow) {
  const { lanes, schedule, claimForeign, openRows, onChanged } = parts;
  const add = (rows: readonly OpenRow[]) => {
    for (const row of rows) {
      const lane = lanes.add(row);
      if (row.marked) schedule.startHeld(row);
      if (lane === undefined) continue;
      if (!row.marked) schedule.offer(lane);
      void refill(lane);
    }
    onChanged();
  };
  /** What is done while the ledger answers may stand in the answer as open. */
  const stillOpen = async (asked: Promise<readonly Delivery[]>) => {
    const removed = lanes.watchRemovals();
    try {
      return (await asked).filter((row) => !removed.has(row));
    } finally {
      removed.stop();
    }
  };
  const refill = async (lane: Lane): Promise<void> => {
    const seqs = lanes.nextParked(lane);
    if (seqs.length === 0) return;
    try {
      const rows = await stillOpen(openRows({ seqs }));
      const filled = lanes.unpark(lane, seqs, rows.map(opened));
      schedule.offer(filled);
      onChanged();
      void refill(filled);
    } catch {
      // The lease is over: the next holder loads all.
    }
  };
  return {
    add,
    refill,
    // All suspects are known before the first row is tried.
    load: async (ids: readonly string[]) => add((await stillOpen(claimForeign(ids))).map(opened)),
  };
}

/** Where one of its lane is being tried it may be this one: it goes when that is done, or when its turn comes. */
function dropGivenUp(row: OpenRow, lanes: Lanes, schedule: Schedule): Lane {
  const lane = lanes.laneOf(row);
  row.givenUp = true;
  row.dueAt = 0;
  if (lane.running === 0) lanes.remove(row);
  schedule.offer(lane);
  return lane;
}

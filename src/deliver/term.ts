import { setMaxListeners } from "node:events";
import type { Bus, Consumer, Contacts, DestinationLease, Ledger } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Taken } from "../support/lease.ts";
import { holdLease, type Lease, LeaseOverError } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import type { Surroundings } from "./attempt/surroundings.ts";
import { type DeliveryHooks, type DestinationSetup, deliverQueue } from "./delivery.ts";
import type { Decider } from "./flows/decide.ts";
import { createHeadSchedule } from "./heads.ts";
import { createHealth, createHousekeeping, type Health } from "./health.ts";
import { createBackpressure, createIntake } from "./intake.ts";
import { createHeldRows, type HeldParts } from "./lanes/held-rows.ts";
import type { OpenRow } from "./lanes/lane.ts";
import { createLanes, type Lanes } from "./lanes/lanes.ts";
import type { Schedule } from "./lanes/schedule.ts";
import { type Bodies, retryWhileHeld } from "./ledger-access.ts";
import type { Routes } from "./routes/routes.ts";

/** An attempt that is on when the program ends may finish within this, */
const graceMs = 4_000;
/** then be settled within this; after that the lease ends without it, */
const settleMs = 500;
/** and this is kept for that. */
const releaseMs = 500;
/** Where there is no hurry. */
export const termEndMs = graceMs + settleMs + releaseMs;

export interface TermParts {
  readonly setup: DestinationSetup;
  readonly routes: Pick<Routes, "matchFor" | "patternsFor">;
  readonly bus: Pick<Bus, "consume" | "publish">;
  /** Absent: no route asks anything at a delivery's turn. */
  readonly decider?: Decider;
  readonly ledger: Ledger;
  readonly contacts: Pick<Contacts, "of">;
  /** Absent: destinations are told of the event alone. */
  readonly surroundings?: Surroundings;
  readonly bodies: Bodies;
  readonly hooks: DeliveryHooks;
  readonly clock: Clock;
  readonly log: Log;
  readonly holder: string;
  /** 15 s unless told: how long a destination whose holder died waits for the next. */
  readonly leaseMs: number;
  /** 100,000 unless told, in memory: above it the bus holds the rest. */
  readonly maxOpenRows: number;
  /** 1,000 of each lane in memory unless told: the rest waits in the ledger. */
  readonly maxLaneRows: number;
  /** Whether this delivery of `flows` is known to be over. */
  readonly isOver?: (id: string) => boolean;
}

/** One holder's time with a destination, from the takeover to the end of its lease. */
export interface Term {
  readonly lease: Lease;
  readonly health: Health;
  readonly lanes: Lanes;
  readonly schedule: Schedule;
  /** Takes over the open rows by `seq`, then consumes. Throws LeaseOverError. */
  begin(): Promise<void>;
  /** Starts nothing more, finishes what runs, and frees the lease, if it still is ours, within `leftMs` whatever hangs. */
  end(leftMs: number): Promise<void>;
}

export function createTerm(parts: TermParts, taken: Taken<DestinationLease>): Term {
  const { ledger, clock } = parts;
  const { name } = parts.setup;
  const lease = holdLease({ ...parts, rows: ledger, name }, taken, (row, askedAt) => {
    health.pause.learn(row, askedAt);
    schedule.wake();
    void keepHouse(schedule.busy());
    void rows.follow(row.revision);
    void rows.openDue();
  });
  const asked = <T>(work: () => Promise<T>) => retryWhileHeld(work, { ...parts, lease });
  const health = createHealth({
    ...parts,
    name,
    row: taken.row,
    savePause: (pause) => asked(() => ledger.setPause(name, pause)),
    saveRepeats: (repeats) => asked(() => ledger.note(name, lease.epoch, { repeats })),
  });
  const lanes = createLanes(parts.maxLaneRows);
  const keepHouse = createHousekeeping({ ...parts, name, lease, lanes, health });
  const halting = haltWith(lease.over);
  const backpressure = createBackpressure(parts.maxOpenRows, lanes);
  const held = { lease, lanes, health, halting: halting.signal, rows: () => rows };
  const schedule = createHeadSchedule(parts, held, backpressure);
  const rows = createHeldRows({
    ...{ lanes, schedule, clock },
    revision: taken.row.revision,
    successes: health.successes,
    ...askRows(parts, lease, asked),
    maxRows: parts.maxOpenRows,
    onChanged: backpressure.check,
    onRevision: () => probeNow(health, lanes, schedule),
  });
  const intake = createIntake({ ...parts, name, lease, lanes, rows, health, schedule });
  let consumer: Consumer | undefined;
  return {
    ...{ lease, health, lanes, schedule },
    async begin() {
      await asked(() => ledger.claimOpen(name, lease.epoch));
      await rows.claimOpen(taken.abandoned);
      void rows.openDue();
      lease.check();
      consumer = await parts.bus.consume(deliverQueue(name, parts.routes), intake);
      backpressure.control(consumer);
    },
    async end(leftMs) {
      const finish = () => Promise.all([consumer?.close(), schedule.stop()]);
      const inTime = await finishWithin(leftMs - releaseMs, { clock, halting, finish });
      if (inTime && !lease.over.aborted) await keepHouse(false);
      await lease.release();
    },
  };
}

/** What the holder asks the ledger for, until it answers. */
function askRows(
  { ledger, decider, setup: { name } }: TermParts,
  { epoch }: Lease,
  asked: <T>(work: () => Promise<T>) => Promise<T>,
): Pick<HeldParts, "claimForeign" | "openRows" | "openDue" | "givenUp"> {
  return {
    claimForeign: (ids) => asked(() => ledger.claimForeign(name, epoch, ids)),
    openRows: (which) => asked(() => ledger.openRows(name, epoch, which)),
    async openDue(until, limit) {
      // Without what knows when, nothing is scheduled.
      if (decider === undefined) return 0;
      let asks = 0;
      const opened = await asked(() => {
        asks += 1;
        return ledger.openDue(name, until, limit);
      });
      // One that failed may have opened them all the same, and nobody was told.
      return asks === 1 ? opened : limit;
    },
    givenUp: () => asked(() => ledger.givenUp(name)),
  };
}

/** Where the destination is out, the head that would wait the shortest is tried at once. */
function probeNow(health: Health, lanes: Lanes, schedule: Schedule): void {
  if (!health.breakerOpen()) return;
  health.probeNow();
  const head = firstDue(lanes);
  if (head === undefined) return;
  head.dueAt = 0;
  schedule.offer(lanes.laneOf(head));
}

/** Of the heads that nobody tries now. */
function firstDue(lanes: Lanes): OpenRow | undefined {
  let first: OpenRow | undefined;
  for (const row of lanes.rows()) {
    const { rows, running } = lanes.laneOf(row);
    if (rows[0] !== row || running > 0) continue;
    if (first === undefined || row.dueAt < first.dueAt) first = row;
  }
  return first;
}

/** Aborts with the signal, or earlier. */
function haltWith(signal: AbortSignal): AbortController {
  const halting = new AbortController();
  setMaxListeners(0, halting.signal);
  signal.addEventListener("abort", () => halting.abort(signal.reason), { once: true });
  return halting;
}

/** Halts what has not finished by itself. Answers whether all has; what has not is left behind. */
async function finishWithin(
  leftMs: number,
  term: {
    readonly clock: Clock;
    readonly halting: AbortController;
    readonly finish: () => Promise<unknown>;
  },
): Promise<boolean> {
  const { clock, halting, finish } = term;
  const haltMs = Math.min(graceMs, Math.max(0, leftMs - settleMs));
  const cancelHalt = clock.after(haltMs, () =>
    halting.abort(new LeaseOverError("the program ends")),
  );
  let cancelLate = () => {};
  const late = new Promise<false>((resolve) => {
    cancelLate = clock.after(haltMs + settleMs, () => resolve(false));
  });
  try {
    return await Promise.race([finish().then(() => true), late]);
  } finally {
    cancelHalt();
    cancelLate();
  }
}

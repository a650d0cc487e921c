import type { Bus, Consumer, Ledger } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import { createBackpressure } from "./backpressure.ts";
import type { Bodies } from "./bodies.ts";
import type { Clock } from "./clock.ts";
import type { DeliveryHooks, DestinationSetup, Incident } from "./delivery.ts";
import { createHealth, type Health } from "./health.ts";
import { createHeldRows } from "./held-rows.ts";
import { createHousekeeping } from "./housekeeping.ts";
import { insist } from "./insist.ts";
import { createIntake } from "./intake.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import { holdLease, type Lease, LeaseOverError, type Taken } from "./lease.ts";
import { deliverQueue } from "./queue.ts";
import { createRate } from "./rate.ts";
import type { Routes } from "./routes.ts";
import { createSchedule, type Schedule } from "./schedule.ts";
import { createTryHead } from "./try-head.ts";
import { createWrites } from "./writes.ts";

const defaultConcurrency = 16;
/** An attempt that is on when the program ends may finish within this. */
const graceMs = 4_000;

export interface TermParts {
  readonly setup: DestinationSetup;
  readonly routes: Pick<Routes, "match" | "patternsFor">;
  readonly bus: Pick<Bus, "consume">;
  readonly ledger: Ledger;
  readonly bodies: Bodies;
  readonly hooks: DeliveryHooks;
  readonly onAlert: (incident: Incident) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly holder: string;
  readonly leaseMs: number;
  readonly maxOpenRows: number;
}

/** One holder's time with a destination, from the takeover to the end of its lease. */
export interface Term {
  readonly lease: Lease;
  readonly health: Health;
  readonly lanes: Lanes;
  readonly schedule: Schedule;
  /** Takes over the open rows by `seq`, then consumes. Throws LeaseOverError. */
  begin(): Promise<void>;
  /** Starts nothing more, finishes what runs, frees the lease if it still is ours. */
  end(): Promise<void>;
}

export function createTerm(parts: TermParts, taken: Taken): Term {
  const { ledger, clock, log } = parts;
  const { name, config } = parts.setup;
  let { rev } = taken.row;
  const lease = holdLease({ ...parts, name }, taken, (row, askedAt) => {
    health.pause.learn(row, askedAt);
    schedule.wake();
    void keepHouse();
    if (row.rev !== rev) void rows.load([]).then(() => (rev = row.rev), onLost);
  });
  const asking = { lease, clock, log };
  const health = createHealth({
    ...parts,
    name,
    row: taken.row,
    savePause: (pause) => insist(() => ledger.setPause(name, pause), asking),
  });
  const lanes = createLanes();
  const keepHouse = createHousekeeping({ ...parts, name, lease, lanes, health });
  const halting = haltWith(lease.over);
  const write = createWrites({ ledger, ...asking });
  const tryHead = createTryHead({ ...parts, lease, health, write, over: halting.signal });
  const rate = createRate(clock, config.ratePerSecond);
  let press: (open: number) => void = () => undefined;
  const schedule = createSchedule({
    clock,
    lanes,
    concurrency: config.concurrency ?? defaultConcurrency,
    waitMs: (running) => {
      // With less an attempt would hardly end in time; the next renewal wakes us.
      if (lease.leftMs() < parts.leaseMs / 3) return Number.POSITIVE_INFINITY;
      return Math.max(health.waitMs(running), rate.waitMs());
    },
    tryHead: (row) => {
      rate.take();
      return tryHead(row);
    },
    onDone: () => press(lanes.size()),
  });
  const takeMore = (ids: readonly string[]) => ledger.takeMore(name, lease.epoch, ids);
  const rows = createHeldRows({
    lanes,
    schedule,
    clock,
    successes: health.successes,
    takeMore: (ids) => insist(() => takeMore(ids), asking),
  });
  const intake = createIntake({
    ...parts,
    name,
    lease,
    knows: lanes.has,
    load: rows.load,
    open(fresh) {
      rows.open(fresh);
      press(lanes.size());
    },
  });
  let consumer: Consumer | undefined;
  return {
    lease,
    health,
    lanes,
    schedule,
    async begin() {
      rows.add(await insist(() => ledger.takeOver(name, lease.epoch), asking));
      lease.check();
      consumer = await parts.bus.consume(deliverQueue(name, parts.routes), intake);
      press = createBackpressure(parts.maxOpenRows, consumer);
      press(lanes.size());
    },
    async end() {
      const halt = () => halting.abort(new LeaseOverError("the program ends"));
      const cancelHalt = clock.after(graceMs, halt);
      await Promise.all([consumer?.close(), schedule.stop()]);
      cancelHalt();
      await keepHouse();
      await lease.release();
    },
  };
}

/** Aborts with the signal, or earlier. */
function haltWith(signal: AbortSignal): AbortController {
  const halting = new AbortController();
  signal.addEventListener("abort", () => halting.abort(signal.reason), { once: true });
  return halting;
}

function onLost(error: unknown): void {
  if (!(error instanceof LeaseOverError)) throw error;
}

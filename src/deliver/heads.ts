/** Which heads are tried, and which rows go together with one in a batch. */
import type { BatchRules, Bus, Contacts, Ledger, WaypostEvent } from "../contracts.ts";
import { encodeEvent } from "../event/encode.ts";
import type { Clock } from "../support/clock.ts";
import { createKeyedMutex } from "../support/keyed-mutex.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import type { Surroundings } from "./attempt/surroundings.ts";
import { createTryBatch } from "./attempt/try-batch.ts";
import { createTryHead } from "./attempt/try-head.ts";
import { createRate } from "./breaker.ts";
import type { DestinationSetup } from "./delivery.ts";
import type { Decider } from "./flows/decide.ts";
import type { Health } from "./health.ts";
import type { Backpressure } from "./intake.ts";
import type { HeldRows } from "./lanes/held-rows.ts";
import type { Batch, Gather, Lane, OpenRow } from "./lanes/lane.ts";
import type { Lanes } from "./lanes/lanes.ts";
import { createSchedule, type Schedule } from "./lanes/schedule.ts";
import { type Bodies, createWrites } from "./ledger-access.ts";

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

function createGather({ rules, lanes, clock, mayGather }: GatherParts): Gather {
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

const defaultConcurrency = 16;

interface ScheduledParts {
  readonly setup: DestinationSetup;
  readonly bus: Pick<Bus, "publish">;
  readonly decider?: Decider;
  readonly isOver?: (id: string) => boolean;
  readonly ledger: Ledger;
  readonly contacts: Pick<Contacts, "of">;
  readonly surroundings?: Surroundings;
  readonly bodies: Bodies;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
}

/** Heads are tried while the lease has time for an attempt, the destination is well and the rate allows. */
export function createHeadSchedule(
  parts: ScheduledParts,
  term: {
    readonly lease: Lease;
    readonly lanes: Lanes;
    readonly health: Health;
    readonly halting: AbortSignal;
    readonly rows: () => Pick<HeldRows, "suspects" | "survived" | "refill">;
  },
  backpressure: Pick<Backpressure, "check">,
): Schedule {
  const { clock, leaseMs } = parts;
  const { config, destination } = parts.setup;
  const { lease, lanes, health, halting, rows } = term;
  const rate = createRate(clock, destination.keepsRate ? undefined : config.ratePerSecond);
  const write = createWrites({ ...parts, name: parts.setup.name, lease });
  const publish = (events: readonly WaypostEvent[]) =>
    parts.bus.publish(events.map(encodeEvent), halting);
  const contactsInTurn = createKeyedMutex();
  const head = { ...parts, lease, health, write, publish, over: halting, contactsInTurn };
  const [tryHead, tryBatch] = [createTryHead(head), createTryBatch(head)];
  // Rows of several lanes may be one contact's.
  const alone = (destination.serialize && destination.batch?.across) || config.shadow;
  const rules = alone ? undefined : destination.deliverBatch && destination.batch;
  const mayGather = () => !health.breakerOpen() && !rows().suspects();
  const schedule = createSchedule({
    ...{ clock, lanes, rate },
    concurrency: config.concurrency ?? defaultConcurrency,
    waitMs(running) {
      // With less an attempt would hardly end in time; the next renewal wakes us.
      if (lease.leftMs() < leaseMs / 3) return Number.POSITIVE_INFINITY;
      // So that a row that crashes the process is the only one being tried.
      if (running > 0 && rows().suspects()) return Number.POSITIVE_INFINITY;
      return Math.max(health.waitMs(running), rate.waitMs());
    },
    async tryHead(row) {
      if (row.givenUp) return "done";
      row.called = false;
      rate.take();
      const end = await tryHead(row);
      if (!row.called) rate.giveBack();
      rows().survived(row);
      return row.givenUp ? "done" : end;
    },
    ...(rules && {
      batches: {
        ...createGather({ rules, lanes, clock, mayGather }),
        async tryBatch(batch) {
          for (const row of batch.flat()) row.called = false;
          rate.take();
          const done = new Set(await tryBatch(batch));
          if (!batch.flat().some(({ called }) => called)) rate.giveBack();
          for (const row of batch.flat()) {
            rows().survived(row);
            if (row.givenUp) done.add(row);
          }
          return done;
        },
      },
    }),
    onDone(lane) {
      backpressure.check();
      void rows().refill(lane);
    },
  });
  return askingOthers(schedule, health);
}

/** A breaker that one lane has opened is told of the others. */
function askingOthers(schedule: Schedule, health: Pick<Health, "offered">): Schedule {
  return {
    ...schedule,
    offer(lane) {
      const [next] = lane.rows;
      if (next !== undefined) health.offered([next.id, ...next.laneKeys]);
      schedule.offer(lane);
    },
  };
}

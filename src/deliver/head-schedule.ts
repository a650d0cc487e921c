import type { Bus, Contacts, Ledger, WaypostEvent } from "../contracts.ts";
import { encodeEvent } from "../event/encode.ts";
import type { Clock } from "../support/clock.ts";
import { createKeyedMutex } from "../support/keyed-mutex.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import type { Surroundings } from "./attempt/surroundings.ts";
import { createTryBatch } from "./attempt/try-batch.ts";
import { createTryHead } from "./attempt/try-head.ts";
import type { DestinationSetup } from "./delivery.ts";
import type { Decider } from "./flows/decide.ts";
import type { Health } from "./health.ts";
import type { Backpressure } from "./intake.ts";
import { createGather } from "./lanes/gather.ts";
import type { HeldRows } from "./lanes/held-rows.ts";
import type { Lanes } from "./lanes/lanes.ts";
import { createSchedule, type Schedule } from "./lanes/schedule.ts";
import { type Bodies, createWrites } from "./ledger-access.ts";

/** A token bucket that holds one second's attempts, at least one. */
interface Rate {
  /** How long until an attempt may start; 0: now. */
  waitMs(): number;
  take(): void;
  /** No attempt came of what was taken. */
  giveBack(): void;
}

export function createRate(clock: Clock, perSecond: number | undefined): Rate {
  if (perSecond === undefined)
    return { waitMs: () => 0, take: () => undefined, giveBack: () => undefined };
  const most = Math.max(1, perSecond);
  let tokens = most;
  let filledAt = clock.monotonic();
  const fill = () => {
    const now = clock.monotonic();
    tokens = Math.min(most, tokens + ((now - filledAt) / 1_000) * perSecond);
    filledAt = now;
  };
  return {
    waitMs() {
      fill();
      // Sums of fractions fall short of 1 by a hair.
      return tokens >= 1 - 1e-6 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1_000);
    },
    take() {
      tokens -= 1;
    },
    giveBack() {
      tokens = Math.min(most, tokens + 1);
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
  const tryHead = createTryHead(head);
  const tryBatch = createTryBatch(head);
  // Rows of several lanes may be one contact's.
  const alone = (destination.serialize && destination.batch?.across) || config.shadow;
  const rules = alone ? undefined : destination.deliverBatch && destination.batch;
  const mayGather = () => !health.breakerOpen() && !rows().suspects();
  return createSchedule({
    clock,
    lanes,
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
}

import type {
  Delivery,
  DeliveryChange,
  DestinationHealth,
  DestinationLease,
  DestinationNote,
  Ledger,
  WaypostEvent,
} from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import { createMutex } from "../support/mutex.ts";
import type { Outcome } from "./attempt/attempt.ts";
import { createBreaker, createPause, type Pause } from "./breaker.ts";
import type { DeliveryHooks } from "./delivery.ts";
import type { OpenRow } from "./lanes/lane.ts";
import type { Lanes } from "./lanes/lanes.ts";
import { createPace, type Pace } from "./pace.ts";

/** How a destination does in this process's term. */
export interface Health {
  readonly pause: Pick<Pause, "now" | "learn">;
  readonly notes: Notes;
  readonly pace: Pick<Pace, "look">;
  /** How long the whole destination waits; see Schedule. */
  waitMs(running: number): number;
  /** Deliveries in this term. */
  successes(): number;
  /** Of every attempt, and of which lane if of one. Resolves when a pause that follows from it is in the ledger. */
  learn(outcome: Outcome, ms: number, laneKeys?: readonly string[]): Promise<void>;
  /** A lane has something to be tried. */
  offered(laneKeys: readonly string[]): void;
  /** Before an attempt that may be a second effect. Resolves when the ledger has counted it. */
  repeated(): Promise<void>;
  /** A row is over; `body` where it was tried. */
  done(
    row: Pick<OpenRow, "id" | "eventId">,
    change: Pick<DeliveryChange, "state" | "reason">,
    body: WaypostEvent | undefined,
  ): void;
  /** It was delivered without these fields. */
  notTaken(row: Pick<OpenRow, "eventId">, fields: readonly string[]): void;
  breakerOpen(): boolean;
  /** An open breaker waits no longer for its probe. */
  probeNow(): void;
}

export interface HealthParts {
  readonly name: string;
  readonly row: DestinationLease;
  readonly clock: Clock;
  readonly log: Log;
  readonly hooks: DeliveryHooks;
  readonly savePause: Parameters<typeof createPause>[0]["save"];
  readonly saveRepeats: (repeats: number) => Promise<void>;
}

export function createHealth(parts: HealthParts): Health {
  const { name, row, clock, hooks, log } = parts;
  const notes = createNotes(row);
  const pause = createPause({ row, clock, save: parts.savePause, log });
  const pace = createPace(clock);
  const breaker = createNotedBreaker(parts, notes);
  const counting = createMutex();
  let successes = 0;
  return {
    pause,
    notes,
    pace,
    waitMs: (running) => (pause.now() === undefined ? breaker.waitMs(running) : pause.leftMs()),
    successes: () => successes,
    async learn(outcome, ms, laneKeys) {
      hooks.attempt?.(name, outcome.is, ms);
      if ("delivered" in outcome) {
        successes += 1;
        notes.note({ lastSuccessAt: iso(clock.now()) });
        return breaker.recordSuccess();
      }
      const { message, afterMs } = outcome.error;
      notes.note({ lastError: message.slice(0, 500), lastErrorAt: iso(clock.now()) });
      if (outcome.is === "outage") breaker.recordFailure(message, afterMs, laneKeys);
      else breaker.recordSuccess();
      if (outcome.is === "config") await pause.forConfig(message);
    },
    repeated() {
      notes.note({ repeats: (notes.now().repeats ?? 0) + 1 });
      // One after the other, or an earlier number might come last.
      return counting.run(() => parts.saveRepeats(notes.now().repeats ?? 0));
    },
    done({ id, eventId }, { state, reason }, body) {
      pace.ended();
      hooks.ended?.(name, { id, eventId, state });
      const receivedAt = Date.parse(body?.data.receivedAt ?? "");
      if (state === "delivered" && !Number.isNaN(receivedAt)) {
        hooks.delivered?.(name, Math.max(0, clock.now() - receivedAt));
      }
      if (state !== "dead") return;
      hooks.dead?.(name);
      log.error("a delivery is dead", { eventId, ...(reason !== undefined && { reason }) });
    },
    notTaken({ eventId }, fields) {
      hooks.notTaken?.(name, fields.length);
      log.warn("written without fields whose values the destination did not take", {
        eventId,
        reason: fields.join(", "),
      });
    },
    breakerOpen: breaker.isOpen,
    offered: breaker.offered,
    probeNow: breaker.probeNow,
  };
}

/** The breaker, which notes and logs that it opens and closes. */
function createNotedBreaker({ row, clock, log }: HealthParts, notes: Notes) {
  const since = row.breaker === "open" ? Date.parse(row.breakerSince ?? "") : Number.NaN;
  const breaker = createBreaker(clock, Number.isNaN(since) ? undefined : since);
  return {
    waitMs: breaker.waitMs,
    probeNow: breaker.probeNow,
    offered: breaker.offered,
    isOpen: () => breaker.openSince() !== undefined,
    recordSuccess() {
      if (!breaker.recordSuccess()) return;
      notes.note({ breaker: "closed", breakerSince: undefined });
      log.info("the destination answers again");
    },
    recordFailure(reason: string, afterMs?: number, laneKeys?: readonly string[]) {
      if (!breaker.recordFailure(afterMs, laneKeys)) return;
      notes.note({ breaker: "open", breakerSince: iso(breaker.openSince() ?? clock.now()) });
      log.warn("the destination is out: all wait, a probe goes on", { reason });
    },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** What an on-call engineer asks about a destination, gathered here and written down with the next renewal. */
interface Notes {
  note(more: DestinationNote): void;
  now(): DestinationHealth;
  /** What is new since the last call; undefined: nothing. */
  take(): DestinationNote | undefined;
  /** Not written after all. */
  giveBack(taken: DestinationNote): void;
}

function createNotes(initial: DestinationHealth): Notes {
  const { breaker, breakerSince, lastSuccessAt, lastError, lastErrorAt, repeats, perHour } =
    initial;
  let all: DestinationNote = {
    ...{ breaker, breakerSince, lastSuccessAt, lastError, lastErrorAt, repeats, perHour },
  };
  let fresh: DestinationNote | undefined;
  return {
    note(more) {
      all = { ...all, ...more };
      fresh = { ...fresh, ...more };
    },
    now() {
      const known = Object.entries(all).filter(([, value]) => value !== undefined);
      return Object.fromEntries(known) as DestinationHealth;
    },
    take() {
      const taken = fresh;
      fresh = undefined;
      return taken;
    },
    giveBack(taken) {
      fresh = { ...taken, ...fresh };
    },
  };
}

const dayMs = 24 * 60 * 60 * 1_000;
/** Once a day the events of rows older than a day are kept for so long from then on. */
const keepMs = 30 * dayMs;
const pageRows = 1_000;

/** What a holder does with each renewal, beside delivering: tell, and keep the events of open rows. */
export function createHousekeeping(parts: {
  readonly name: string;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly lanes: Lanes;
  readonly health: Health;
  readonly hooks: DeliveryHooks;
  readonly clock: Clock;
  readonly log: Log;
}): (busy: boolean) => Promise<void> {
  const { name, ledger, lease, lanes, health, hooks, clock, log } = parts;
  let keptAt = Number.NEGATIVE_INFINITY;
  const ageMs = (createdAt: string) => Math.max(0, clock.now() - Date.parse(createdAt));
  const oldestAgeMs = () => {
    let oldest: string | undefined;
    for (const { since } of lanes.rows()) {
      if (oldest === undefined || since < oldest) oldest = since;
    }
    return oldest === undefined ? 0 : ageMs(oldest);
  };
  const tell = async (busy: boolean) => {
    const [breakerOpen, paused] = [health.breakerOpen(), health.pause.now() !== undefined];
    const open = lanes.size() + lanes.parked();
    hooks.holds?.(name, { open, oldestAgeMs: oldestAgeMs(), breakerOpen, paused });
    const perHour = health.pace.look(!breakerOpen && !paused && busy);
    if (perHour !== health.notes.now().perHour) health.notes.note({ perHour });
    const taken = health.notes.take();
    if (taken === undefined) return;
    await ledger.note(name, lease.epoch, taken).catch((error: unknown) => {
      health.notes.giveBack(taken);
      log.debug("the ledger did not take what is noted of it", { error });
    });
  };
  /** Page by page, from the ledger: memory does not hold all. */
  const keepAll = async () => {
    let rows: readonly Delivery[] = [];
    do {
      const after = rows.at(-1)?.seq;
      const page = { limit: pageRows, ...(after !== undefined && { after }) };
      rows = await ledger.openRows(name, lease.epoch, page);
      const old = rows.filter(({ createdAt }) => ageMs(createdAt) > dayMs);
      const ids = old.map(({ eventId }) => eventId);
      if (ids.length > 0) await ledger.keepBodies(ids, new Date(clock.now() + keepMs));
    } while (rows.length === pageRows && !lease.over.aborted);
  };
  const keepEvents = async () => {
    if (clock.monotonic() - keptAt < dayMs) return;
    keptAt = clock.monotonic();
    await keepAll().catch((error: unknown) => {
      keptAt = Number.NEGATIVE_INFINITY;
      log.warn("the events of open deliveries could not be kept, tries again", { error });
    });
  };
  return async (busy) => {
    await tell(busy);
    await keepEvents();
  };
}

import type {
  DeliveryChange,
  DestinationFacts,
  DestinationLease,
  DestinationNote,
  WaypostEvent,
} from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Log } from "../support/log.ts";
import { createMutex } from "../support/mutex.ts";
import type { Outcome } from "./attempt.ts";
import { createBreaker } from "./breaker.ts";
import type { DeliveryHooks, Incident } from "./delivery.ts";
import type { OpenRow } from "./lane.ts";

/** How a destination does in this process's term, and whom to tell. */
export interface Health {
  readonly pause: Pick<Pause, "now" | "learn">;
  readonly facts: Facts;
  /** How long the whole destination waits; see Schedule. */
  waitMs(running: number): number;
  /** Deliveries in this term. */
  successes(): number;
  /** Of every attempt. Resolves when a pause that follows from it is in the ledger. */
  learn(outcome: Outcome, ms: number): Promise<void>;
  /** Before an attempt that may be a second effect. Resolves when the ledger has counted it. */
  repeated(): Promise<void>;
  /** A row is delivered or dead; `body` where it was tried. */
  done(
    row: Pick<OpenRow, "id" | "eventId">,
    change: Pick<DeliveryChange, "state" | "reason">,
    body: WaypostEvent | undefined,
  ): void;
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
  readonly onAlert: (incident: Incident) => void;
  readonly savePause: Parameters<typeof createPause>[0]["save"];
  readonly saveRepeats: (repeats: number) => Promise<void>;
}

type Tell = (incident: Omit<Incident, "destination">) => void;

export function createHealth(parts: HealthParts): Health {
  const { name, row, clock, hooks, log } = parts;
  const tell: Tell = (incident) => parts.onAlert({ ...incident, destination: name });
  const facts = createFacts(row);
  const pause = createPause({ row, clock, save: parts.savePause, onIncident: tell, log });
  const breaker = createToldBreaker(parts, facts, tell);
  const counting = createMutex();
  let successes = 0;
  return {
    pause,
    facts,
    waitMs: (running) =>
      pause.now() === undefined ? breaker.waitMs(running) : Number.POSITIVE_INFINITY,
    successes: () => successes,
    async learn(outcome, ms) {
      hooks.attempt?.(name, outcome.is, ms);
      if ("delivered" in outcome) {
        successes += 1;
        facts.note({ lastSuccessAt: iso(clock.now()) });
        return breaker.answered();
      }
      const { message, afterMs } = outcome.error;
      facts.note({ lastError: message.slice(0, 500), lastErrorAt: iso(clock.now()) });
      if (outcome.is === "outage") breaker.outage(message, afterMs);
      else breaker.answered();
      if (outcome.is === "config") await pause.forConfig(message);
    },
    repeated() {
      facts.note({ repeats: (facts.now().repeats ?? 0) + 1 });
      // One after the other, or an earlier number might come last.
      return counting.run(() => parts.saveRepeats(facts.now().repeats ?? 0));
    },
    done({ id, eventId }, { state, reason }, body) {
      const receivedAt = Date.parse(body?.data.receivedAt ?? "");
      if (state === "delivered" && !Number.isNaN(receivedAt)) {
        hooks.delivered?.(name, Math.max(0, clock.now() - receivedAt));
      }
      if (state !== "dead") return;
      hooks.dead?.(name);
      const why = reason === undefined ? {} : { reason };
      log.error("a delivery is dead", { eventId, ...why });
      tell({ kind: "dead", phase: "began", since: iso(clock.now()), deliveryId: id, ...why });
    },
    breakerOpen: breaker.isOpen,
    probeNow: breaker.probeNow,
  };
}

/** The breaker, with a word to those concerned when it opens and closes. */
function createToldBreaker({ row, clock, log }: HealthParts, facts: Facts, tell: Tell) {
  const since = row.breaker === "open" ? Date.parse(row.breakerSince ?? "") : Number.NaN;
  const breaker = createBreaker(clock, Number.isNaN(since) ? undefined : since);
  return {
    waitMs: breaker.waitMs,
    probeNow: breaker.probeNow,
    isOpen: () => breaker.openSince() !== undefined,
    answered() {
      const openSince = breaker.openSince();
      if (!breaker.answered() || openSince === undefined) return;
      facts.note({ breaker: "closed", breakerSince: undefined });
      log.info("the destination answers again");
      tell({ kind: "breaker", phase: "ended", since: iso(openSince) });
    },
    outage(reason: string, afterMs: number | undefined) {
      if (!breaker.outage(afterMs)) return;
      const openSince = iso(breaker.openSince() ?? clock.now());
      facts.note({ breaker: "open", breakerSince: openSince });
      log.warn("the destination is out: all wait, a probe goes on", { reason });
      tell({ kind: "breaker", phase: "began", since: openSince, reason });
    },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

type Reason = NonNullable<DestinationLease["pause"]>;

/** Whether the destination rests, by an operator's word or because its configuration does not work. */
interface Pause {
  now(): Reason | undefined;
  /** What a renewal says; `askedAt` (monotonic) is when it was asked. */
  learn(row: DestinationLease, askedAt: number): void;
  /** Pauses until an operator resumes, with one alert. Resolves when the ledger has it. */
  forConfig(reason: string): Promise<void>;
}

function createPause(options: {
  readonly row: DestinationLease;
  readonly clock: Clock;
  readonly save: (pause: Reason) => Promise<void>;
  readonly onIncident: (incident: Omit<Incident, "destination">) => void;
  readonly log: Log;
}): Pause {
  const { clock, save, onIncident, log } = options;
  let current = options.row.pause;
  /** What was asked before this says nothing about what is saved now. */
  let savedAt = Number.NEGATIVE_INFINITY;
  return {
    now: () => current,
    learn({ pause }, askedAt) {
      if (askedAt <= savedAt) return;
      const before = current;
      current = pause;
      if (before === undefined || pause !== undefined) return;
      log.info("the destination is resumed");
      if (before.by === "operator") return;
      const { at, reason } = before;
      onIncident({ kind: "paused", phase: "ended", since: at, reason });
    },
    async forConfig(reason) {
      // One alert, however many attempts meet the same.
      if (current !== undefined) return;
      const pause = { by: "config", reason, at: new Date(clock.now()).toISOString() } as const;
      current = pause;
      savedAt = Number.POSITIVE_INFINITY;
      log.error("the destination is paused: its configuration does not work", { reason });
      onIncident({ kind: "paused", phase: "began", since: pause.at, reason });
      await save(pause);
      savedAt = clock.monotonic();
    },
  };
}

/** What an on-call engineer asks about a destination, gathered here and written down with the next renewal. */
interface Facts {
  note(facts: DestinationNote): void;
  now(): DestinationFacts;
  /** What is new since the last call; undefined: nothing. */
  take(): DestinationNote | undefined;
  /** Not written after all. */
  giveBack(facts: DestinationNote): void;
}

function createFacts(initial: DestinationFacts): Facts {
  const { breaker, breakerSince, lastSuccessAt, lastError, lastErrorAt, repeats } = initial;
  let all: DestinationNote = {
    breaker,
    breakerSince,
    lastSuccessAt,
    lastError,
    lastErrorAt,
    repeats,
  };
  let fresh: DestinationNote | undefined;
  return {
    note(facts) {
      all = { ...all, ...facts };
      fresh = { ...fresh, ...facts };
    },
    now() {
      const known = Object.entries(all).filter(([, value]) => value !== undefined);
      return Object.fromEntries(known) as DestinationFacts;
    },
    take() {
      const taken = fresh;
      fresh = undefined;
      return taken;
    },
    giveBack(facts) {
      fresh = { ...facts, ...fresh };
    },
  };
}

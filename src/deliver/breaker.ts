import { type DestinationLease, pauseAt } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Log } from "../support/log.ts";
import { jitter } from "./attempt/settle.ts";

/** So many outages in a row, of whatever lanes, are the destination's and not an event's. */
const opensAt = 5;
const probeMs = { first: 1_000, most: 60_000 };
/** One row's Retry-After does not keep the other lanes longer: the row itself waits as long as it says. */
const mostAfterMs = 15 * 60_000;

/** While it is open all lanes wait but for one attempt at a time, the probe, again and again without end. */
export interface Breaker {
  /** How long until an attempt may start; Infinity while the probe runs. */
  waitMs(running: number): number;
  /** The destination was out for an attempt of the lane with these keys. True when this opened it. */
  recordFailure(afterMs: number | undefined, laneKeys?: readonly string[]): boolean;
  /**
   * Of a lane that has something to be tried. Where one other lane alone has failed, its event may be at fault: this one is
   * the next probe, at once.
   */
  offered(laneKeys: readonly string[]): void;
  /** An operator wants to know: the next probe may start at once, and the waits between them begin anew. */
  probeNow(): void;
  /** The destination answered, be it with a refusal. True when this closed it. */
  recordSuccess(): boolean;
  openSince(): number | undefined;
}

/** `openSince` (wall time): it was open when the last holder ended, and begins with a probe. */
export function createBreaker(clock: Clock, openSince: number | undefined): Breaker {
  let since = openSince;
  let inARow = 0;
  let probes = 0;
  let probeAt = clock.monotonic();
  /** The server has asked for so much. */
  let askedUntil = probeAt;
  const failing = createFailingLanes();
  return {
    waitMs(running) {
      if (since === undefined) return 0;
      return running > 0 ? Number.POSITIVE_INFINITY : Math.max(0, probeAt - clock.monotonic());
    },
    recordFailure(retryAfterMs = 0, laneKeys = []) {
      const afterMs = Math.min(retryAfterMs, mostAfterMs);
      failing.add(laneKeys);
      askedUntil = Math.max(askedUntil, clock.monotonic() + afterMs);
      inARow += 1;
      const opened = since === undefined && inARow >= opensAt;
      if (opened) since = clock.now();
      if (since === undefined) return false;
      const now = clock.monotonic();
      // What was under way when it opened is no probe: a dozen of those would put the first one off for a minute.
      const late = !opened && now < probeAt;
      if (late) {
        probeAt = Math.max(probeAt, now + afterMs);
        return false;
      }
      const waitMs = jitter(Math.min(probeMs.first * 2 ** probes, probeMs.most));
      probeAt = now + Math.max(waitMs, afterMs);
      probes += 1;
      return opened;
    },
    offered(laneKeys) {
      const now = clock.monotonic();
      if (since === undefined || now < askedUntil || !failing.isOneOther(laneKeys)) return;
      probes = 0;
      probeAt = now;
    },
    probeNow() {
      probes = 0;
      probeAt = clock.monotonic();
    },
    recordSuccess() {
      const closed = since !== undefined;
      since = undefined;
      inARow = 0;
      probes = 0;
      failing.clear();
      return closed;
    },
    openSince: () => since,
  };
}

/** Whose attempts failed since the last that succeeded. */
function createFailingLanes() {
  let one: readonly string[] | undefined;
  let several = false;
  const isOne = (laneKeys: readonly string[]) => laneKeys.some((key) => one?.includes(key));
  return {
    add(laneKeys: readonly string[]) {
      several ||= laneKeys.length === 0 || (one !== undefined && !isOne(laneKeys));
      one ??= laneKeys;
    },
    isOneOther: (laneKeys: readonly string[]) => one !== undefined && !several && !isOne(laneKeys),
    clear() {
      one = undefined;
      several = false;
    },
  };
}

type Reason = NonNullable<DestinationLease["pause"]>;

/** Whether the destination rests, by an operator's word or because its configuration does not work. */
export interface Pause {
  now(): Reason | undefined;
  /** Until it is over by itself. */
  leftMs(): number;
  /** What a renewal says; `askedAt` (monotonic) is when it was asked. */
  learn(row: DestinationLease, askedAt: number): void;
  /** Pauses until an operator resumes. Resolves when the ledger has it. */
  forConfig(reason: string): Promise<void>;
}

export function createPause(options: {
  readonly row: DestinationLease;
  readonly clock: Clock;
  readonly save: (pause: Reason) => Promise<void>;
  readonly log: Log;
}): Pause {
  const { clock, save, log } = options;
  let current = options.row.pause;
  /** What was asked before this says nothing about what is saved now. */
  let savedAt = Number.NEGATIVE_INFINITY;
  const now = () => pauseAt(current, clock.now());
  return {
    now,
    leftMs: () => {
      const until = now()?.until;
      return until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until) - clock.now();
    },
    learn({ pause }, askedAt) {
      if (askedAt <= savedAt) return;
      if (current !== undefined && pause === undefined) log.info("the destination is resumed");
      current = pause;
    },
    async forConfig(reason) {
      // Once, however many attempts meet the same.
      if (now() !== undefined) return;
      const pause = { by: "config", reason, at: new Date(clock.now()).toISOString() } as const;
      current = pause;
      savedAt = Number.POSITIVE_INFINITY;
      log.error("the destination is paused: its configuration does not work", { reason });
      await save(pause);
      savedAt = clock.monotonic();
    },
  };
}

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

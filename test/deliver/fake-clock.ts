import type { Clock } from "../../src/support/clock.ts";

/** Time that moves when told, timer by timer; what each timer sets off is done before the next. */
export interface FakeClock extends Clock {
  advance(ms: number): Promise<void>;
  /** The wall clock alone, as when somebody sets it. */
  jump(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

export function createFakeClock(start = Date.UTC(2026, 10, 20, 10)): FakeClock {
  const timers = new Set<Timer>();
  let passed = 0;
  let wallOffset = start;
  const next = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  };
  return {
    now: () => wallOffset + passed,
    monotonic: () => passed,
    after(ms, call) {
      const timer = { at: passed + Math.max(0, ms), call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = passed + ms;
      await settled();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer);
        passed = Math.max(passed, timer.at);
        timer.call();
        await settled();
      }
      passed = until;
    },
    jump(ms) {
      wallOffset += ms;
    },
  };
}

/** All that is not waiting for time or the outside has run. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

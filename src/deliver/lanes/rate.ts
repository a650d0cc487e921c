import type { Clock } from "../../support/clock.ts";

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

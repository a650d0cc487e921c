import type { Clock } from "../../support/clock.ts";
import { delay } from "../../support/delay.ts";
import { throwIfAborted } from "../http/verdicts.ts";

/** So many calls in an interval, and of these so many at once. */
export interface PaceRule {
  readonly calls: number;
  readonly intervalMs: number;
  readonly atOnce: number;
}

/** Spreads calls, so that a limit of the other side is never reached. */
export interface Pace {
  /** Waits for its turn. Throws DeliveryError when the signal aborts before. */
  take(signal: AbortSignal): Promise<void>;
  change(rule: PaceRule): void;
  /** Nobody's turn comes before so many milliseconds have passed. */
  hold(ms: number): void;
}

export function createPace(first: PaceRule, clock: Pick<Clock, "monotonic" | "after">): Pace {
  let rule = first;
  let nextAt = Number.NEGATIVE_INFINITY;
  // In any interval there are at most `atOnce` calls and those that the spacing lets through.
  const spacing = () => rule.intervalMs / (rule.calls - rule.atOnce);
  return {
    async take(signal) {
      throwIfAborted(signal);
      const now = clock.monotonic();
      nextAt = Math.max(nextAt, now - rule.atOnce * spacing()) + spacing();
      const waitMs = nextAt - now;
      if (waitMs > 0) await delay(waitMs, { clock, signal });
      throwIfAborted(signal);
    },
    change(changed) {
      rule = changed;
    },
    hold(ms) {
      nextAt = Math.max(nextAt, clock.monotonic() + ms);
    },
  };
}

import { DeliveryError } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";

/** How much of a vendor's limit is left in its window, as its answers say. */
export interface RateWindow {
  /** A delivery begins, and may make so many calls. Throws DeliveryError `outage` until the window's end where not so many are left. */
  enter(calls: number): void;
  /** It is over. */
  leave(calls: number): void;
  /** A call is sent. */
  spend(): void;
  /** What an answer says. */
  learn(remaining: number, windowLeftMs: number): void;
}

/** Deliveries begin only with calls that are left for them, so none ends in the middle with a 429. */
export function createRateWindow(clock: Pick<Clock, "monotonic">, vendor: string): RateWindow {
  let left = Number.POSITIVE_INFINITY;
  let endsAt = Number.NEGATIVE_INFINITY;
  let reserved = 0;
  return {
    enter(calls) {
      const now = clock.monotonic();
      if (now >= endsAt) left = Number.POSITIVE_INFINITY;
      if (left < reserved + calls) {
        const words = `${vendor}'s limit is used up until its window ends`;
        throw new DeliveryError("outage", words, {
          limited: true,
          afterMs: Math.ceil(endsAt - now),
        });
      }
      reserved += calls;
    },
    leave(calls) {
      reserved -= calls;
    },
    spend() {
      left -= 1;
    },
    learn(remaining, windowLeftMs) {
      if (!(remaining >= 0) || !(windowLeftMs > 0)) return;
      const now = clock.monotonic();
      // Answers overtake each other: within a window the smallest counts.
      left = now < endsAt ? Math.min(left, remaining) : remaining;
      if (now >= endsAt) endsAt = now + windowLeftMs;
    },
  };
}

import { DeliveryError } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { delay } from "../../support/delay.ts";
import { throwIfAborted } from "../http/verdicts.ts";

/** An attempt that would wait longer gives its place up. */
const mostWaitMs = 10_000;
/** A channel that Slack has refused a post for is tried again after this at the latest. */
const mostHoldMs = 60_000;

/** Posts to one channel, one after the other: Slack takes about one a second. */
export interface ChannelTurns {
  /** Waits for its turn; the next comes so much later. Throws DeliveryError where that takes too long. */
  take(intervalMs: number, signal: AbortSignal): Promise<void>;
  /** Nobody's turn comes before so many milliseconds have passed. */
  hold(ms: number): void;
}

export function createChannelTurns(clock: Clock): ChannelTurns {
  let freeAt = Number.NEGATIVE_INFINITY;
  return {
    async take(intervalMs, signal) {
      throwIfAborted(signal);
      const at = Math.max(clock.monotonic(), freeAt);
      const waitMs = Math.ceil(at - clock.monotonic());
      if (waitMs > mostWaitMs) {
        const words = "Slack: the channel takes no more posts for now";
        throw new DeliveryError("outage", words, { laneOnly: true, afterMs: waitMs });
      }
      freeAt = at + intervalMs;
      if (waitMs > 0) await delay(waitMs, { clock, signal });
      throwIfAborted(signal);
    },
    hold(ms) {
      freeAt = Math.max(freeAt, clock.monotonic() + Math.min(ms, mostHoldMs));
    },
  };
}

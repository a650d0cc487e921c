import { DeliveryError } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { delay } from "../../support/delay.ts";

/** As `extensions.cost.throttleStatus` of an answer has it (shopify.dev/docs/api/usage/limits). */
export interface ThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  /** A second. */
  readonly restoreRate: number;
}

/** The points that queries cost: they refill with time, and belong to this app in this shop alone. */
export interface Budget {
  /** Waits its turn until there are so many. Throws DeliveryError where that takes too long. */
  take(points: number, signal: AbortSignal): Promise<void>;
  /** What was taken is used up or not, as `status` has it; undefined: nobody knows. */
  settle(points: number, status: ThrottleStatus | undefined): void;
}

/** Of the smallest plan, until Shopify says what this one has. */
const first: ThrottleStatus = {
  maximumAvailable: 1_000,
  currentlyAvailable: 1_000,
  restoreRate: 50,
};
/** An attempt that would wait longer gives its place up. */
const mostWaitMs = 5_000;

export function createBudget(clock: Pick<Clock, "monotonic" | "after">): Budget {
  let known = { ...first, at: clock.monotonic() };
  /** Taken by queries that are not answered yet. */
  let taken = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const available = () => {
    const refilled = ((clock.monotonic() - known.at) / 1_000) * known.restoreRate;
    return Math.min(known.maximumAvailable, known.currentlyAvailable + refilled) - taken;
  };
  const waitFor = async (points: number, signal: AbortSignal) => {
    // What costs more than there can ever be is for Shopify to refuse.
    const needed = Math.min(points, known.maximumAvailable);
    for (let lack = needed - available(); lack > 0; lack = needed - available()) {
      const ms = Math.ceil((lack / known.restoreRate) * 1_000);
      if (ms > mostWaitMs) throw spent(ms);
      await delay(ms, { clock, signal });
      if (signal.aborted) {
        throw new DeliveryError("outage", "stopped while it waited for points");
      }
    }
    taken += points;
  };
  return {
    take(points, signal) {
      const mine = turn.then(() => waitFor(points, signal));
      turn = mine.catch(() => undefined);
      return mine;
    },
    settle(points, status) {
      taken -= points;
      if (status === undefined) known.currentlyAvailable -= points;
      else known = { ...status, at: clock.monotonic() };
    },
  };
}

export function spent(afterMs: number): DeliveryError {
  const words = "Shopify: the points of this app are used up for now";
  return new DeliveryError("outage", words, { afterMs, limited: true });
}

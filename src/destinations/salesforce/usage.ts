import { DeliveryError } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";

/** How long nothing is asked near the limit. */
const pauseMs = 30 * 60_000;
/** The requests come back bit by bit: deliveries go on when so much of the share is free again, not one by one. */
const freeAgain = 0.1;

/** Keeps a share of the account's daily API requests for others. */
export interface Usage {
  /**
   * Before a delivery. While the share is used up it throws DeliveryError `outage`, and every half hour `ask` says how it stands: no delivery
   * is made to find out, for one that succeeds would let the others use up their attempts.
   */
  admit(ask: () => Promise<unknown>): Promise<void>;
  /** Of every answer: `api-usage=18/5000`, over the last 24 hours. */
  learn(header: unknown): void;
  /** Salesforce says that nothing is left. */
  exhausted(): void;
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm */
export function createUsage(reserve: number, clock: Pick<Clock, "monotonic">): Usage {
  let isNear = false;
  let pausedUntil = 0;
  const pause = () => {
    isNear = true;
    pausedUntil = clock.monotonic() + pauseMs;
  };
  const throwIfNear = () => {
    if (!isNear) return;
    const words =
      "the share of the account's daily API requests is used up (reserve); it is asked again in 30 min";
    const afterMs = Math.max(1, pausedUntil - clock.monotonic());
    throw new DeliveryError("outage", `Salesforce: ${words}`, { limited: true, afterMs });
  };
  return {
    async admit(ask) {
      if (isNear && clock.monotonic() >= pausedUntil) {
        pause();
        await ask();
      }
      throwIfNear();
    },
    learn(header) {
      const [, used, most] = /\bapi-usage=(\d+)\/(\d+)/.exec(String(header)) ?? [];
      if (most === undefined) return;
      const share = Number(most) * (1 - reserve);
      if (Number(used) < share * (1 - freeAgain)) isNear = false;
      else if (Number(used) >= share && !isNear) pause();
    },
    exhausted: pause,
  };
}

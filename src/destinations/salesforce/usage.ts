import { DeliveryError } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";

/** How long nothing is asked near the limit; then one delivery goes, and its answer says how it stands. */
export const pauseMs = 30 * 60_000;

/** Keeps a share of the account's daily API requests for others. */
export interface Usage {
  /** Throws DeliveryError `outage` while the share is used up. */
  check(): void;
  /** Of every answer: `api-usage=18/5000`, over the last 24 hours. */
  learn(header: unknown): void;
  /** Salesforce says that nothing is left. */
  exhausted(): void;
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm */
export function createUsage(reserve: number, clock: Pick<Clock, "monotonic">): Usage {
  let closedUntil = 0;
  const close = () => {
    closedUntil = clock.monotonic() + pauseMs;
  };
  return {
    check() {
      const afterMs = closedUntil - clock.monotonic();
      if (afterMs <= 0) return;
      const words =
        "the share of the account's daily API requests is used up (reserve); it is asked again in 30 min";
      throw new DeliveryError("outage", `Salesforce: ${words}`, { afterMs });
    },
    learn(header) {
      const [, used, most] = /\bapi-usage=(\d+)\/(\d+)/.exec(String(header)) ?? [];
      if (Number(used) >= Number(most) * (1 - reserve)) close();
    },
    exhausted: close,
  };
}

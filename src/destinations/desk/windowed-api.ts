import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { type ApiAnswer, type ApiOptions, createApi, type Session } from "../http/api.ts";
import { createRateWindow } from "../rate-window.ts";
import type { Shared } from "../shared.ts";

/** A help desk's API, whose answers say how many calls its limit's window has left. */
export interface WindowedApi {
  /** A delivery's calls, within the limit. Throws DeliveryError `outage` before the first where too few are left. */
  within<T>(given: SessionOf, work: (session: Session) => Promise<T>): Promise<T>;
  /** Of no delivery: for checks and requirements. */
  plain(signal: AbortSignal): Session;
  close(): Promise<void>;
}

interface SessionOf {
  readonly event: WaypostEvent;
  readonly context: Pick<DeliveryContext, "shadow">;
  readonly signal: AbortSignal;
}

interface WindowedOptions extends Omit<ApiOptions, "before" | "learn"> {
  /** What a delivery may need: a new person's first message, and what a 404 makes of it. */
  readonly mostCalls: number;
  /** All that tells the account from others. */
  readonly account: readonly unknown[];
  /** How many calls are left, and for how long. */
  readonly leftIn: (answer: ApiAnswer) => readonly [calls: number, windowLeftMs: number];
}

export function createWindowedApi(
  { mostCalls, account, leftIn, ...options }: WindowedOptions,
  clock: Pick<Clock, "monotonic">,
  shared: Shared,
): WindowedApi {
  const { vendor } = options;
  const window = shared.of(`${vendor} limit`, account, () => createRateWindow(clock, vendor));
  const api = createApi({
    ...options,
    before: () => window.spend(),
    learn: (answer) => window.learn(...leftIn(answer)),
  });
  return {
    async within({ event, context, signal }, work) {
      window.enter(mostCalls);
      try {
        return await work(api.session(event, context, signal));
      } finally {
        window.leave(mostCalls);
      }
    },
    plain: api.plain,
    close: api.close,
  };
}

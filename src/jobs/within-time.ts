import { type DeliveryContext, DeliveryError, type WaypostEvent } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";

interface Sending {
  /** For the idempotency key. */
  readonly name: string;
  readonly event: WaypostEvent;
  readonly attempt: number;
  readonly clock: Clock;
  /** 10 s unless told. */
  readonly timeoutMs?: number;
}

/** One call of a destination outside the ledger, for an event that is about nobody: ends with the time limit, or when it is over. */
export async function withinTime<T>(
  { name, event, attempt, clock, timeoutMs = 10_000 }: Sending,
  over: AbortSignal,
  call: (context: DeliveryContext, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.after(timeoutMs, () => {
    late.abort(new DeliveryError("outage", `no answer within ${timeoutMs / 1_000} s`));
  });
  const signal = AbortSignal.any([late.signal, over]);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const context: DeliveryContext = {
    destination: name,
    idempotencyKey: `${event.id}:${name}`,
    attempt,
    routes: [],
    fence: attempt,
    link: undefined,
    contactLink: undefined,
    contact: async () => undefined,
    scope: async () => ({ event }),
    concerned: async () => undefined,
    files: async () => [],
    shadow: false,
    // No two of them belong together.
    remember: async () => undefined,
  };
  try {
    return await Promise.race([call(context, signal), aborted]);
  } finally {
    cancel();
  }
}

import { type Clock, systemClock } from "./clock.ts";

interface DelayOptions {
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Pick<Clock, "after">;
}

/** Resolves after so many ms, or when the signal aborts. Never rejects. */
export function delay(ms: number, options: DelayOptions): Promise<void> {
  const { signal, clock = systemClock } = options;
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}

/** After so many failures in a row: 100 ms, doubling up to `mostMs`; of that a random half to whole. */
export function backoffMs(failures: number, mostMs: number): number {
  return Math.min(100 * 2 ** (failures - 1), mostMs) * (0.5 + Math.random() / 2);
}

/** Time as the engine sees it, so that a test can make days of it. */
export interface Clock {
  /** Wall time in milliseconds since 1970. May jump: for what is written down. */
  now(): number;
  /** Milliseconds that never jump: for leases and waits. */
  monotonic(): number;
  /** Calls once, later; the answer takes it back. Not more than 24 days. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after the time, or when the signal aborts. */
export function rest(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
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

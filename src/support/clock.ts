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

/** No vendor's Retry-After keeps us longer. */
const mostAfterMs = 24 * 60 * 60 * 1_000;
/** While the whole destination is out, its return should not go unnoticed for long. */
const mostUncountedMs = 60_000;

/** What of a row decides how long it waits. */
export interface Waiting {
  /** Attempts that count, this one too when it does. */
  readonly attempts: number;
  /** Attempts in a row that did not count, this one too when it does not. */
  readonly uncounted: number;
}

/** How long until the next attempt. The vendor's word wins, then the delay, plus or minus a quarter. */
export function retryDelayMs(
  delaysMs: readonly number[],
  { attempts, uncounted }: Waiting,
  afterMs: number | undefined,
): number {
  if (afterMs !== undefined) return Math.min(Math.max(afterMs, 0), mostAfterMs);
  const step = uncounted > 0 ? uncounted : attempts;
  const delay = delaysMs[Math.min(step, delaysMs.length) - 1] ?? mostUncountedMs;
  return jitter(uncounted > 0 ? Math.min(delay, mostUncountedMs) : delay);
}

export function jitter(ms: number): number {
  return Math.round(ms * (0.75 + Math.random() / 2));
}

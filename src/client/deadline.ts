import { ApiUnreachable } from "./api-problem.ts";

/** A time limit that moves on: as long as something comes, the other side is there. */
export interface Deadline {
  /** Aborted when the time is over, or by the caller. */
  readonly signal: AbortSignal;
  /** So long from now. */
  extend(ms: number): void;
  /** No time limit any more; the caller can still abort. */
  clear(): void;
}

export function deadline(ms: number, caller: AbortSignal | undefined): Deadline {
  const late = new AbortController();
  const start = (limitMs: number) =>
    setTimeout(() => late.abort(new ApiUnreachable("ETIMEDOUT")), limitMs);
  let timer = start(ms);
  return {
    signal: caller === undefined ? late.signal : AbortSignal.any([caller, late.signal]),
    extend: (limitMs) => {
      clearTimeout(timer);
      timer = start(limitMs);
    },
    clear: () => clearTimeout(timer),
  };
}

import type { Outcome } from "./http.ts";
import { createLatency, type Percentiles } from "./latency.ts";
import type { SimulatedPost } from "./traffic.ts";

/** One attempt and what came of it. */
export interface Answer {
  readonly post: SimulatedPost;
  /** An HTTP status, or the error's code where no answer came. */
  readonly outcome: Outcome;
  readonly expected: boolean;
  /** 1, 2 … */
  readonly attempt: number;
  readonly willRepeat: boolean;
  /** Since the time it was due, or since it was sent where nothing was scheduled. */
  readonly ms: number;
}

/** What a run came to. Times in ms. */
export interface Summary {
  /** POSTs sent, and what they held; repeats by `retry` count only as attempts. */
  readonly posts: number;
  readonly items: number;
  readonly bytes: number;
  readonly attempts: number;
  /** Every outcome, by status or error code. */
  readonly codes: Readonly<Record<string, number>>;
  /** POSTs by their last outcome. */
  readonly expected: number;
  readonly unexpected: number;
  /** First answers, from the time each POST was due: waiting for a connection counts. */
  readonly ackMs: Percentiles;
  /** How late the sender itself was: where this is not small, the figures above are its own. */
  readonly lateMs: Percentiles;
  readonly elapsedMs: number;
  /** POSTs a second, from the first to the last one sent. */
  readonly achievedRate: number;
}

/** What a progress bar shows. */
export interface Progress {
  readonly sent: number;
  readonly done: number;
  readonly unexpected: number;
}

/** Counts a run while it goes on. `now`: in ms. */
export function createTally(now: () => number) {
  const ack = createLatency();
  const late = createLatency();
  const codes: Record<string, number> = {};
  const sums = { posts: 0, items: 0, bytes: 0, attempts: 0, expected: 0, unexpected: 0 };
  let firstAt = 0;
  let lastAt = 0;
  return {
    sent(post: SimulatedPost, lateMs: number): void {
      lastAt = now();
      if (sums.posts === 0) firstAt = lastAt;
      sums.posts += 1;
      sums.items += post.items.length;
      sums.bytes += post.bytes.length;
      late.add(lateMs);
    },
    answered({ outcome, attempt, ms }: Answer): void {
      sums.attempts += 1;
      codes[outcome] = (codes[outcome] ?? 0) + 1;
      if (attempt === 1 && tellsLatency(outcome)) ack.add(ms);
    },
    /** Called once a POST, with its last outcome. */
    ended(expected: boolean): void {
      if (expected) sums.expected += 1;
      else sums.unexpected += 1;
    },
    progress: (): Progress => ({
      sent: sums.posts,
      done: sums.expected + sums.unexpected,
      unexpected: sums.unexpected,
    }),
    summary: (elapsedMs: number): Summary => ({
      ...sums,
      codes,
      ackMs: ack.percentiles(),
      lateMs: late.percentiles(),
      elapsedMs: Math.round(elapsedMs),
      achievedRate: lastAt > firstAt ? round(((sums.posts - 1) * 1000) / (lastAt - firstAt)) : 0,
    }),
  };
}

/** Answers do, and waits that ended without one; a refused connection would only flatter. */
function tellsLatency(outcome: Outcome): boolean {
  return typeof outcome === "number" || outcome.endsWith("_TIMEOUT");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

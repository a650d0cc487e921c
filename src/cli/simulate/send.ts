import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, systemClock } from "../../support/clock.ts";
import { delay } from "../../support/delay.ts";
import { createPostClient } from "./http.ts";
import { retryDelays } from "./retry.ts";
import { type Answer, createTally, type Progress, type Summary } from "./tally.ts";
import type { SimulatedPost } from "./traffic.ts";

export type { Answer, Progress, Summary } from "./tally.ts";

export interface SendOptions {
  readonly url: string;
  /** How many connections, and in the closed loop how many POSTs at a time (default 64). */
  readonly connections?: number;
  /** Takes no new POST after this many ms. */
  readonly durationMs?: number;
  /** How long to wait for one answer (default 10,000). */
  readonly timeoutMs?: number;
  /** So long whatever is not answered as expected is repeated, as Meta does. */
  readonly retryMs?: number;
  /** Stops sending and repeating; what is under way is still awaited. */
  readonly signal?: AbortSignal;
  readonly onAnswer?: (answer: Answer) => void;
  /** Called once, with a way to ask how far the run is. */
  readonly onStart?: (progress: () => Progress) => void;
  readonly clock?: SendClock;
}

type SendClock = Pick<Clock, "monotonic" | "after">;

/**
 * Sends each POST when it is due, whatever the answers take (open loop), or as soon as a connection is free
 * (closed loop, for those without `dueMs`), and resolves when all are answered. Never rejects for an answer.
 */
export async function sendTraffic(
  posts: Iterable<SimulatedPost>,
  options: SendOptions,
): Promise<Summary> {
  const { url, connections = 64, timeoutMs = 10_000, signal, clock = systemClock } = options;
  const client = createPostClient({ url, connections, timeoutMs });
  const tally = createTally(clock.monotonic);
  const iterator = posts[Symbol.iterator]();
  let next = iterator.next(); // a day is written before the clock starts
  const start = clock.monotonic();
  options.onStart?.(tally.progress);

  const exchange = async (post: SimulatedPost) => {
    const now = clock.monotonic();
    const dueAt = Math.min(now, start + (post.dueMs ?? now)); // a timer may fire a little early
    tally.sent(post, now - dueAt);
    const nextDelay = retryDelays(options.retryMs);
    const attemptOnce = async (attempt: number): Promise<[expected: boolean, retryMs?: number]> => {
      const outcome = await client.post(post.bytes, post.signature);
      const expected = outcome === post.expect;
      const retryMs = expected || signal?.aborted === true ? undefined : nextDelay();
      const willRepeat = retryMs !== undefined;
      const ms = clock.monotonic() - dueAt;
      const answer = { post, outcome, expected, attempt, willRepeat, ms };
      tally.answered(answer);
      options.onAnswer?.(answer);
      return willRepeat ? [expected, retryMs] : [expected];
    };
    for (let attempt = 1; ; attempt += 1) {
      const [expected, retryMs] = await attemptOnce(attempt);
      if (retryMs !== undefined) await pause(retryMs, { signal, clock });
      if (retryMs === undefined || signal?.aborted === true) return tally.ended(expected);
    }
  };

  const pace = createPace({ start, connections, signal, clock, durationMs: options.durationMs });
  for (; next.done !== true; next = iterator.next()) {
    if (!(await pace.turnOf(next.value))) break;
    pace.run(exchange(next.value));
  }
  await pace.idle();
  await client.close();
  return tally.summary(clock.monotonic() - start);
}

interface PaceOptions {
  readonly start: number;
  readonly connections: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: SendClock;
  readonly durationMs: number | undefined;
}

/** Decides when the next POST may go, and knows what is under way. */
function createPace({ start, connections, signal, clock, durationMs }: PaceOptions) {
  const endMs = durationMs ?? Number.POSITIVE_INFINITY;
  let running = 0;
  let wake: () => void = () => undefined;
  let lastTurn = start;
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const ended = () => {
    running -= 1;
    wake();
  };
  return {
    /** Resolves when it is this POST's turn; false when there are to be no more. */
    async turnOf(post: SimulatedPost): Promise<boolean> {
      if (post.dueMs === undefined) while (running >= connections) await changed();
      else if (post.dueMs >= endMs) return false;
      else await pause(start + post.dueMs - clock.monotonic(), { signal, clock });
      if (clock.monotonic() - lastTurn > 5) {
        await nextTurn(); // a schedule that is behind must still let answers in
        lastTurn = clock.monotonic();
      }
      return signal?.aborted !== true && clock.monotonic() - start < endMs;
    },
    run(task: Promise<void>): void {
      running += 1;
      task.then(ended, ended);
    },
    async idle(): Promise<void> {
      while (running > 0) await changed();
    },
  };
}

/** At once when nothing is left to wait. */
function pause(ms: number, options: Parameters<typeof delay>[1]): Promise<void> | undefined {
  return ms > 0 ? delay(ms, options) : undefined;
}

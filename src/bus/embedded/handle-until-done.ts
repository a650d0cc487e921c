import { setTimeout as sleep } from "node:timers/promises";
import type { Carried, HandleBatch } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";

const backoffMs = { first: 100, most: 5_000 };

/**
 * Gives the handler the same batch until it resolves, then answers true. Waits 100 ms after the first
 * failure, at most 5 s, with jitter. False when `halt` (pause or close) came between two attempts.
 */
export async function handleUntilDone(
  batch: readonly Carried[],
  handle: HandleBatch,
  options: { readonly closing: AbortSignal; readonly halt: AbortSignal; readonly log: Log },
): Promise<boolean> {
  const { closing, halt, log } = options;
  let delayMs = backoffMs.first;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await handle(batch, closing);
      return true;
    } catch (error) {
      if (halt.aborted) return false;
      const ms = Math.round(delayMs * (0.75 + Math.random() / 2));
      log.warn("the handler failed, the same batch comes again", {
        error,
        attempt,
        ms,
        count: batch.length,
      });
      await sleep(ms, undefined, { signal: halt }).catch(() => undefined);
      if (halt.aborted) return false;
      delayMs = Math.min(delayMs * 2, backoffMs.most);
    }
  }
}

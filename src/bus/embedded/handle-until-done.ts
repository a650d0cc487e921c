import type { BusMessage } from "../../contracts.ts";
import { backoffMs, delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";

const mostBackoffMs = 5_000;

/**
 * Gives the handler the same batch until it resolves, then answers true. Waits 100 ms at most after the first
 * failure, and never more than 5 s. False when `halt` (pause or close) came between two attempts.
 */
export async function handleUntilDone(
  batch: readonly BusMessage[],
  handle: (batch: readonly BusMessage[], closing: AbortSignal) => Promise<void>,
  options: { readonly closing: AbortSignal; readonly halt: AbortSignal; readonly log: Log },
): Promise<boolean> {
  const { closing, halt, log } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await handle(batch, closing);
      return true;
    } catch (error) {
      if (halt.aborted) return false;
      const ms = Math.round(backoffMs(attempt, mostBackoffMs));
      log.warn("the handler failed, the same batch comes again", {
        error,
        attempt,
        ms,
        count: batch.length,
      });
      await delay(ms, { signal: halt });
      if (halt.aborted) return false;
    }
  }
}

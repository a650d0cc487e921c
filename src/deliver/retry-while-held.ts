import type { Clock } from "../support/clock.ts";
import { delay } from "../support/delay.ts";
import type { Lease } from "../support/lease.ts";
import type { Log } from "../support/log.ts";

const waitMs = { first: 50, most: 2_000 };

/** Asks the ledger again and again until it answers. Throws LeaseOverError when the lease ends first. */
export async function retryWhileHeld<T>(
  work: () => Promise<T>,
  { lease, clock, log }: { readonly lease: Lease; readonly clock: Clock; readonly log: Log },
): Promise<T> {
  for (let ms = waitMs.first; ; ms = Math.min(2 * ms, waitMs.most)) {
    lease.check();
    try {
      return await work();
    } catch (error) {
      log.warn("the ledger does not answer, asks again", { ms, error });
    }
    await delay(ms, { clock, signal: lease.over });
  }
}

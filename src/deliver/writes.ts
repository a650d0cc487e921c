import type { DeliveryChange, Ledger } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import { type Lease, LeaseOverError } from "../support/lease.ts";
import type { Log } from "../support/log.ts";
import { retryWhileHeld } from "./retry-while-held.ts";

/** An operator gave the row up: nothing more is written of it. */
export class GivenUpError extends Error {
  override readonly name = "GivenUpError";
}

interface Waiting {
  readonly change: DeliveryChange;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One bulk write; what comes meanwhile goes with the next. */
const maxBulk = 1_000;

/**
 * Writes a change of a row. Resolves when the ledger has it; rejects with GivenUpError when an operator has ended the
 * row, with LeaseOverError when that cannot be known any more. What is asked for while a write is on shares the next one.
 */
export function createWrites(parts: {
  readonly name: string;
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
}): (change: DeliveryChange) => Promise<void> {
  const { name, ledger, lease, log } = parts;
  let waiting: Waiting[] = [];
  let writing = false;
  const writeBulk = async (bulk: readonly Waiting[]): Promise<void> => {
    const changes = bulk.map(({ change }) => change);
    const matched = await retryWhileHeld(() => ledger.write(lease.epoch, changes), parts);
    if (matched === bulk.length) {
      for (const { resolve } of bulk) resolve();
      return;
    }
    const givenUp = new Set(await retryWhileHeld(() => ledger.givenUp(name), parts));
    const isGivenUp = ({ change }: Waiting) => givenUp.has(change.id);
    const rest = bulk.filter((each) => !isGivenUp(each));
    if (rest.length < bulk.length) {
      for (const { reject } of bulk.filter(isGivenUp)) reject(new GivenUpError());
      // The others again: a repeat changes nothing, and says whether they all matched.
      return writeBulk(rest);
    }
    // Another holder has stamped them, or somebody removed one: either way a new term loads what is true.
    log.warn("the ledger has other rows than this process thinks", {
      count: bulk.length - matched,
    });
    lease.lose("rows did not match");
    throw new LeaseOverError("rows did not match");
  };
  const run = async () => {
    writing = true;
    while (waiting.length > 0) {
      const bulk = waiting.slice(0, maxBulk);
      waiting = waiting.slice(maxBulk);
      try {
        await writeBulk(bulk);
      } catch (error) {
        for (const { reject } of bulk) reject(error);
      }
    }
    writing = false;
  };
  return (change) =>
    new Promise((resolve, reject) => {
      waiting.push({ change, resolve, reject });
      // In the next tick, with all that this one asks for.
      if (!writing) {
        writing = true;
        queueMicrotask(() => void run());
      }
    });
}

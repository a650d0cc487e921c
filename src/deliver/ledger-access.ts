import type { DeliveryChange, Ledger, WaypostEvent } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import { delay } from "../support/delay.ts";
import { gathered } from "../support/gathered.ts";
import { type Lease, LeaseOverError } from "../support/lease.ts";
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

export type Body = WaypostEvent | "quarantined" | undefined;

/** The events of open rows: those that came lately from memory, all others from the log. */
export interface Bodies {
  keep(event: WaypostEvent): void;
  /** undefined: the log does not have it yet. Rejects with StoreError. */
  get(id: string): Promise<Body>;
}

const defaultMaxBytes = 64 * 1024 * 1024;

/** As JSON, so that their size is known. What is asked for together is one question to the log. */
export function createBodies(
  { bodies }: Pick<Ledger, "bodies">,
  maxBytes = defaultMaxBytes,
): Bodies {
  const kept = new Map<string, string>();
  let bytes = 0;
  const ask = gathered(async (ids: readonly string[]) => {
    const found = await bodies(ids);
    return (id): Body => found.get(id);
  });
  const sizeOf = (json: string) => 2 * json.length;
  const drop = (id: string, json: string) => {
    kept.delete(id);
    bytes -= sizeOf(json);
  };
  return {
    keep(event) {
      if (kept.has(event.id)) return;
      const json = JSON.stringify(event);
      kept.set(event.id, json);
      bytes += sizeOf(json);
      for (const [id, oldest] of kept) {
        if (bytes <= maxBytes) break;
        drop(id, oldest);
      }
    },
    async get(id) {
      const json = kept.get(id);
      if (json === undefined) return ask(id);
      // Used last: goes last.
      kept.delete(id);
      kept.set(id, json);
      return JSON.parse(json);
    },
  };
}

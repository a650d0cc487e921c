import type { DestinationLease, Ledger } from "../contracts.ts";
import { type Clock, rest } from "../support/clock.ts";
import type { Log } from "../support/log.ts";

export interface LeaseTerms {
  readonly ledger: Ledger;
  readonly name: string;
  /** Unlike that of any other process. */
  readonly holder: string;
  readonly clock: Clock;
  /** 15 s; a third of it between two renewals. */
  readonly leaseMs: number;
  readonly log: Log;
}

export interface Taken {
  readonly row: DestinationLease;
  /** Another process held it and did not release it. */
  readonly abandoned: boolean;
  /** Monotonic, before the ledger was asked. */
  readonly askedAt: number;
}

/**
 * Waits until nobody holds the destination, and takes it. A released lease is free at once, and so is one
 * that this process held; another's is when its counter stood still for a full lease, by our clock.
 * undefined when the signal aborts.
 */
export async function takeLease(
  terms: LeaseTerms,
  signal: AbortSignal,
): Promise<Taken | undefined> {
  const { clock, leaseMs, log } = terms;
  const watch = createWatch(terms);
  let failing = false;
  while (!signal.aborted) {
    try {
      const taken = await watch();
      if (taken !== undefined) return taken;
      failing = false;
    } catch (error) {
      if (!failing) log.warn("the ledger cannot be asked for the lease, tries again", { error });
      failing = true;
    }
    await rest(clock, leaseMs / 15, signal);
  }
  return undefined;
}

/** Looks once, and takes the lease when it may. */
function createWatch({ ledger, name, holder, clock, leaseMs }: LeaseTerms) {
  let seen: DestinationLease | undefined;
  let stillSince = 0;
  return async (): Promise<Taken | undefined> => {
    const now = await ledger.destination(name);
    if (seen?.epoch !== now.epoch || seen.beat !== now.beat) stillSince = clock.monotonic();
    seen = now;
    const free = ledger.exclusive || now.holder === undefined || now.holder === holder;
    if (!free && clock.monotonic() - stillSince < leaseMs) return undefined;
    const askedAt = clock.monotonic();
    const row = await ledger.takeLease(name, now, holder);
    const abandoned = now.holder !== undefined && now.holder !== holder;
    return row === undefined ? undefined : { row, askedAt, abandoned };
  };
}

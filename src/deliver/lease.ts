import type { DestinationLease, Ledger } from "../contracts.ts";
import type { Log } from "../support/log.ts";
import { type Clock, rest } from "./clock.ts";

/** A destination is held by one process at a time: this one, until `over`. */
export interface Lease {
  readonly epoch: number;
  /** Aborts with a LeaseOverError: out of time, lost or released. Nothing may be started from then on. */
  readonly over: AbortSignal;
  /** By the monotonic clock, with a margin: at 0 nobody else can have it yet. */
  leftMs(): number;
  /** Throws LeaseOverError unless there is time left. */
  check(): void;
  /** Renews it now. */
  renew(): Promise<void>;
  /** It is lost, or what we know is not what the ledger knows. */
  lose(reason: string): void;
  /** The next taker need not wait. Never rejects. */
  release(): Promise<void>;
}

export class LeaseOverError extends Error {
  override readonly name = "LeaseOverError";
}

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
  const { ledger, name, holder, clock, leaseMs, log } = terms;
  let seen: DestinationLease | undefined;
  let stillSince = 0;
  let failing = false;
  while (!signal.aborted) {
    try {
      const now = await ledger.destination(name);
      failing = false;
      if (seen === undefined || seen.epoch !== now.epoch || seen.beat !== now.beat) {
        seen = now;
        stillSince = clock.monotonic();
      }
      const free = ledger.exclusive || now.holder === undefined || now.holder === holder;
      if (free || clock.monotonic() - stillSince >= leaseMs) {
        const askedAt = clock.monotonic();
        const row = await ledger.takeLease(name, seen, holder);
        if (row !== undefined) return { row, askedAt };
      }
    } catch (error) {
      if (!failing) log.warn("the ledger cannot be asked for the lease, tries again", { error });
      failing = true;
    }
    await rest(clock, leaseMs / 15, signal);
  }
  return undefined;
}

/** Keeps what was taken: a renewal every third of the lease. `onRow` gets each row that a renewal answered with. */
export function holdLease(
  terms: LeaseTerms,
  { row, askedAt }: Taken,
  onRow: (row: DestinationLease, askedAt: number) => void,
): Lease {
  const { ledger, name, clock, leaseMs, log } = terms;
  const { epoch } = row;
  // Time for an abort to reach the other end.
  const usableMs = (leaseMs * 14) / 15;
  const ending = new AbortController();
  let until = askedAt + usableMs;
  let cancelBeat = () => {};
  let cancelEnd = () => {};
  const leftMs = () => (ending.signal.aborted ? 0 : Math.max(0, until - clock.monotonic()));
  const lose = (reason: string) => {
    if (ending.signal.aborted) return;
    cancelBeat();
    cancelEnd();
    ending.abort(new LeaseOverError(reason));
  };
  const watchEnd = () => {
    cancelEnd();
    cancelEnd = clock.after(Math.max(1, Math.ceil(leftMs())), () => {
      if (leftMs() > 0) return watchEnd();
      log.warn("the lease ran out before it could be renewed");
      lose("the lease ran out");
    });
  };
  const renew = async () => {
    const asked = clock.monotonic();
    const renewed = await ledger.renewLease(name, epoch);
    if (ending.signal.aborted) return;
    if (renewed === undefined) {
      log.warn("somebody else took the lease");
      return lose("somebody else took the lease");
    }
    until = Math.max(until, asked + usableMs);
    watchEnd();
    if (leftMs() > 0) onRow(renewed, asked);
  };
  const beat = async () => {
    const failed = await renew().then(
      () => false,
      () => true,
    );
    if (!ending.signal.aborted)
      cancelBeat = clock.after(failed ? leaseMs / 15 : leaseMs / 3, beatOn);
  };
  const beatOn = () => void beat();
  cancelBeat = clock.after(leaseMs / 3, beatOn);
  watchEnd();
  return {
    epoch,
    over: ending.signal,
    leftMs,
    check() {
      if (leftMs() > 0) return;
      lose("the lease ran out");
      throw ending.signal.reason;
    },
    renew,
    lose,
    async release() {
      if (ending.signal.aborted) return;
      lose("released");
      await ledger.releaseLease(name, epoch).catch((error: unknown) => {
        log.warn("the lease could not be released, the next holder waits for its end", { error });
      });
    },
  };
}

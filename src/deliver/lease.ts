import { setMaxListeners } from "node:events";
import type { DestinationLease } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { LeaseTerms, Taken } from "./take-lease.ts";

/** A destination is held by one process at a time: this one, until `over`. */
export interface Lease {
  readonly epoch: number;
  /** Aborts with a LeaseOverError: out of time, lost or released. Nothing may be started from then on. */
  readonly over: AbortSignal;
  /** By the monotonic clock, with a margin: above 0 nobody else can have it. */
  leftMs(): number;
  /** Throws LeaseOverError unless there is time left. */
  check(): void;
  /** It is lost, or what we know is not what the ledger knows. */
  lose(reason: string): void;
  /** The next taker need not wait. Never rejects. */
  release(): Promise<void>;
}

export class LeaseOverError extends Error {
  override readonly name = "LeaseOverError";
}

/** Keeps what was taken: a renewal every third of the lease. `onRow` gets each row that a renewal answered with. */
export function holdLease(
  terms: LeaseTerms,
  { row, askedAt }: Taken,
  onRow: (row: DestinationLease, askedAt: number) => void,
): Lease {
  const { ledger, name, clock, leaseMs, log } = terms;
  const { epoch } = row;
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const lose = (reason: string) => {
    if (ending.signal.aborted) return;
    log.info("the lease is over", { reason });
    ending.abort(new LeaseOverError(reason));
  };
  // The margin is for an abort to reach the other end.
  const time = createDeadline(clock, askedAt + margin(leaseMs), () => lose("it ran out"));
  const renew = async () => {
    const asked = clock.monotonic();
    const renewed = await ledger.renewLease(name, epoch);
    if (ending.signal.aborted) return;
    if (renewed === undefined) return lose("somebody else took it");
    time.extend(asked + margin(leaseMs));
    if (time.leftMs() > 0) onRow(renewed, asked);
  };
  const beat = createBeat(clock, leaseMs, renew);
  ending.signal.addEventListener("abort", () => {
    beat.stop();
    time.stop();
  });
  return {
    epoch,
    over: ending.signal,
    leftMs: () => (ending.signal.aborted ? 0 : time.leftMs()),
    check() {
      if (time.leftMs() <= 0) lose("it ran out");
      ending.signal.throwIfAborted();
    },
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

function margin(leaseMs: number): number {
  return (leaseMs * 14) / 15;
}

/** Calls once when the time is over, unless it is extended. */
function createDeadline(clock: Clock, first: number, onEnd: () => void) {
  let until = first;
  let cancel = () => {};
  const leftMs = () => Math.max(0, until - clock.monotonic());
  const watch = () => {
    cancel();
    cancel = clock.after(Math.max(1, Math.ceil(leftMs())), () =>
      leftMs() > 0 ? watch() : onEnd(),
    );
  };
  watch();
  return {
    leftMs,
    extend(to: number) {
      until = Math.max(until, to);
      watch();
    },
    stop: () => cancel(),
  };
}

/** Renews every third of the lease, and sooner after a failure. */
function createBeat(clock: Clock, leaseMs: number, renew: () => Promise<void>) {
  let stopped = false;
  let cancel = () => {};
  const beat = async () => {
    const waitMs = await renew().then(
      () => leaseMs / 3,
      () => leaseMs / 15,
    );
    if (!stopped) cancel = clock.after(waitMs, () => void beat());
  };
  cancel = clock.after(leaseMs / 3, () => void beat());
  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}

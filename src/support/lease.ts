import { setMaxListeners } from "node:events";
import type { Clock } from "./clock.ts";
import { delay } from "./delay.ts";
import type { Log } from "./log.ts";

/** Who holds a thing, and how often that was renewed. */
export interface LeaseRow {
  /** Counts the holders. */
  readonly epoch: number;
  /** Grows with every renewal. */
  readonly heartbeat: number;
  /** Absent: released. */
  readonly holder?: string;
}

/** Where leases are kept. `undefined` answers: the lease is somebody else's. */
interface LeaseRows<Row extends LeaseRow> {
  /** Nobody else can have these rows while this process has them: a taker need not wait. */
  readonly exclusive: boolean;
  lease(name: string): Promise<Row>;
  takeLease(
    name: string,
    seen: Pick<LeaseRow, "epoch" | "heartbeat">,
    holder: string,
  ): Promise<Row | undefined>;
  renewLease(name: string, epoch: number): Promise<Row | undefined>;
  releaseLease(name: string, epoch: number): Promise<void>;
}

export interface LeaseTerms<Row extends LeaseRow> {
  readonly rows: LeaseRows<Row>;
  readonly name: string;
  /** Unlike that of any other process. */
  readonly holder: string;
  readonly clock: Clock;
  /** 15 s; a third of it between two renewals. */
  readonly leaseMs: number;
  readonly log: Log;
}

export interface Taken<Row extends LeaseRow> {
  readonly row: Row;
  /** Another process held it and did not release it. */
  readonly abandoned: boolean;
  /** Monotonic, before it was asked for. */
  readonly askedAt: number;
}

/**
 * Waits until nobody holds it, and takes it. A released lease is free at once, and so is one
 * that this process held; another's is when its counter stood still for a full lease, by our clock.
 * undefined when the signal aborts.
 */
export async function takeLease<Row extends LeaseRow>(
  terms: LeaseTerms<Row>,
  signal: AbortSignal,
): Promise<Taken<Row> | undefined> {
  const { clock, leaseMs, log } = terms;
  const watch = createWatch(terms);
  let failing = false;
  while (!signal.aborted) {
    try {
      const taken = await watch();
      if (taken !== undefined) return taken;
      failing = false;
    } catch (error) {
      if (!failing) log.warn("the store cannot be asked for the lease, tries again", { error });
      failing = true;
    }
    await delay(leaseMs / 15, { clock, signal });
  }
  return undefined;
}

/** Looks once, and takes the lease when it may. */
function createWatch<Row extends LeaseRow>(terms: LeaseTerms<Row>) {
  const { rows, name, holder, clock, leaseMs } = terms;
  let seen: Row | undefined;
  let stillSince = 0;
  return async (): Promise<Taken<Row> | undefined> => {
    const now = await rows.lease(name);
    if (seen?.epoch !== now.epoch || seen.heartbeat !== now.heartbeat)
      stillSince = clock.monotonic();
    seen = now;
    const free = rows.exclusive || now.holder === undefined || now.holder === holder;
    if (!free && clock.monotonic() - stillSince < leaseMs) return undefined;
    const askedAt = clock.monotonic();
    const row = await rows.takeLease(name, now, holder);
    const abandoned = now.holder !== undefined && now.holder !== holder;
    return row === undefined ? undefined : { row, askedAt, abandoned };
  };
}

/** A destination or a job is held by one process at a time: this one, until `over`. */
export interface Lease {
  readonly epoch: number;
  /** A fencing token: larger than each before it, of this holder and of all that were before. */
  fence(): number;
  /** Aborts with a LeaseOverError: out of time, lost or released. Nothing may be started from then on. */
  readonly over: AbortSignal;
  /** By the monotonic clock, with a margin: above 0 nobody else can have it. */
  leftMs(): number;
  /** Throws LeaseOverError unless there is time left. */
  check(): void;
  /** It is lost, or what we know is not what the store knows. */
  lose(reason: string): void;
  /** The next taker need not wait. Never rejects. */
  release(): Promise<void>;
}

/** So many epochs and so many fences in each are whole numbers without loss: 2,097,152 and 4,294,967,296. */
const fencesPerEpoch = 2 ** 32;

export class LeaseOverError extends Error {
  override readonly name = "LeaseOverError";
}

/** Keeps what was taken: a renewal every third of the lease. `onRow` gets each row that a renewal answered with. */
export function holdLease<Row extends LeaseRow>(
  terms: LeaseTerms<Row>,
  { row, askedAt }: Taken<Row>,
  onRow: (row: Row, askedAt: number) => void,
): Lease {
  const { rows, name, clock, leaseMs, log } = terms;
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
    const renewed = await rows.renewLease(name, epoch);
    if (ending.signal.aborted) return;
    if (renewed === undefined) return lose("somebody else took it");
    time.extend(asked + margin(leaseMs));
    if (time.leftMs() > 0) onRow(renewed, asked);
  };
  const heartbeat = createHeartbeat(clock, leaseMs, renew);
  let fences = 0;
  ending.signal.addEventListener("abort", () => {
    heartbeat.stop();
    time.stop();
  });
  return {
    epoch,
    fence() {
      fences += 1;
      return epoch * fencesPerEpoch + fences;
    },
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
      await rows.releaseLease(name, epoch).catch((error: unknown) => {
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
function createHeartbeat(clock: Clock, leaseMs: number, renew: () => Promise<void>) {
  let stopped = false;
  let cancel = () => {};
  const heartbeat = async () => {
    const waitMs = await renew().then(
      () => leaseMs / 3,
      () => leaseMs / 15,
    );
    if (!stopped) cancel = clock.after(waitMs, () => void heartbeat());
  };
  cancel = clock.after(leaseMs / 3, () => void heartbeat());
  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}

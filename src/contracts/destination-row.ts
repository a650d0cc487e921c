/** A destination as the ledger has it: who holds it, and how it does. */

/** What an on-call engineer asks first. At most 5 s old. */
export interface DestinationHealth {
  readonly breaker?: "closed" | "open";
  readonly breakerSince?: string;
  readonly lastSuccessAt?: string;
  /** Deliveries that ended, while it works through what waits; see `createPace`. */
  readonly perHour?: number;
  readonly lastError?: string;
  readonly lastErrorAt?: string;
  /** Second effects that could not be ruled out (`idempotency: "none"`). */
  readonly repeats?: number;
  /** The destination is no longer configured and its queue was removed: holds while it is the row's `epoch`. */
  readonly prunedEpoch?: number;
}

export type DestinationNote = {
  readonly [K in keyof DestinationHealth]: DestinationHealth[K] | undefined;
};

export interface DestinationLease extends DestinationHealth {
  readonly name: string;
  readonly epoch: number;
  /** Grows with every renewal. */
  readonly heartbeat: number;
  /** Host, process and role of who holds the lease; absent: released. */
  readonly holder?: string;
  readonly seq: number;
  /** Grows when rows were opened or given up from outside, and with a pause; the holder looks then. */
  readonly revision: number;
  readonly pause?: {
    readonly by: "operator" | "config";
    readonly reason: string;
    readonly at: string;
    /** From then on it counts as none. */
    readonly until?: string;
  };
}

export interface DestinationRow extends DestinationLease {
  /** Rows `open` or `sending`. */
  readonly open: number;
  readonly scheduled: number;
  readonly dead: number;
  /** Since when the oldest open row is: `createdAt`, or `dueAt` of one that was scheduled. Among the first few by `seq`. */
  readonly oldestOpenAt?: string;
}

import type { Omission } from "../event/omit.ts";

export type { Omission } from "../event/omit.ts";

/** How a destination of whatever kind is delivered to. */
export interface DeliveryRules {
  readonly retry: {
    /** Before the second attempt, the third, …: one attempt more than delays, and the delivery is dead. */
    readonly delaysMs: readonly number[];
  };
  /** Attempts a second; a burst of one second's. Without it, as fast as it goes. */
  readonly ratePerSecond?: number;
  /** Attempts at once, each in a conversation of its own; 16 unless told. */
  readonly concurrency?: number;
  /** For one attempt; 10 s unless told, and never longer than the lease. */
  readonly timeoutMs?: number;
  /** Left out of what the destination is told. */
  readonly omit?: readonly Omission[];
  /** So many messages does `transcript` have in templates; 20 unless told. */
  readonly transcript?: number;
  /** It looks, and writes nothing: each delivery ends as skipped, and says what would have been done. */
  readonly shadow?: true;
  /** What it sends reaches people: nothing late, and a replay leaves it out unless its `effects` are wanted. */
  readonly writesToContacts?: true;
}

/** What holds for all destinations of a kind that do not say otherwise, as waypost.yaml would: what a vendor's limits ask for. */
export interface KindDefaults {
  /** `10/s`, `60/min`, `100/h`. */
  readonly rate?: string;
  readonly concurrency?: number;
  /** `15s`. */
  readonly timeout?: string;
  readonly retry?: { readonly delays?: readonly string[] };
}

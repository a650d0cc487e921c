import type { Attempt, Destination } from "../contracts.ts";

/** A configured destination, ready to be delivered to. */
export interface DestinationSetup {
  readonly name: string;
  readonly destination: Destination;
  readonly config: DestinationConfig;
}

export interface DestinationConfig {
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
}

/** What happens, for metrics. Each is called in the flow: it must be quick and not throw. */
export interface DeliveryHooks {
  attempt?(destination: string, outcome: Attempt["outcome"], ms: number): void;
  /** From the receipt of the event to its effect. */
  delivered?(destination: string, latencyMs: number): void;
  dead?(destination: string): void;
  /** Every few seconds, by the holder. */
  holds?(destination: string, state: HeldState): void;
  /** The lease is somebody else's now. */
  released?(destination: string): void;
}

export interface HeldState {
  readonly open: number;
  readonly oldestAgeMs: number;
  readonly breakerOpen: boolean;
  readonly paused: boolean;
}

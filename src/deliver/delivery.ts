import type { Attempt, DeliveryRules, Destination } from "../contracts.ts";

/** A configured destination, ready to be delivered to. */
export interface DestinationSetup {
  readonly name: string;
  readonly destination: Destination;
  readonly config: DeliveryRules;
}

/** 1 s, 10 s, 1 min, 5 min, 30 min, 2 h, 6 h, 12 h: about 21 hours in all. */
export const defaultDelaysMs: readonly number[] = [
  1_000, 10_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000,
];

/**
 * Something that people should hear of once, and again when it ends: a destination that paused itself, a
 * breaker that opened. A dead delivery begins and does not end.
 */
export interface Incident {
  readonly kind: "paused" | "breaker" | "dead";
  readonly destination: string;
  readonly phase: "began" | "ended";
  /** When it began, also of one that ended. ISO time. */
  readonly since: string;
  /** In our words: nothing of what the destination answered but a status or a code that is known. */
  readonly reason?: string;
  /** Of a dead delivery. */
  readonly deliveryId?: string;
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

import type { Attempt, DeliveryRules, Destination } from "../contracts.ts";

/** A configured destination, ready to be delivered to. */
export interface DestinationSetup {
  readonly name: string;
  readonly destination: Destination;
  /** By route: the destination with the options of the route. */
  readonly byRoute?: ReadonlyMap<string, Destination>;
  readonly config: DeliveryRules;
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

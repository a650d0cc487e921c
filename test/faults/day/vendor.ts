import type { WaypostEvent } from "../../../src/contracts.ts";

/** A vendor's stub as one destination of the day has it. */
export interface Vendor {
  /** The destination's name. */
  readonly name: string;
  /** Where the stub listens. */
  readonly url: string;
  /** The destination in waypost.yaml, with the address under which it is reached. */
  block(baseUrl: string): object;
  /** Secrets that stand in the block. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the event leaves something at the vendor. */
  writes(event: WaypostEvent): boolean;
  /** Ids of the events that took effect, one for each effect, in order within a conversation. */
  effects(): readonly string[];
  /** What must hold of all that the vendor has: one person once, one ticket a conversation. Throws. */
  audit?(events: readonly WaypostEvent[]): void;
  close(): Promise<void>;
}

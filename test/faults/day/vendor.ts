import assert from "node:assert/strict";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { personKeyOf } from "../../../src/event/person.ts";

/** A vendor's stub as one destination of the day has it. */
export interface Vendor {
  /** The destination's name. */
  readonly name: string;
  /** Where the stub listens. */
  readonly url: string;
  /** The destination in waypost.yaml, with the address under which it is reached. */
  block(baseUrl: string): object;
  /** Whether the event leaves something at the vendor. */
  writes(event: WaypostEvent): boolean;
  /** Ids of the events that took effect, one for each effect, in order within a conversation. */
  effects?(): readonly string[];
  /** Where the vendor keeps no id of ours: how many effects there are. */
  count?(): number;
  /** What must hold besides of all that the vendor has. Throws. */
  audit?(events: readonly WaypostEvent[]): void;
  close(): Promise<void>;
}

/** Each person who wrote or was written to is there once. */
export function auditPeople(name: string, events: readonly WaypostEvent[], there: number): void {
  const people = new Set(events.flatMap((event) => personKeyOf(event) ?? []));
  assert.equal(there, people.size, `${name}: each person once`);
}

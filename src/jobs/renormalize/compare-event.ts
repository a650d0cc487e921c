import type { PropertyChange, WaypostEvent } from "../../contracts.ts";
import { differences } from "./differences.ts";

/** What the present parser makes of a stored event's raw, held against it. */
export interface Comparison {
  /** Nothing was made of it. */
  readonly lost: boolean;
  /** What takes its place: the same id. */
  readonly replacement: WaypostEvent;
  /** Made of it under other ids. */
  readonly others: readonly WaypostEvent[];
  /** The event itself is made no more, only others. */
  readonly superseded: boolean;
  /** How the replacement differs; empty when it does not. */
  readonly changes: readonly PropertyChange[];
}

/** Pure. An event that is made no more is replaced by itself, marked with the ids of what came of it. */
export function compareEvent(
  stored: WaypostEvent,
  made: readonly WaypostEvent[],
  dataversion: number,
): Comparison {
  const same = marked(
    stored,
    made.find(({ id }) => id === stored.id),
  );
  const others = made.filter(({ id }) => id !== stored.id);
  const superseded = same === undefined && others.length > 0;
  const replacement = same ?? (superseded ? supersede(stored, others, dataversion) : stored);
  return {
    lost: made.length === 0,
    replacement,
    others,
    superseded,
    changes: differences(stored, replacement),
  };
}

/** One that is of another type now is one that was not there before. How it came is not in its raw, and stays. */
function marked(stored: WaypostEvent, same: WaypostEvent | undefined): WaypostEvent | undefined {
  if (same === undefined) return undefined;
  const event = stored.spooled ? { ...same, spooled: stored.spooled } : same;
  return stored.data.renormalized || same.type !== stored.type ? asRenormalized(event) : event;
}

/** As an event that only reading again has brought: nobody is answered by it. */
export function asRenormalized(event: WaypostEvent): WaypostEvent {
  return { ...event, data: { ...event.data, renormalized: true } };
}

function supersede(
  stored: WaypostEvent,
  by: readonly WaypostEvent[],
  dataversion: number,
): WaypostEvent {
  const supersededBy = by.map(({ id }) => id);
  return { ...stored, dataversion, data: { ...stored.data, supersededBy } };
}

import type { Table } from "../../contracts/table.ts";
import {
  type DeliveryFilter,
  type EventFilter,
  InvalidCursorError,
  type WaypostEvent,
} from "../../contracts.ts";
import { type EventSources, eventsOf } from "../log/events-of.ts";
import type { Reader } from "../log/reader.ts";
import { type CheckedPage, checkFilter } from "../log/selection.ts";
import type { Position } from "../table/cursor.ts";
import { rowFits } from "./delivery-selection.ts";
import type { DeliveryRow } from "./ledger-tables.ts";

/** What deliveries of a conversation, a contact or an account are found through. */
export type DeliveryLog = EventSources & Pick<Reader, "eventsById">;

export interface Sources {
  readonly deliveries: Table<DeliveryRow>;
  readonly log: DeliveryLog;
}

/** Rows and where each stands in the list. */
export interface Placed {
  readonly row: DeliveryRow;
  readonly position: Position;
}

export interface Part {
  readonly placed: readonly Placed[];
  /** Behind which the next part begins; undefined: it is the last. */
  readonly end: Position | undefined;
}

export type ReadPart = (after: Position | undefined) => Promise<Part>;

export const rowsAtOnce = 200;

/** The events in the order of the log, and of each its deliveries by destination. */
export async function throughLog(
  sources: Sources,
  filter: DeliveryFilter,
  { isOldest }: { readonly isOldest: boolean },
  after: Position | undefined,
): Promise<Part> {
  const at = after && parsePlace(after);
  const page: CheckedPage = {
    limit: rowsAtOnce,
    after: at && { at: at.at, id: at.eventId },
    ...(isOldest && { oldestFirst: true as const }),
  };
  const events = await eventsOf(sources.log, checkFilter(ofLog(filter)), page);
  const places = events.map((event) => ({ at: receivedAt(event), eventId: event.id }));
  // Of an event in the middle of which a page ended, the others come first.
  const begun = at?.key === undefined ? [] : [at];
  const placed = await ofEvents(sources, filter, [...begun, ...places]);
  const last = places.at(-1);
  return {
    placed: placed.filter(({ key, eventId }) => eventId !== at?.eventId || key > (at?.key ?? "")),
    end: events.length < rowsAtOnce || last === undefined ? undefined : positionOf(last),
  };
}

function ofLog(filter: DeliveryFilter): EventFilter {
  const { types, account, accounts, conversation, contact } = filter;
  return {
    ...(accounts !== undefined && { accounts }),
    ...(types !== undefined && { types }),
    ...(account !== undefined && { account }),
    ...(conversation !== undefined && { conversation }),
    ...(contact !== undefined && { contact }),
  };
}

/** An event, and which of its deliveries was the last of a page; without one, all were. */
interface Place {
  readonly at: number;
  readonly eventId: string;
  readonly key?: string;
}

function positionOf({ at, eventId, key = "" }: Place): Position {
  return { at, id: `${eventId} ${key}` };
}

function parsePlace({ at, id }: Position): Place {
  const [, eventId, key] = /^(\S+) (.*)$/s.exec(id) ?? [];
  if (eventId === undefined) throw new InvalidCursorError("the cursor is of another list");
  return { at, eventId, ...(key && { key }) };
}

async function ofEvents(
  { deliveries }: Sources,
  filter: DeliveryFilter,
  places: readonly Place[],
): Promise<(Placed & { readonly key: string; readonly eventId: string })[]> {
  if (places.length === 0) return [];
  const where = { eventId: { in: places.map(({ eventId }) => eventId) } };
  const rows = (await deliveries.find({ where, as: "lookup" })).filter(rowFits(filter));
  return places.flatMap(({ at, eventId }) =>
    rows
      .filter((row) => row.eventId === eventId)
      .map((row) => ({ row, key: keyOf(row), eventId }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((each) => ({ ...each, position: positionOf({ at, eventId, key: each.key }) })),
  );
}

/** What tells the deliveries of one event apart: the destination, and of a route with `after` the route. */
function keyOf({ id, destination, eventId }: DeliveryRow): string {
  return destination + id.slice(destination.length + 1 + eventId.length);
}

function receivedAt({ data }: WaypostEvent): number {
  return Date.parse(data.receivedAt);
}

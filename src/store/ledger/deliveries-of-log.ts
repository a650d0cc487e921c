import type { Table } from "../../contracts/table.ts";
import { type DeliveryFilter, InvalidCursorError } from "../../contracts.ts";
import { type EventSources, placesOf } from "../log/events-of.ts";
import type { Reader } from "../log/reader.ts";
import { type CheckedPage, checkFilter } from "../log/selection.ts";
import type { Position } from "../table/cursor.ts";
import { type Columns, columnsOf, rowFits } from "./delivery-selection.ts";
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
const mostAtOnce = 5_000;

interface Reading {
  readonly filter: DeliveryFilter;
  /** What is asked of rows beside their event. */
  readonly where: Columns["where"];
  readonly isOldest: boolean;
}

/** The events in the order of the log, and of each its deliveries by destination. Where few fit, each part is larger than the one before. */
export async function readThroughLog(
  sources: Sources,
  filter: DeliveryFilter,
  { isOldest }: { readonly isOldest: boolean },
): Promise<ReadPart> {
  const { where } = await columnsOf(sources.deliveries, filter);
  let size = rowsAtOnce;
  return async (after) => {
    const part = await throughLog(sources, { filter, where, isOldest }, after, size);
    size = Math.min(size * 5, mostAtOnce);
    return part;
  };
}

async function throughLog(
  sources: Sources,
  reading: Reading,
  after: Position | undefined,
  size: number,
): Promise<Part> {
  const at = after && parsePlace(after);
  const page: CheckedPage = {
    limit: size,
    after: at && { at: at.at, id: at.eventId },
    ...(reading.isOldest && { oldestFirst: true as const }),
  };
  const found = await placesOf(sources.log, ofLog(reading.filter), page);
  const places = found.map(({ at, id: eventId }) => ({ at, eventId }));
  // Of an event in the middle of which a page ended, the others come first.
  const begun = at?.key === undefined ? [] : [at];
  const placed = await ofEvents(sources, reading, [...begun, ...places]);
  const last = places.at(-1);
  return {
    placed: placed.filter(({ key, eventId }) => eventId !== at?.eventId || key > (at?.key ?? "")),
    end: found.length < size || last === undefined ? undefined : positionOf(last),
  };
}

function ofLog({ event: id, conversation, contact }: DeliveryFilter) {
  const asked = {
    ...(conversation !== undefined && { conversation }),
    ...(contact !== undefined && { contact }),
  };
  return { ...checkFilter(asked), ...(id !== undefined && { id }) };
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
  { deliveries, log }: Sources,
  { filter, where }: Reading,
  places: readonly Place[],
): Promise<(Placed & { readonly key: string; readonly eventId: string })[]> {
  if (places.length === 0) return [];
  const eventId = { in: places.map((place) => place.eventId) };
  const found = await deliveries.find({ where: { ...where, eventId }, by: "eventId", as: "list" });
  const rows = await ofAccount(log, filter, found.filter(rowFits(filter)));
  const byEvent = new Map<string, DeliveryRow[]>(places.map((place) => [place.eventId, []]));
  for (const row of rows) byEvent.get(row.eventId)?.push(row);
  return places.flatMap(({ at, eventId }) =>
    (byEvent.get(eventId) ?? [])
      .map((row) => ({ row, key: keyOf(row), eventId }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((each) => ({ ...each, position: positionOf({ at, eventId, key: each.key }) })),
  );
}

/** What tells the deliveries of one event apart: the destination, and of a route with `after` the route. */
function keyOf({ id, destination, eventId }: DeliveryRow): string {
  return destination + id.slice(destination.length + 1 + eventId.length);
}

/** Of a row of before its event says whose number it is about. */
export async function ofAccount(
  log: DeliveryLog,
  { account, accounts }: DeliveryFilter,
  rows: readonly DeliveryRow[],
): Promise<readonly DeliveryRow[]> {
  if ((account ?? accounts) === undefined || rows.length === 0) return rows;
  const old = rows.filter(({ listedBy }) => listedBy === undefined);
  const ids = [...new Set(old.map(({ eventId }) => eventId))];
  const events = ids.length === 0 ? undefined : await log.eventsById(ids);
  return rows.filter(({ listedBy, eventId, account: own }) => {
    const whose = listedBy === undefined ? events?.get(eventId)?.data.account : own;
    const { phoneNumberId, wabaId } = whose ?? {};
    const isAsked = account === undefined || [phoneNumberId, wabaId].includes(account);
    return isAsked && (accounts?.includes(phoneNumberId ?? "") ?? true);
  });
}

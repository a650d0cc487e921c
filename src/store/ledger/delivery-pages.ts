import type { Table } from "../../contracts/table.ts";
import {
  type Delivery,
  type DeliveryFilter,
  type EventFilter,
  InvalidCursorError,
  type OrderedPageRequest,
  type Page,
  QueryTooWideError,
  type WaypostEvent,
} from "../../contracts.ts";
import { type EventSources, eventsOf } from "../log/events-of.ts";
import type { Reader } from "../log/reader.ts";
import { type CheckedPage, checkFilter, checkPage } from "../log/selection.ts";
import { encodeCursor, type Position } from "../table/cursor.ts";
import { queryLimitMs } from "../table/time-limit.ts";
import { asksMore, conditionsOf, leadOf, rowFits } from "./delivery-selection.ts";
import { deliveryOf } from "./ledger-rows.ts";
import type { DeliveryRow } from "./ledger-tables.ts";

/** What deliveries of a conversation, a contact or an account are found through. */
export type DeliveryLog = EventSources & Pick<Reader, "eventsById">;

interface Sources {
  readonly deliveries: Table<DeliveryRow>;
  readonly log: DeliveryLog;
}

/** Rows and where each stands in the list. */
interface Placed {
  readonly row: DeliveryRow;
  readonly position: Position;
}

interface Part {
  readonly placed: readonly Placed[];
  /** Behind which the next part begins; undefined: it is the last. */
  readonly end: Position | undefined;
}

type ReadPart = (after: Position | undefined) => Promise<Part>;

const rowsAtOnce = 200;

/** Ids break ties. */
export async function listDeliveries(
  sources: Sources,
  filter: DeliveryFilter,
  request: OrderedPageRequest,
): Promise<Page<Delivery>> {
  const { limit, after } = checkPage(request);
  if (filter.destination?.length === 0) return { items: [], next: null };
  const isOldest = request.order === "oldest";
  const size = asksMore(filter) ? rowsAtOnce : limit + 1;
  const read = readerOf(sources, filter, { isOldest, size });
  const end = performance.now() + queryLimitMs;
  const found: Placed[] = [];
  for (let from = after; ; ) {
    const part = await read(from);
    found.push(...part.placed);
    if (found.length > limit || part.end === undefined) break;
    if (performance.now() > end) throw new QueryTooWideError([]);
    from = part.end;
  }
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return {
    items: items.map(({ row }) => deliveryOf(row)),
    next: last === undefined ? null : encodeCursor(last.position),
  };
}

interface How {
  readonly isOldest: boolean;
  readonly size: number;
}

function readerOf(sources: Sources, filter: DeliveryFilter, how: How): ReadPart {
  switch (leadOf(filter)) {
    case "event":
      return (after) => ofEvent(sources, filter, how, after);
    case "log":
      return (after) => throughLog(sources, filter, how, after);
    case "ledger":
      return (after) => ofLedger(sources, filter, how, after);
  }
}

const newestFirst = ["-createdAt", "-id"] as const;
const oldestFirst = ["createdAt", "id"] as const;

async function ofLedger(
  { deliveries, log }: Sources,
  filter: DeliveryFilter,
  { isOldest, size }: How,
  after: Position | undefined,
): Promise<Part> {
  const where = await conditionsOf(deliveries, filter);
  if (where === undefined) return { placed: [], end: undefined };
  const rows = await deliveries.find({
    where,
    order: isOldest ? oldestFirst : newestFirst,
    ...(after && { after: { createdAt: timeOf(after), id: after.id } }),
    limit: size,
    as: "list",
  });
  const fitting = await ofAccount(log, filter, rows.filter(rowFits(filter)));
  const last = rows.at(-1);
  return {
    placed: fitting.map((row) => ({ row, position: placeOf(row) })),
    end: rows.length < size || last === undefined ? undefined : placeOf(last),
  };
}

/** An event has few rows, whatever else is asked. */
async function ofEvent(
  { deliveries, log }: Sources,
  filter: DeliveryFilter,
  { isOldest }: How,
  after: Position | undefined,
): Promise<Part> {
  const { event: eventId } = filter;
  if (eventId === undefined) return { placed: [], end: undefined };
  const rows = await deliveries.find({ where: { eventId }, order: ["destination"], as: "lookup" });
  const sign = isOldest ? 1 : -1;
  const place = ({ createdAt, id }: { createdAt: string; id: string }) => `${createdAt} ${id}`;
  const start = after && place({ createdAt: timeOf(after), id: after.id });
  const fitting = rows
    .filter(rowFits(filter))
    .filter((row) => start === undefined || (place(row) > start ? 1 : -1) === sign)
    .filter((row) => place(row) !== start)
    .sort((a, b) => (place(a) < place(b) ? -sign : sign));
  const own = await ofAccount(log, filter, fitting);
  return { placed: own.map((row) => ({ row, position: placeOf(row) })), end: undefined };
}

/** The events in the order of the log, and of each its deliveries by destination. */
async function throughLog(
  sources: Sources,
  filter: DeliveryFilter,
  { isOldest }: How,
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

function ofLog({ types, account, conversation, contact }: DeliveryFilter): EventFilter {
  return {
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

/** The row does not say whose number it is about; its event does. */
async function ofAccount(
  log: DeliveryLog,
  { account }: DeliveryFilter,
  rows: readonly DeliveryRow[],
): Promise<readonly DeliveryRow[]> {
  if (account === undefined || rows.length === 0) return rows;
  const events = await log.eventsById([...new Set(rows.map(({ eventId }) => eventId))]);
  return rows.filter(({ eventId }) => {
    const { phoneNumberId, wabaId } = events.get(eventId)?.data.account ?? {};
    return phoneNumberId === account || wabaId === account;
  });
}

function placeOf({ createdAt, id }: DeliveryRow): Position {
  return { at: Date.parse(createdAt), id };
}

function timeOf({ at }: Position): string {
  return new Date(at).toISOString();
}

function receivedAt({ data }: WaypostEvent): number {
  return Date.parse(data.receivedAt);
}

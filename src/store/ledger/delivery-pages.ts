import type { Where } from "../../contracts/table.ts";
import {
  type Delivery,
  type DeliveryFilter,
  type OrderedPageRequest,
  type Page,
  QueryTooWideError,
} from "../../contracts.ts";
import { checkPage } from "../log/selection.ts";
import { encodeCursor, type Position } from "../table/cursor.ts";
import { queryLimitMs } from "../table/time-limit.ts";
import {
  ofAccount,
  type Part,
  type Placed,
  type ReadPart,
  readThroughLog,
  rowsAtOnce,
  type Sources,
} from "./deliveries-of-log.ts";
import { columnsOf, conditionsOf, leadOf, rowFits } from "./delivery-selection.ts";
import { deliveryOf } from "./ledger-rows.ts";
import type { DeliveryRow } from "./ledger-tables.ts";

/** Ids break ties. */
export async function listDeliveries(
  sources: Sources,
  filter: DeliveryFilter,
  request: OrderedPageRequest,
): Promise<Page<Delivery>> {
  const { limit, after } = checkPage(request);
  if (filter.destination?.length === 0) return { items: [], next: null };
  const read = await readerOf(sources, filter, { isOldest: request.order === "oldest", limit });
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
  readonly limit: number;
}

async function readerOf(sources: Sources, filter: DeliveryFilter, how: How): Promise<ReadPart> {
  switch (leadOf(filter)) {
    case "event":
      return (after) => ofEvent(sources, filter, how, after);
    case "log":
      return readThroughLog(sources, filter, how);
    case "ledger": {
      const columns = await columnsOf(sources.deliveries, filter);
      const conditions = await conditionsOf(sources.deliveries, filter, columns);
      const size = columns.tell ? how.limit + 1 : rowsAtOnce;
      const reading = { ...how, conditions, size };
      return (after) => ofLedger(sources, filter, reading, after);
    }
  }
}

const newestFirst = ["-createdAt", "-id"] as const;
const oldestFirst = ["createdAt", "id"] as const;

interface Reading extends How {
  readonly conditions: readonly Where<DeliveryRow>[];
  readonly size: number;
}

async function ofLedger(
  sources: Sources,
  filter: DeliveryFilter,
  reading: Reading,
  after: Position | undefined,
): Promise<Part> {
  const rows = await rowsBehind(sources, reading, after);
  const fitting = await ofAccount(sources.log, filter, rows.filter(rowFits(filter)));
  const last = rows.at(-1);
  return {
    placed: fitting.map((row) => ({ row, position: placeOf(row) })),
    end: rows.length < reading.size || last === undefined ? undefined : placeOf(last),
  };
}

/** The first rows of all conditions, merged. */
async function rowsBehind(
  { deliveries }: Sources,
  { conditions, isOldest, size }: Reading,
  after: Position | undefined,
): Promise<readonly DeliveryRow[]> {
  const common = {
    order: isOldest ? oldestFirst : newestFirst,
    ...(after && { after: { createdAt: timeOf(after), id: after.id } }),
    limit: size,
    as: "list" as const,
  };
  const lists: (readonly DeliveryRow[])[] = [];
  for (const where of conditions) lists.push(await deliveries.find({ ...common, where }));
  const [first = [], ...others] = lists;
  return others.length === 0 ? first : lists.flat().sort(byPlace(isOldest)).slice(0, size);
}

function byPlace(isOldest: boolean) {
  const sign = isOldest ? -1 : 1;
  return (a: DeliveryRow, b: DeliveryRow) => (placeText(a) < placeText(b) ? sign : -sign);
}

function placeText({ createdAt, id }: Pick<DeliveryRow, "createdAt" | "id">): string {
  return `${createdAt} ${id}`;
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
  const start = after && placeText({ createdAt: timeOf(after), id: after.id });
  const isBehind = (row: DeliveryRow) =>
    start === undefined || (isOldest ? placeText(row) > start : placeText(row) < start);
  const fitting = rows.filter(rowFits(filter)).filter(isBehind).sort(byPlace(isOldest));
  const own = await ofAccount(log, filter, fitting);
  return { placed: own.map((row) => ({ row, position: placeOf(row) })), end: undefined };
}

function placeOf({ createdAt, id }: DeliveryRow): Position {
  return { at: Date.parse(createdAt), id };
}

function timeOf({ at }: Position): string {
  return new Date(at).toISOString();
}

import type { Table, Tables, Where } from "../contracts/table.ts";
import type { Delivery, DeliveryFilter, Ledger } from "../contracts.ts";
import { gathered } from "../support/gathered.ts";
import { encodeCursor, type Position } from "./cursor.ts";
import { deliveryOf } from "./ledger-rows.ts";
import { type DeliveryRow, deliveriesTable } from "./ledger-tables.ts";
import { checkPage } from "./selection.ts";
import { namingFilter } from "./time-limit.ts";

/** The deliveries for people: newest first, ids break ties. */
export function createList(
  tables: Pick<Tables, "of">,
): Pick<Ledger, "delivery" | "deliveries" | "deliveriesOf" | "replayed"> {
  const deliveries = tables.of(deliveriesTable);
  const ofEvent = (eventId: string) =>
    deliveries.find({ where: { eventId }, order: ["destination"], as: "lookup" });
  const rowOf = gathered(async (ids: readonly string[]) => {
    const rows = new Map((await deliveries.get(ids)).map((row) => [row.id, row]));
    return (id) => rows.get(id);
  });
  return {
    async delivery(id) {
      const row = await rowOf(id);
      return row && deliveryOf(row);
    },
    async deliveries(filter, request) {
      const { limit, after } = checkPage(request);
      const { event } = filter;
      const order = request.order === "oldest" ? oldestFirst : newestFirst;
      const list =
        event === undefined
          ? findRows(deliveries, filter, { order, after, limit: limit + 1 })
          : ofEvent(event).then((rows) => pick(rows, filter, after, order));
      const found = await namingFilter(filter, list);
      const items = found.slice(0, limit).map(deliveryOf);
      const last = found.length > limit ? items.at(-1) : undefined;
      const next = last && encodeCursor({ at: Date.parse(last.createdAt), id: last.id });
      return { items, next: next ?? null };
    },
    async replayed(replay) {
      const countOf = async (state: Delivery["state"]) =>
        [state, await deliveries.count({ replay, replayed: true, state })] as const;
      const counts = await Promise.all(states.map(countOf));
      return Object.fromEntries(counts) as Record<Delivery["state"], number>;
    },
    deliveriesOf: async (eventId) => (await ofEvent(eventId)).map(deliveryOf),
  };
}

const newestFirst = ["-createdAt", "-id"] as const;
const oldestFirst = ["createdAt", "id"] as const;
type Order = typeof newestFirst | typeof oldestFirst;

const states: readonly Delivery["state"][] = [
  "scheduled",
  "open",
  "sending",
  "delivered",
  "skipped",
  "dead",
];

async function findRows(
  deliveries: Table<DeliveryRow>,
  filter: DeliveryFilter,
  {
    order,
    after,
    limit,
  }: { readonly order: Order; readonly after: Position | undefined; readonly limit: number },
): Promise<DeliveryRow[]> {
  return deliveries.find({
    where: await conditionsOf(deliveries, filter),
    order,
    ...(after && { after: { createdAt: timeOf(after), id: after.id } }),
    limit,
    as: "list",
  });
}

/** An index has them by destination, then state: what is not told is asked for each, so that no others are looked at. */
async function conditionsOf(
  deliveries: Table<DeliveryRow>,
  { destination, state }: DeliveryFilter,
): Promise<Where<DeliveryRow>> {
  if (destination === undefined && state === undefined) return {};
  return {
    destination: destination ?? { in: await deliveries.values("destination") },
    state: state ?? { in: states },
  };
}

/** An event has few rows, whatever else is asked. */
function pick(
  rows: readonly DeliveryRow[],
  { destination, state }: DeliveryFilter,
  after: Position | undefined,
  order: Order,
): DeliveryRow[] {
  const sign = order === oldestFirst ? 1 : -1;
  const place = ({ createdAt, id }: { createdAt: string; id: string }) => `${createdAt} ${id}`;
  const start = after && place({ createdAt: timeOf(after), id: after.id });
  return rows
    .filter(
      (row) =>
        row.destination === (destination ?? row.destination) &&
        row.state === (state ?? row.state) &&
        (start === undefined || (place(row) < start ? -1 : 1) === sign),
    )
    .filter((row) => place(row) !== start)
    .sort((a, b) => (place(a) < place(b) ? -sign : sign));
}

function timeOf({ at }: Position): string {
  return new Date(at).toISOString();
}

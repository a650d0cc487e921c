import type { DeliveryFilter, Ledger } from "../../contracts.ts";
import type { QuerySession } from "../../support/queried-sqlite.ts";
import { encodeCursor, type Position } from "../cursor.ts";
import { checkPage } from "../selection.ts";
import { namingFilter } from "../time-limit.ts";
import { type DeliveryRow, deliveryOf } from "./ledger-rows.ts";
import { type Condition, clean, equal, newest } from "./newest.ts";
import { distinct } from "./stats.ts";
import type { Uses } from "./uses.ts";

const listed = { from: "deliveries", key: "id", time: "created_at" } as const;
const byId = "SELECT * FROM deliveries WHERE id = ?";

/** The deliveries for people: newest first, ids break ties. */
export function createEmbeddedList({
  read,
  query,
}: Uses): Pick<Ledger, "delivery" | "deliveries" | "deliveriesOf"> {
  return {
    delivery: (id) =>
      read(async (session) => {
        const row = await session.get<DeliveryRow>(byId, [clean(id)]);
        return row === undefined ? undefined : deliveryOf(row);
      }),
    // Outside: a bad cursor is no outage.
    deliveries: async (filter, request) => {
      const { limit, after } = checkPage(request);
      const list = query((session) => findRows(session, filter, after, limit + 1));
      const found = await namingFilter(filter, list);
      const items = found.slice(0, limit).map(deliveryOf);
      const last = found.length > limit ? items.at(-1) : undefined;
      const next = last && encodeCursor({ at: Date.parse(last.createdAt), id: last.id });
      return { items, next: next ?? null };
    },
    deliveriesOf: (eventId) =>
      read(async (session) => {
        const sql = "SELECT * FROM deliveries WHERE event_id = ? ORDER BY destination";
        return (await session.all<DeliveryRow>(sql, [clean(eventId)])).map(deliveryOf);
      }),
  };
}

async function findRows(
  session: QuerySession,
  filter: DeliveryFilter,
  after: Position | undefined,
  limit: number,
): Promise<DeliveryRow[]> {
  const alternatives = await alternativesOf(session, filter, behind(after));
  if (alternatives.length === 0) return [];
  const { sql, params } = newest(listed, alternatives, limit);
  const rows: DeliveryRow[] = [];
  for (const id of await session.list<string>(sql, params)) {
    const row = await session.get<DeliveryRow>(byId, [id]);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

const states = ["open", "sending", "delivered", "dead"] as const;

/** An event has few rows. Else the index is by destination, then state: what is not told is asked for each. */
async function alternativesOf(
  session: QuerySession,
  { destination, state, event }: DeliveryFilter,
  times: readonly Condition[],
): Promise<Condition[][]> {
  if (event !== undefined) {
    const checks = [
      ...(destination === undefined ? [] : [equal("+destination", destination)]),
      ...(state === undefined ? [] : [equal("+state", state)]),
    ];
    return [[equal("event_id", event), ...checks, ...times]];
  }
  if (destination === undefined && state === undefined) return [[...times]];
  const names =
    destination === undefined
      ? await session.list<string>(distinct("deliveries", "destination"))
      : [destination];
  return names.flatMap((name) =>
    (state === undefined ? states : [state]).map((each) => [
      equal("destination", name),
      equal("state", each),
      ...times,
    ]),
  );
}

function behind(after: Position | undefined): Condition[] {
  if (after === undefined) return [];
  const params = [new Date(after.at).toISOString(), clean(after.id)];
  return [{ sql: "(created_at, id) < (?, ?)", params }];
}

import type { DeliveryFilter, Ledger } from "../../contracts.ts";
import type { SqlValue } from "../../support/sqlite.ts";
import { encodeCursor, type Position } from "../cursor.ts";
import { checkPage } from "../selection.ts";
import type { Uses } from "./ledger.ts";
import { clean, type DeliveryRow, deliveryOf } from "./ledger-rows.ts";

/** The deliveries for people: newest first, ids break ties. */
export function createEmbeddedList({ read }: Uses): Pick<Ledger, "deliveries" | "deliveriesOf"> {
  return {
    // Outside: a bad cursor is no outage.
    deliveries: async (filter, request) => {
      const { limit, after } = checkPage(request);
      return read(async (session) => {
        const conditions = conditionsOf(filter, after);
        const where = conditions.map(({ sql }) => sql).join(" AND ") || "true";
        const found = await session.all<DeliveryRow>(
          `SELECT * FROM deliveries WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ?`,
          [...conditions.flatMap(({ params }) => params), limit + 1],
        );
        const items = found.slice(0, limit).map(deliveryOf);
        const last = found.length > limit ? items.at(-1) : undefined;
        const next = last && encodeCursor({ at: Date.parse(last.createdAt), id: last.id });
        return { items, next: next ?? null };
      });
    },
    deliveriesOf: (eventId) =>
      read(async (session) => {
        const sql = "SELECT * FROM deliveries WHERE event_id = ? ORDER BY destination";
        return (await session.all<DeliveryRow>(sql, [clean(eventId)])).map(deliveryOf);
      }),
  };
}

function conditionsOf(
  { destination, state, event }: DeliveryFilter,
  after: Position | undefined,
): { readonly sql: string; readonly params: readonly SqlValue[] }[] {
  const equal = (column: string, value: string | undefined) =>
    value === undefined ? [] : [{ sql: `${column} = ?`, params: [clean(value)] }];
  const behind = after && [new Date(after.at).toISOString(), clean(after.id)];
  return [
    ...equal("destination", destination),
    ...equal("state", state),
    ...equal("event_id", event),
    ...(behind === undefined ? [] : [{ sql: "(created_at, id) < (?, ?)", params: behind }]),
  ];
}

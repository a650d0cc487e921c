import type { Tables } from "../contracts/table.ts";
import type { EventIndex } from "./log/event-index.ts";
import { defineTable, text } from "./table/define-table.ts";

/** By phone number id, else WABA id: all that ever had an event. */
export const accountsTable = defineTable({
  name: "accounts",
  fields: {
    /** The newest `receivedAt` of its events. */
    lastEventAt: text(),
  },
});

/** `lastEventAt` by account. */
type Newest = ReadonlyMap<string, string>;

export function newestPerAccount(events: readonly EventIndex[]): Newest {
  const newest = new Map<string, string>();
  for (const { phoneNumberId, wabaId, receivedAt } of events) {
    const id = phoneNumberId ?? wabaId;
    const at = new Date(receivedAt).toISOString();
    if (id !== undefined && at > (newest.get(id) ?? "")) newest.set(id, at);
  }
  return newest;
}

export async function noteAccounts(tables: Pick<Tables, "of">, newest: Newest): Promise<void> {
  const rows = [...newest].map(([id, lastEventAt]) => ({ id, max: { lastEventAt } }));
  if (rows.length > 0) await tables.of(accountsTable).upsert(rows);
}

export async function readAccounts(tables: Pick<Tables, "of">): Promise<Newest> {
  const found = await tables.of(accountsTable).find({ where: {}, as: "lookup" });
  return new Map(found.map(({ id, lastEventAt }) => [id, lastEventAt]));
}

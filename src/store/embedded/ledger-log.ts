import type { LedgerLog } from "../ledger/ledger.ts";
import type { Reader } from "../log/reader.ts";
import type { Uses } from "./uses.ts";

/** What the ledger asks of the log in the same file. */
export function createLedgerLog({ read, change }: Uses, reader: Reader): LedgerLog {
  return {
    eventsById: (ids) => reader.eventsById(ids),
    aliases: (ids) => reader.aliases(ids),
    events: (selection, page) => reader.events(selection, page),
    places: (selection, page) => reader.places(selection, page),
    conversationsById: (ids) => reader.conversationsById(ids),
    conversationsOf: (ids) =>
      read(async (session) => {
        const rows = await session.all<{ id: string }>(
          `SELECT DISTINCT conversation_id AS id FROM events
             WHERE id IN (SELECT value FROM json_each(?)) AND conversation_id IS NOT NULL`,
          [JSON.stringify(ids)],
        );
        return rows.map(({ id }) => id);
      }),
    keep: (ids, until) =>
      change(async (session) => {
        const sql = "UPDATE events SET expires_at = max(coalesce(expires_at, 0), ?) WHERE id = ?";
        for (const id of ids) await session.run(sql, [until.getTime(), id]);
      }),
  };
}

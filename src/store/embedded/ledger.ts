import type { Ledger, WaypostEvent } from "../../contracts.ts";
import { quarantineIdOf } from "../../event/quarantined-post.ts";
import type { QueriedSqlite, QuerySession } from "../../support/queried-sqlite.ts";
import type { SqlSession } from "../../support/sqlite.ts";
import { resolveAliases } from "../aliases.ts";
import type { Reader } from "../query.ts";
import { createEmbeddedLeases } from "./ledger-leases.ts";
import { createEmbeddedLinks, keepLinks } from "./ledger-links.ts";
import { createEmbeddedList } from "./ledger-list.ts";
import { createEmbeddedRows } from "./ledger-rows.ts";
import { toStoreError } from "./store-error.ts";

/** How the parts of the ledger get at the file; StoreError is all they throw. */
export interface Uses {
  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  change<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** For what may take long: nothing else waits for it. QueryTooWideError at the time limit. */
  query<T>(work: (session: QuerySession) => Promise<T>): Promise<T>;
}

/** The ledger in the store's SQLite file: its lock is the lease. Rows that are done go after `retentionMs`. */
export function createEmbeddedLedger(uses: Uses, reader: Reader, retentionMs: number): Ledger {
  const aliases: Ledger["aliases"] = (ids, learnt) =>
    resolveAliases(ids, (more) => reader.aliases(more), learnt);
  return {
    exclusive: true,
    ...createEmbeddedLeases(uses),
    ...createEmbeddedRows(uses, retentionMs),
    ...createEmbeddedList(uses),
    ...createEmbeddedLinks(uses, aliases, retentionMs),
    aliases,
    bodies: (ids) => uses.read((session) => findBodies(session, ids)),
    keepBodies: (ids, until) =>
      uses.change(async (session) => {
        for (const id of ids) {
          await session.run(
            "UPDATE events SET expires_at = max(coalesce(expires_at, 0), ?) WHERE id = ?",
            [until.getTime(), id],
          );
        }
        await keepLinks(session, await conversationsOf(session, ids), until.getTime());
      }),
  };
}

export function embeddedUses(sqlite: QueriedSqlite): Uses {
  const translated = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw toStoreError(error);
    });
  return {
    read: (work) => translated(sqlite.read(work)),
    change: (work) => translated(sqlite.transaction(work)),
    query: (work) => translated(sqlite.query(work)),
  };
}

async function conversationsOf(session: SqlSession, ids: readonly string[]): Promise<string[]> {
  const rows = await session.all<{ id: string }>(
    `SELECT DISTINCT conversation_id AS id FROM events
       WHERE id IN (SELECT value FROM json_each(?)) AND conversation_id IS NOT NULL`,
    [JSON.stringify(ids)],
  );
  return rows.map(({ id }) => id);
}

const keptBody = "SELECT body FROM deliveries WHERE event_id = ? AND body IS NOT NULL LIMIT 1";

async function findBodies(session: SqlSession, ids: readonly string[]) {
  const bodies = new Map<string, WaypostEvent | "quarantined">();
  for (const id of ids) {
    const row = await session.get<{ body: string }>("SELECT body FROM events WHERE id = ?", [id]);
    const found = row ?? (await session.get<{ body: string }>(keptBody, [id]));
    if (found !== undefined) bodies.set(id, JSON.parse(found.body));
    else if (await liesInQuarantine(session, id)) bodies.set(id, "quarantined");
  }
  return bodies;
}

async function liesInQuarantine(session: SqlSession, eventId: string): Promise<boolean> {
  const sql = "SELECT 1 AS found FROM quarantine WHERE id = ?";
  return (await session.get(sql, [quarantineIdOf(eventId)])) !== undefined;
}

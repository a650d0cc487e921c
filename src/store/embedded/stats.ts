import type { StoreStats } from "../../contracts.ts";
import type { SqlSession } from "../../support/sqlite.ts";

const dayMs = 24 * 60 * 60 * 1000;

export async function readStats(session: SqlSession): Promise<StoreStats> {
  const count = async (table: string) => {
    const row = await session.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
    return row?.n ?? 0;
  };
  const types = await session.all<{ type: string; n: number }>(
    "SELECT type, count(*) AS n FROM events WHERE received_at >= ? GROUP BY type",
    [Date.now() - dayMs],
  );
  const accounts = await session.all<{ id: string; last_event_at: string }>(
    "SELECT id, last_event_at FROM accounts",
  );
  return {
    kind: "embedded",
    events: await count("events"),
    messages: await count("messages"),
    conversations: await count("conversations"),
    quarantine: await count("quarantine"),
    last24h: Object.fromEntries(types.map((row) => [row.type, row.n])),
    lastEventAt: Object.fromEntries(accounts.map((row) => [row.id, row.last_event_at])),
  };
}

/** Every type in the log, by jumps through its index. */
export async function readTypes(session: SqlSession): Promise<string[]> {
  const rows = await session.all<{ type: string }>(
    `WITH RECURSIVE types (type) AS (
       SELECT min(type) FROM events
       UNION ALL
       SELECT (SELECT min(type) FROM events WHERE events.type > types.type) FROM types
       WHERE types.type IS NOT NULL
     )
     SELECT type FROM types WHERE type IS NOT NULL`,
  );
  return rows.map((row) => row.type);
}

import type { StoreStats } from "../../contracts.ts";
import type { LookSession } from "../../support/looks.ts";
import type { QuerySession } from "../../support/queried-sqlite.ts";
import { slotMs } from "./counters.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** From counters: what they cost does not grow with the log. */
export async function readStats(session: LookSession): Promise<Omit<StoreStats, "lastEventAt">> {
  const counts = await session.all<{ name: string; n: number }>("SELECT name, n FROM counts");
  const count = (name: string) => counts.find((each) => each.name === name)?.n ?? 0;
  const types = await session.all<{ type: string; n: number }>(
    `SELECT type, sum(n) AS n FROM recent_types WHERE slot >= ? GROUP BY type
     HAVING sum(n) > 0`,
    [Math.floor((Date.now() - dayMs) / slotMs)],
  );
  return {
    kind: "embedded",
    events: count("events"),
    messages: count("messages"),
    conversations: count("conversations"),
    quarantine: count("quarantine"),
    last24h: Object.fromEntries(types.map((row) => [row.type, row.n])),
  };
}

/** Every type in the log, by jumps through its index. */
export function readTypes(session: QuerySession): Promise<string[]> {
  return session.list(distinct("events", "type"), [], "brief");
}

/** The values of an index's first column, by jumps through it. */
export function distinct(table: string, column: string): string {
  return `WITH RECURSIVE jumps (value) AS (
      SELECT min(${column}) FROM ${table}
      UNION ALL
      SELECT (SELECT min(${column}) FROM ${table} WHERE ${column} > jumps.value) FROM jumps
      WHERE jumps.value IS NOT NULL
    )
    SELECT value FROM jumps WHERE value IS NOT NULL`;
}

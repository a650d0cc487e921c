import type { Log } from "../../support/log.ts";
import type { Sqlite, SqlSession } from "../../support/sqlite.ts";
import { collections } from "../collections.ts";
import { slotMs } from "./counters.ts";
import { deleteExpiredRows } from "./table.ts";

/** A minute is what MongoDB takes too. */
const everyMs = 60_000;
/** One transaction deletes no more, so that the next append waits for milliseconds. */
const maxRows = 500;
const dayMs = 86_400_000;
const tables = ["messages", "conversations", "aliases"] as const;

/** Deletes what has expired, every minute. `stop` waits for the run that is on. */
export function startExpiry(
  sqlite: Sqlite,
  log: Log,
  onAliasesGone?: () => void,
): { stop(): Promise<void> } {
  let stopped = false;
  let running = Promise.resolve();
  const run = async () => {
    try {
      while (!stopped && (await deleteExpired(sqlite, Date.now(), onAliasesGone)) >= maxRows);
    } catch (error) {
      log.warn("expired events could not be deleted", { error });
    }
  };
  const timer = setInterval(() => {
    running = running.then(run);
  }, everyMs);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** One bounded round. Answers with the number of rows deleted of the fullest table. */
export async function deleteExpired(
  sqlite: Sqlite,
  now: number,
  onAliasesGone?: () => void,
): Promise<number> {
  let aliases = 0;
  const rows = await sqlite.transaction(async (session) => {
    let most = await deleteEvents(session, now);
    const oldest = Math.floor((now - dayMs) / slotMs);
    await session.run("DELETE FROM recent_types WHERE slot < ?", [oldest]);
    for (const table of tables) {
      const sql = `DELETE FROM ${table} WHERE id IN
        (SELECT id FROM ${table} WHERE expires_at <= ? LIMIT ${maxRows})`;
      const gone = await session.run(sql, [now]);
      if (table === "aliases") aliases = gone;
      most = Math.max(most, gone);
    }
    return Math.max(most, await deleteExpiredRows(session, collections, now, maxRows));
  });
  if (aliases > 0) onAliasesGone?.();
  return rows;
}

async function deleteEvents(session: SqlSession, now: number): Promise<number> {
  const rows = await session.all<{ seq: number }>(
    `SELECT seq FROM events WHERE expires_at <= ? LIMIT ${maxRows}`,
    [now],
  );
  for (const { seq } of rows) {
    await session.run("DELETE FROM event_keys WHERE seq = ?", [seq]);
    await session.run("DELETE FROM event_words WHERE rowid = ?", [seq]);
    await session.run("DELETE FROM events WHERE seq = ?", [seq]);
  }
  return rows.length;
}

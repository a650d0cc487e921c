/** The file of an embedded store, written without waiting for the disk: whoever made it can make it again. */
import type { Tables } from "../../src/contracts/table.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createEmbeddedTables, tablesIn } from "../../src/store/embedded/table.ts";
import { createLog } from "../../src/support/log.ts";
import {
  createStatementCache,
  inSession,
  type NativeDatabase,
  type SqlSession,
} from "../../src/support/sql-session.ts";
import { openNative, type Sqlite } from "../../src/support/sqlite.ts";
import { createGathering } from "./gathering.ts";

export interface RawLog {
  /** As the store's own, but each piece of work is in the one transaction that is open. */
  readonly sqlite: Sqlite;
  readonly tables: Tables;
  /** Begins the next transaction. */
  commit(): Promise<void>;
  /** What is dropped meanwhile is made of all rows at once. */
  finish(): Promise<void>;
}

/** By these nothing is looked up while the log is written. */
const dropped = ["events", "event_keys", "deliveries", "conversations", "messages", "series"];

/** Everything that is asked for stays in memory, so that keys of all kinds find their page there. */
const settings = `
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -4000000;
  PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_mode = OFF;
`;

export async function createRawLog(path: string): Promise<RawLog> {
  const log = createLog({ level: "error" });
  const store = await openEmbeddedStore({ path, retentionDays: 400, log });
  await store.close();
  await log.close();
  const native = openNative(path);
  await native.exec(settings);
  const prepared = createStatementCache(native);
  const gathering = createGathering();
  const run = <T>(work: (session: SqlSession) => Promise<T>) =>
    inSession(native, prepared, (session) => work(gathering.over(session)));
  const commit = async () => {
    await inSession(native, prepared, gathering.write);
    await native.exec("COMMIT");
  };
  const indexes = await run(dropIndexes);
  await native.exec("BEGIN");
  const sqlite: Sqlite = { transaction: run, read: run, close: async () => undefined };
  const first = (sql: string, params: Parameters<SqlSession["get"]>[1]) =>
    run((session) => session.get(sql, params));
  const inFile = createEmbeddedTables({ read: run, first, change: run } as never);
  return {
    sqlite,
    tables: { of: inFile.of, atomically: (work) => run((session) => work(tablesIn(session))) },
    async commit() {
      await commit();
      await native.exec("BEGIN");
    },
    async finish() {
      await commit();
      for (const sql of indexes) await native.exec(sql);
      await close(native);
    },
  };
}

async function dropIndexes(session: SqlSession): Promise<string[]> {
  const found = await session.all<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL
      AND tbl_name IN (${dropped.map((name) => `'${name}'`).join(", ")}) ORDER BY rowid`,
  );
  for (const { name } of found) await session.exec(`DROP INDEX "${name}"`);
  return found.map(({ sql }) => sql);
}

async function close(native: NativeDatabase): Promise<void> {
  await native.exec("PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL");
  native.close();
}

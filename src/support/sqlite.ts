import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import Database from "libsql/promise";
import {
  createStatementCache,
  inSession,
  type NativeDatabase,
  type SqlSession,
} from "./sql-session.ts";
import { createTurns } from "./turns.ts";

export type { SqlRow, SqlSession, SqlValue } from "./sql-session.ts";

export interface Sqlite {
  /**
   * Runs `work` and resolves when it is on disk. What throws is undone as a whole, with nothing of others. One at a
   * time, in the order of the calls; not to be nested. Those that wait together share one commit, and fail together where it does.
   */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** Runs `work` between transactions, so it never sees half of one and never blocks on a commit. */
  read<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** Waits for what runs, folds the write-ahead log into the file and frees its lock. Idempotent. */
  close(): Promise<void>;
}

/** The file belongs to another process, or another part of this one. */
export class SqliteInUseError extends Error {
  override readonly name = "SqliteInUseError";
  constructor(cause: unknown) {
    const remedy = "Stop that one, or give this one a DATA_DIR and ports of its own.";
    super(`DATA_DIR is in use by another waypost. ${remedy}`, { cause });
  }
}

/** SQLite's primary result codes that callers tell apart. */
export const sqliteCodes = {
  busy: 5,
  interrupted: 9,
  ioError: 10,
  corrupt: 11,
  full: 13,
  constraint: 19,
} as const;

/** The primary result code of an error from SQLite; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("rawCode" in error)) return undefined;
  return typeof error.rawCode === "number" ? error.rawCode & 0xff : undefined;
}

/** libsql's threads. As many as processors, its own choice, are too few where one runs a query and others commit. */
process.env["TOKIO_WORKER_THREADS"] ??= String(Math.max(4, availableParallelism()));

const busyTimeoutMs = 2_000;
/** What is kept of the write-ahead log's file once its content is in the database. */
export const maxWalBytes = 16 * 1024 * 1024;
// Pages are written by COMMIT, on another thread: a cache too small would write them on this one, and so would savepoints
// that keep what was there before in a file.
const settings = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -16384;
  PRAGMA temp_store = MEMORY;
  PRAGMA journal_size_limit = ${maxWalBytes};
`;

/**
 * Opens or creates the file (mode 0600, its directory 0700) and brings it to the last of `schema`: each
 * entry is SQL that runs once, in order, so entries are only ever added. The file is locked exclusively
 * until `close`; a killed process frees it. Throws SqliteInUseError.
 */
export function openSqlite(
  path: string,
  options: { readonly schema: readonly string[] },
): Promise<Sqlite> {
  return openConnection(path, { ...options, lockingMode: "EXCLUSIVE" });
}

/** With `NORMAL`, other connections may read; that nobody else writes is up to the caller. */
export async function openConnection(
  path: string,
  options: { readonly schema: readonly string[]; readonly lockingMode: "EXCLUSIVE" | "NORMAL" },
): Promise<Sqlite> {
  const native = openNative(path);
  try {
    const first = `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA locking_mode = ${options.lockingMode};`;
    await native.exec(`${first}${settings}`);
    await migrate(native, options.schema);
  } catch (error) {
    native.close();
    throw inUseOr(error);
  }
  return createConnection(native);
}

export function openNative(path: string): NativeDatabase {
  if (path !== ":memory:") createPrivately(path);
  return new Database(path, { timeout: busyTimeoutMs });
}

/** The error; SqliteInUseError in place of SQLite's word for it. */
export function inUseOr(error: unknown): unknown {
  return sqliteCode(error) === sqliteCodes.busy ? new SqliteInUseError(error) : error;
}

function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Never opened when it exists: closing any descriptor of a file drops this process's locks on it.
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  // SQLite gives its -wal file the mode of the database.
  chmodSync(path, 0o600);
}

function createConnection(native: NativeDatabase): Sqlite {
  const turns = createTurns(native, createStatementCache(native));
  let closed: Promise<void> | undefined;
  const whileOpen =
    (way: Sqlite["read"]): Sqlite["read"] =>
    async (work) => {
      // libsql lets writes after close() seem to succeed.
      if (closed !== undefined) throw new Error("the database is closed");
      return way(work);
    };
  return {
    transaction: whileOpen(turns.transaction),
    read: whileOpen(turns.read),
    close() {
      closed ??= turns.read(() => release(native));
      return closed;
    },
  };
}

/** Until the file is ours nothing is prepared: a statement would keep it open, and locked, after `close`. */
async function migrate(native: NativeDatabase, schema: readonly string[]): Promise<void> {
  await native.exec("BEGIN IMMEDIATE");
  try {
    await inSession(native, createStatementCache(native), async (session) => {
      const row = await session.get<{ user_version: number }>("PRAGMA user_version");
      const version = row?.user_version ?? 0;
      if (version > schema.length) {
        throw new Error("the files in DATA_DIR were written by a newer waypost");
      }
      for (const sql of schema.slice(version)) await session.exec(sql);
      await session.exec(`PRAGMA user_version = ${schema.length}`);
    });
    await native.exec("COMMIT");
  } catch (error) {
    if (native.inTransaction) await native.exec("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/**
 * Prepared statements keep their connection, and so its lock, until they are collected. Leaving WAL and
 * exclusive mode frees the lock now; where that fails, the data is safe in the write-ahead log.
 */
async function release(native: NativeDatabase): Promise<void> {
  try {
    if (native.inTransaction) await native.exec("ROLLBACK");
    await native.exec("PRAGMA journal_mode = DELETE");
    await native.exec("PRAGMA locking_mode = NORMAL");
    await native.exec("SELECT count(*) FROM sqlite_schema");
  } catch {
    // The next open recovers.
  } finally {
    native.close();
  }
}

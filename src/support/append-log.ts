import {
  countKeys,
  drop,
  insert,
  keptPages,
  type LogState,
  loadState,
  logSchema,
  moveCursors,
  readRows,
  rowOverhead,
  saveTotals,
  setAside,
  shrink,
} from "./append-log-tables.ts";
import { createGroupCommit, type GroupCommit } from "./group-commit.ts";
import { openSqlite, type Sqlite } from "./sqlite.ts";

/** `key` is short and says what the bytes are; it can be read without them. */
export interface LogEntry {
  readonly key: string;
  readonly bytes: Uint8Array;
}
export interface LogRow extends LogEntry {
  /** Grows with every row, for ever; the rows of one `append` follow each other. */
  readonly seq: number;
}

/** An append-only log in one SQLite file. What waits to be written shares one transaction and one fsync. */
export interface AppendLog {
  /** Rows, their bytes (64 more for each row) and when the oldest was appended. From memory. */
  size(): { readonly rows: number; readonly bytes: number; readonly oldestAt?: Date };
  /** The `seq` of the newest row ever written; 0 before the first. */
  last(): number;
  /**
   * Resolves when all entries are on disk. Rejects with LogFullError or the error of the disk: then none
   * of them is in the log, and the next append tries afresh.
   */
  append(entries: readonly LogEntry[]): Promise<void>;
  /** The oldest rows after `after` (exclusive), at most `limit` and about 8 MiB, but at least one. */
  read(after: number, limit: number): Promise<LogRow[]>;
  /** Forgets every row up to `seq`, inclusive. */
  dropThrough(seq: number): Promise<void>;
  /** Up to where the reader of this name has come. */
  cursor(name: string): number;
  /** Moves a cursor on; resolves when that is on disk. Rows that every cursor has passed are forgotten. */
  advance(name: string, seq: number): Promise<void>;
  /** Moves a cursor past rows that do not concern its reader; on disk with whatever is written next. */
  skip(name: string, seq: number): void;
  /** Keeps a copy of a row that this reader cannot read. */
  setAside(name: string, seq: number, reason: string): Promise<void>;
  /** How many rows this reader has set aside. */
  asideCount(name: string): number;
  /** How many rows of each key lie after `after`. Reads them all: for start-up. */
  countKeys(after: number): Promise<ReadonlyMap<string, number>>;
  /** Refuses what comes, writes what waits. */
  close(): Promise<void>;
}

/** The log would hold more than `maxBytes`. */
export class LogFullError extends Error {
  override readonly name = "LogFullError";
}

export interface AppendLogOptions {
  readonly path: string;
  /** Without it, as much as the disk takes. */
  readonly maxBytes?: number;
  /** The readers by name. A new one begins behind the last row; one that is not named any more is forgotten. */
  readonly cursors?: readonly string[];
}

/** Creates the file when there is none. Throws SqliteInUseError. */
export async function openAppendLog(options: AppendLogOptions): Promise<AppendLog> {
  const db = await openSqlite(options.path, { schema: logSchema });
  try {
    const state = await db.transaction((sql) => loadState(sql, options.cursors ?? []));
    return createAppendLog(db, state, options.maxBytes ?? Number.POSITIVE_INFINITY);
  } catch (error) {
    await db.close();
    throw error;
  }
}

function createAppendLog(db: Sqlite, initial: LogState, maxBytes: number): AppendLog {
  /** Where the readers are; on disk with the next commit. */
  const cursors = new Map(initial.cursors);
  let appending = 0;
  let closed: Promise<void> | undefined;
  const { state, commit, idle } = createGroupCommit(db, initial, async (sql, next) => {
    await moveCursors(sql, next, cursors);
    await shrink(sql, next);
    await saveTotals(sql, next);
  });
  const shrinking = createShrinking(db, state, commit);
  const write: typeof commit = async (change) => {
    if (closed !== undefined) throw new Error("the log is closed");
    await commit(change);
    shrinking.consider();
  };
  const close = async () => {
    // For the cursors that skipped. Without it the same rows would only be read again.
    await commit(async () => {}).catch(() => undefined);
    await shrinking.end();
    await idle();
    await db.close();
  };
  return {
    size() {
      const { rows, bytes, oldestAt } = state();
      return { rows, bytes, ...(oldestAt === undefined ? {} : { oldestAt: new Date(oldestAt) }) };
    },
    last: () => state().last,
    async append(entries) {
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes.length + rowOverhead, 0);
      if (state().bytes + appending + bytes > maxBytes) {
        throw new LogFullError(`the log holds its ${maxBytes} bytes`);
      }
      appending += bytes;
      await write((sql, next) => insert(sql, next, entries)).finally(() => {
        appending -= bytes;
      });
    },
    read: (after, limit) => db.read((sql) => readRows(sql, after, limit)),
    dropThrough: (seq) => write((sql, next) => drop(sql, next, seq)),
    cursor: (name) => cursors.get(name) ?? 0,
    advance(name, seq) {
      cursors.set(name, seq);
      return write(async () => {});
    },
    skip: (name, seq) => void cursors.set(name, seq),
    setAside: (name, seq, reason) =>
      write((sql, next) => setAside(sql, next, { name, seq, reason })),
    asideCount: (name) => state().aside.get(name) ?? 0,
    countKeys: (after) => db.read((sql) => countKeys(sql, after)),
    close: () => (closed ??= close()),
  };
}

/** Gives the disk space of a log that has been emptied back, in the background. */
function createShrinking(
  db: Sqlite,
  state: GroupCommit<LogState>["state"],
  commit: GroupCommit<LogState>["commit"],
) {
  let ending = false;
  let running: Promise<void> | undefined;
  const due = () => !ending && state().rows === 0 && state().freePages > keptPages;
  const run = async () => {
    try {
      while (due()) await commit(async () => {});
      // The file itself becomes shorter at a checkpoint.
      await db.read((sql) => sql.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
    } catch {
      // There is another time; nothing is lost by a file too long.
    } finally {
      running = undefined;
    }
  };
  return {
    consider() {
      if (due()) running ??= run();
    },
    async end() {
      ending = true;
      await running;
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import {
  countKeys,
  drop,
  dropAside,
  insert,
  type LogEntry,
  type LogPage,
  loadState,
  logSchema,
  readRows,
  rowOverhead,
  saveNote,
  setAside,
} from "./append-log-tables.ts";
import { createLogWriter, type LogWriter } from "./append-log-writer.ts";
import { createDiskReserve, type DiskReserve } from "./disk-reserve.ts";
import { createRecentRows, type RecentRows } from "./recent-rows.ts";
import { openSqlite, type Sqlite } from "./sqlite.ts";

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
  /** Looks at the oldest rows after `after` (exclusive): at most `limit`, and about 8 MiB of those `wanted`. */
  read(after: number, limit: number, wanted?: (key: string) => boolean): Promise<LogPage>;
  /** Forgets every row up to `seq`, inclusive. */
  dropThrough(seq: number): Promise<void>;
  /** Up to where the reader of this name has come. */
  cursor(name: string): number;
  /** Every reader that was ever named and not forgotten, with what it noted ("" when nothing). */
  readers(): ReadonlyMap<string, string>;
  /** Keeps a note beside the reader's cursor; one named for the first time begins behind the last row. Resolves when that is on disk. */
  note(name: string, note: string): Promise<void>;
  /**
   * Moves a cursor on; resolves when that is on disk, within a tenth of a second and together with others: after a crash before, a
   * reader has some rows again. Rows that every cursor has passed are forgotten.
   */
  advance(name: string, seq: number): Promise<void>;
  /** Moves a cursor past rows that do not concern its reader; on disk in the same time, with nobody waiting for it. */
  skip(name: string, seq: number): void;
  /** Forgets a reader, with its cursor and what it has set aside; resolves when that is on disk. */
  forget(name: string): Promise<void>;
  /** Keeps a copy of a row that this reader cannot read. False when it has one already. */
  setAside(name: string, seq: number, reason: string): Promise<boolean>;
  /** How many rows this reader has set aside. */
  asideCount(name: string): number;
  /** Forgets what this reader has set aside: answers how many rows; resolves when that is on disk. */
  dropAside(name: string): Promise<number>;
  /** How many rows of each key lie after `after`. Reads them all: for start-up. */
  countKeys(after: number): Promise<ReadonlyMap<string, number>>;
  /** Refuses what comes, writes what waits. */
  close(): Promise<void>;
}

/** The log would hold more than `maxBytes`, or the disk is full. */
export class LogFullError extends Error {
  override readonly name = "LogFullError";
}

export interface AppendLogOptions {
  readonly path: string;
  /** Without it, as much as the disk takes. */
  readonly maxBytes?: number;
  /** Readers by name. A new one begins behind the last row; one that is not named any more is kept until `forget`. */
  readonly cursors?: readonly string[];
}

/** Readers that have come on in this time share the commit that says so. */
const saveMs = 100;
/** So many rows are dropped in one transaction, which has to fit on a full disk. */
const dropRows = 256;
/** Kept in memory for readers with cursors. Without, as in a spool, nobody reads what was just written. */
const recentRows = 1_000;

/** Creates the file when there is none, and one that reserves disk space. Throws SqliteInUseError. */
export async function openAppendLog(options: AppendLogOptions): Promise<AppendLog> {
  const db = await openSqlite(options.path, { schema: logSchema });
  try {
    const reserve = await createDiskReserve(`${options.path}-reserve`);
    await reserve.hold();
    const initial = await db.transaction((sql) => loadState(sql, options.cursors ?? []));
    const cursors = new Map(initial.cursors);
    const writer = await createLogWriter(db, reserve, initial, cursors);
    const recent = createRecentRows(cursors.size > 0 ? recentRows : 0);
    const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    const append = createAppend(writer, reserve, recent, maxBytes);
    return createAppendLog(writer, cursors, append, createRead(db, writer, recent));
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** `cursors` is where the readers are. */
function createAppendLog(
  { state, free, close }: LogWriter,
  cursors: Map<string, number>,
  append: AppendLog["append"],
  { read, countKeys }: Pick<AppendLog, "read" | "countKeys">,
): AppendLog {
  const saving = createSaving(() => free(async () => {}));
  return {
    size() {
      const { rows, bytes, oldestAt } = state();
      return { rows, bytes, ...(oldestAt === undefined ? {} : { oldestAt: new Date(oldestAt) }) };
    },
    last: () => state().last,
    append,
    read,
    async dropThrough(seq) {
      const { last, rows } = state();
      for (let through = last - rows; through < Math.min(seq, last); ) {
        through = Math.min(through + dropRows, seq);
        const end = through;
        await free((sql, next) => drop(sql, next, end));
      }
    },
    readers: () =>
      new Map([...cursors.keys()].map((name) => [name, state().notes.get(name) ?? ""])),
    note(name, note) {
      const seq = cursors.get(name) ?? state().last;
      cursors.set(name, seq);
      return free((sql, next) => saveNote(sql, next, { name, seq, note }));
    },
    ...createMoves(cursors, saving),
    forget(name) {
      cursors.delete(name);
      return free(async () => {});
    },
    async setAside(name, seq, reason) {
      let added = false;
      await free(async (sql, next) => {
        added = await setAside(sql, next, { name, seq, reason });
      });
      return added;
    },
    asideCount: (name) => state().aside.get(name) ?? 0,
    async dropAside(name) {
      let gone = 0;
      await free(async (sql, next) => {
        gone = await dropAside(sql, next, name);
      });
      return gone;
    },
    countKeys,
    close() {
      saving.end();
      return close();
    },
  };
}

function createMoves(
  cursors: Map<string, number>,
  saving: Pick<ReturnType<typeof createSaving>, "soon">,
): Pick<AppendLog, "cursor" | "advance" | "skip"> {
  return {
    cursor: (name) => cursors.get(name) ?? 0,
    advance(name, seq) {
      cursors.set(name, seq);
      return saving.soon();
    },
    skip(name, seq) {
      if (cursors.get(name) === seq) return;
      cursors.set(name, seq);
      // Where that fails the next one writes it too.
      void saving.soon().catch(() => undefined);
    },
  };
}

/** Commits once for all who ask within `saveMs`. What is closed in between is left to its last commit. */
function createSaving(commit: () => Promise<void>) {
  let saving: Promise<void> | undefined;
  let ended = false;
  const save = async () => {
    await sleep(saveMs);
    saving = undefined;
    if (!ended) await commit();
  };
  return {
    soon() {
      if (ended) return commit();
      saving ??= save();
      return saving;
    },
    end() {
      ended = true;
    },
  };
}

function createAppend(
  { state, write }: LogWriter,
  reserve: DiskReserve,
  recent: RecentRows,
  maxBytes: number,
): AppendLog["append"] {
  let appending = 0;
  return async (entries) => {
    if (!reserve.held() && !(await reserve.hold())) throw new LogFullError("the disk is full");
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes.length + rowOverhead, 0);
    if (state().bytes + appending + bytes > maxBytes) {
      throw new LogFullError(`the log holds its ${maxBytes} bytes`);
    }
    appending += bytes;
    let first = 0;
    try {
      await write(async (sql, next) => {
        first = next.last + 1;
        await insert(sql, next, entries);
      });
    } finally {
      appending -= bytes;
    }
    recent.add(first, entries);
  };
}

function createRead(
  db: Sqlite,
  { state }: LogWriter,
  recent: RecentRows,
): Pick<AppendLog, "read" | "countKeys"> {
  return {
    async read(after, limit, wanted = () => true) {
      const { last, rows } = state();
      // A reader that keeps up asks this most of the time.
      if (after >= last) return { rows: [], through: after };
      recent.forgetThrough(last - rows);
      const page = recent.read(after, limit, wanted);
      return page ?? db.read((sql) => readRows(sql, { after, limit, wanted }));
    },
    countKeys: (after) => db.read((sql) => countKeys(sql, after)),
  };
}

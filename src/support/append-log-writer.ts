import { type LogState, moveCursors, saveTotals, shrink } from "./append-log-tables.ts";
import type { DiskReserve } from "./disk-reserve.ts";
import { type Change, createGroupCommit } from "./group-commit.ts";
import { type Sqlite, sqliteCode, sqliteCodes } from "./sqlite.ts";

const pageBytes = 4_096;
/** When a log has been emptied: so many free pages stay in its file, and so many go in one transaction. */
const mostKeptPages = 2_048;

export interface LogWriter {
  state(): Readonly<LogState>;
  /** Resolves when the change is on disk. */
  write(change: Change<LogState>): Promise<void>;
  /** For what frees space: succeeds on a full disk too, at the cost of the reserve. */
  free(change: Change<LogState>): Promise<void>;
  /** Refuses what comes, writes what waits. */
  close(): Promise<void>;
}

/** Every change of the log goes through here; one that frees space also writes where `cursors` are by then. */
export async function createLogWriter(
  db: Sqlite,
  reserve: DiskReserve,
  initial: LogState,
  cursors: ReadonlyMap<string, number>,
): Promise<LogWriter> {
  // What waits for a checkpoint must fit into the reserve, with room to spare.
  const pages = Math.ceil(reserve.bytes / 4 / pageBytes);
  await pragma(db, `wal_autocheckpoint = ${pages}`);
  const kept = Math.min(mostKeptPages, pages);
  const { state, commit, idle } = createGroupCommit(db, initial, saveTotals);
  // Not with each append: who waits for one would wait for this too.
  const tidied =
    (change: Change<LogState>): Change<LogState> =>
    async (sql, next) => {
      await change(sql, next);
      await moveCursors(sql, next, cursors);
      await shrink(sql, next, kept);
    };
  let closed: Promise<void> | undefined;
  let shrinking: Promise<void> | undefined;

  const free = async (given: Change<LogState>) => {
    const change = tidied(given);
    try {
      await commit(change);
    } catch (error) {
      if (sqliteCode(error) !== sqliteCodes.full || !(await reserve.release())) throw error;
      await pragma(db, "wal_checkpoint(TRUNCATE)");
      await commit(change);
    }
  };
  const isLoose = () => closed === undefined && state().rows === 0 && state().freePages > kept;
  const tighten = async () => {
    try {
      while (isLoose()) await free(nothing);
      // The file itself becomes shorter at a checkpoint.
      await pragma(db, "wal_checkpoint(TRUNCATE)");
    } catch {
      // There is another time; nothing is lost by a file too long.
    }
    shrinking = undefined;
  };
  const open = (way: typeof commit) => async (change: Change<LogState>) => {
    if (closed !== undefined) throw new Error("the log is closed");
    await way(change);
    if (isLoose()) shrinking ??= tighten();
  };
  const close = async () => {
    // For the cursors that skipped. Without it the same rows would only be read again.
    await commit(tidied(nothing)).catch(() => undefined);
    await shrinking;
    await idle();
    await db.close();
  };
  return {
    state,
    write: open(commit),
    free: open(free),
    close() {
      closed ??= close();
      return closed;
    },
  };
}

async function nothing(): Promise<void> {}

function pragma(db: Sqlite, text: string): Promise<void> {
  return db.read((sql) => sql.exec(`PRAGMA ${text}`));
}

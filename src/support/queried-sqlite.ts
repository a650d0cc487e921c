import { stat } from "node:fs/promises";
import { begin, closeAside, end, openAside } from "./aside.ts";
import { claimFile } from "./file-claim.ts";
import { type Looks, openLooks } from "./looks.ts";
import { createMutex } from "./mutex.ts";
import {
  createStatementCache,
  inSession,
  type NativeDatabase,
  type SqlSession,
  type SqlValue,
  type StatementCache,
} from "./sql-session.ts";
import { maxWalBytes, openConnection, type Sqlite, sqliteCode, sqliteCodes } from "./sqlite.ts";

/** Statements of one query: they see what was committed when it began. */
export interface QuerySession extends Pick<SqlSession, "get"> {
  /**
   * What the one column of this SELECT holds, numbers and text. The only statement that may take long: of
   * several rows libsql computes all but the first on this thread, so the list is made to be one. `brief`: it looks at some hundred
   * rows at most, for which the way to another thread would take longer than the list.
   */
  list<T extends string | number>(
    select: string,
    params?: readonly SqlValue[],
    brief?: "brief",
  ): Promise<T[]>;
}

export interface QueriedSqlite extends Sqlite {
  readonly look: Looks["look"];
  readonly first: Looks["first"];
  /**
   * Runs `work` on a second connection, which cannot write: no `transaction` and no `read` waits for it.
   * One at a time; those that wait together see the same. Ends with QueryTimeoutError what takes longer than the time limit.
   */
  query<T>(work: (session: QuerySession) => Promise<T>): Promise<T>;
}

/** The query itself took longer than it may. */
export class QueryTimeoutError extends Error {
  override readonly name = "QueryTimeoutError";
}

const againMs = 20;
/** Queries that come one after the other see the same no longer than this. */
const sharedMs = 50;

/**
 * Like `openSqlite`, with a second connection for queries and a third for what is quick. The process claims the database by the lock of
 * a file beside it (`<path>-lock`), since its own must let all connections in.
 */
export async function openQueriedSqlite(
  path: string,
  options: { readonly schema: readonly string[]; readonly queryLimitMs: number },
): Promise<QueriedSqlite> {
  const claim = await claimFile(`${path}-lock`);
  const opened: Pick<Sqlite, "close">[] = [];
  try {
    const main = await openConnection(path, { schema: options.schema, lockingMode: "NORMAL" });
    opened.unshift(main);
    const looks = await openLooks(path);
    opened.unshift(looks);
    const queries = await openQueries(path, main, options.queryLimitMs);
    return joined(main, looks, queries, claim.release);
  } catch (error) {
    for (const each of opened) await each.close();
    await claim.release();
    throw error;
  }
}

function joined(
  main: Sqlite,
  looks: Looks,
  queries: Queries,
  release: () => Promise<void>,
): QueriedSqlite {
  let closed: Promise<void> | undefined;
  const close = async () => {
    await looks.close();
    await queries.close();
    await main.close();
    await release();
  };
  return {
    ...main,
    look: looks.look,
    first: looks.first,
    query: queries.query,
    close() {
      closed ??= close();
      return closed;
    },
  };
}

type Queries = Pick<QueriedSqlite, "query" | "close">;

async function openQueries(path: string, main: Sqlite, limitMs: number): Promise<Queries> {
  const native = await openAside(path);
  const prepared = createStatementCache(native);
  const mutex = createMutex();
  let waiting: Asked[] = [];
  let closed = false;
  const answer = async ({ asked, work, resolve, reject }: Asked) => {
    try {
      if (performance.now() - asked > limitMs) throw new Error("too many queries at once");
      const within = (check: () => void) =>
        inSession(native, prepared, (session) => work(querySession(session, check)));
      resolve(await withinLimit(native, prepared, limitMs, within));
    } catch (error) {
      reject(error);
    }
  };
  const foldLongWal = createFolding(path, main);
  const answerTogether = async (together: readonly Asked[]) => {
    let began = 0;
    for (const each of together) {
      if (performance.now() - began > sharedMs) await end(native, prepared);
      if (!native.inTransaction) began = performance.now();
      await answer(each);
    }
    await end(native, prepared);
    await foldLongWal();
  };
  const answerWaiting = async () => {
    const together = waiting;
    waiting = [];
    // libsql ends the process that asks a closed database anything.
    if (closed) for (const { reject } of together) reject(new Error("the database is closed"));
    else if (together.length > 0) await answerTogether(together);
  };
  return {
    query: (work) =>
      new Promise((resolve, reject) => {
        const asked = performance.now();
        waiting.push({ asked, work, resolve: resolve as Asked["resolve"], reject });
        void mutex.run(answerWaiting);
      }),
    close: () =>
      mutex.run(async () => {
        closed = true;
        await closeAside(native);
      }),
  };
}

interface Asked {
  readonly asked: number;
  readonly work: (session: QuerySession) => Promise<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function querySession(session: SqlSession, check: () => void): QuerySession {
  return {
    get(sql, params) {
      check();
      return session.get(sql, params);
    },
    async list<T extends string | number>(
      select: string,
      params: readonly SqlValue[] = [],
      brief?: "brief",
    ) {
      check();
      const sql = `WITH found (value) AS (${select}) SELECT json_group_array(value) AS list FROM found`;
      const row =
        brief === undefined
          ? (await session.all<{ list: string }>(sql, params))[0]
          : await session.get<{ list: string }>(sql, params);
      return JSON.parse(row?.list ?? "[]") as T[];
    },
  };
}

/** In a read transaction, which goes on unless the work fails; it fails at the time limit at the latest. */
async function withinLimit<T>(
  native: NativeDatabase,
  prepared: StatementCache,
  limitMs: number,
  work: (check: () => void) => Promise<T>,
): Promise<T> {
  const latest = performance.now() + limitMs;
  const tooLate = (cause?: unknown) =>
    new QueryTimeoutError(`a query was ended after ${limitMs} ms`, { cause });
  const stop = () => {
    native.interrupt();
    // It may have come between two statements, or just before one began.
    timer = setTimeout(stop, againMs);
  };
  let timer = setTimeout(stop, limitMs);
  try {
    if (!native.inTransaction) await begin(prepared);
    return await work(() => {
      if (performance.now() >= latest) throw tooLate();
    });
  } catch (error) {
    await end(native, prepared);
    throw sqliteCode(error) === sqliteCodes.interrupted ? tooLate(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Its length is looked at no more often. */
const foldMs = 100;

/**
 * While queries follow each other, SQLite cannot begin its write-ahead log anew, and it would grow for
 * ever. Between two of them it can.
 */
function createFolding(path: string, main: Sqlite): () => Promise<void> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - lookedAt < foldMs) return;
    lookedAt = performance.now();
    try {
      if ((await stat(`${path}-wal`)).size <= maxWalBytes) return;
      await main.read((session) => session.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
    } catch {
      // A full disk: what is committed is safe, and the next one tries again.
    }
  };
}

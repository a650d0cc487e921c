import { begin, closeAside, end, openAside } from "./aside.ts";
import { createMutex } from "./mutex.ts";
import { createStatementCache, inSession, type SqlSession } from "./sql-session.ts";

/** Statements of one look: they see the same. */
export type LookSession = Pick<SqlSession, "get" | "all">;

export interface Looks {
  /**
   * Runs `work`, which is brief, on a connection that cannot write: it waits for no `transaction`, no commit and no
   * `query`, only for another look. Sees all that was committed when it began.
   */
  look<T>(work: (session: LookSession) => Promise<T>): Promise<T>;
  /** As `look`: the first row of one statement, in a third of the time. */
  first: LookSession["get"];
  close(): Promise<void>;
}

export async function openLooks(path: string): Promise<Looks> {
  const native = await openAside(path);
  const prepared = createStatementCache(native);
  const mutex = createMutex();
  let closed = false;
  const snapshot = async <T>(work: (session: LookSession) => Promise<T>) => {
    await begin(prepared);
    try {
      return await inSession(native, prepared, work);
    } finally {
      await end(native, prepared);
    }
  };
  const inTurn = async <T>(work: () => Promise<T>) => {
    if (closed) throw new Error("the database is closed");
    return mutex.run(work);
  };
  return {
    look: (work) => inTurn(() => snapshot(work)),
    first: (sql, params) =>
      inTurn(() => inSession(native, prepared, (session) => session.get(sql, params))),
    close: () => {
      closed = true;
      return mutex.run(() => closeAside(native));
    },
  };
}

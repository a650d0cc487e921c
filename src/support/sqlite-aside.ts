import { resolve } from "node:path";
import { createMutex } from "./mutex.ts";
import { createStatementCache, inSession, type SqlSession } from "./sql-session.ts";
import { openNative } from "./sqlite.ts";

/** A connection that cannot write. */
export async function openAside(path: string) {
  const native = openNative(":memory:");
  // Attached, because a connection is closed only when its prepared statements are collected; DETACH is at once.
  const quoted = `'${resolve(path).replaceAll("'", "''")}'`;
  await native.exec(`ATTACH ${quoted} AS aside; PRAGMA aside.cache_size = -16384;
    PRAGMA query_only = ON;`);
  const close = async () => {
    await native.exec("DETACH aside");
    native.close();
  };
  return { native, close };
}

export interface Looks {
  /**
   * Runs `work` on a connection that cannot write: it waits for no transaction, and none waits for it. Each of its statements sees what was
   * committed when it began; all are to be quick.
   */
  look<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function openLooks(path: string): Promise<Looks> {
  const { native, close } = await openAside(path);
  const prepared = createStatementCache(native);
  const mutex = createMutex();
  let closed = false;
  return {
    look: (work) =>
      mutex.run(() => {
        // libsql ends the process that asks a closed database anything.
        if (closed) throw new Error("the database is closed");
        return inSession(native, prepared, work);
      }),
    close: () =>
      mutex.run(() => {
        closed = true;
        return close();
      }),
  };
}

import { resolve } from "node:path";
import type { NativeDatabase, StatementCache } from "./sql-session.ts";
import { openNative } from "./sqlite.ts";

/**
 * One more connection to a file that is open, which cannot write. Attached, because a connection is closed only when its
 * prepared statements are collected; DETACH is at once.
 */
export async function openAside(path: string): Promise<NativeDatabase> {
  const native = openNative(":memory:");
  const quoted = `'${resolve(path).replaceAll("'", "''")}'`;
  await native.exec(`ATTACH ${quoted} AS queried; PRAGMA queried.cache_size = -16384;
    PRAGMA query_only = ON;`);
  return native;
}

export async function closeAside(native: NativeDatabase): Promise<void> {
  await native.exec("DETACH queried");
  native.close();
}

/** Neither this nor `end` touches the file, so they need not go to another thread. */
export async function begin(prepared: StatementCache): Promise<void> {
  (await prepared.make("run", "BEGIN")).run([]);
}

/** Where that fails the next one tries again. */
export async function end(native: NativeDatabase, prepared: StatementCache): Promise<void> {
  if (!native.inTransaction) return;
  try {
    (await prepared.make("run", "ROLLBACK")).run([]);
  } catch {
    // An answer has been given all the same.
  }
}

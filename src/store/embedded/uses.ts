import type { LookSession } from "../../support/looks.ts";
import type { QueriedSqlite, QuerySession } from "../../support/queried-sqlite.ts";
import type { SqlSession } from "../../support/sqlite.ts";
import { toStoreError } from "./store-error.ts";

/** How the parts of the store get at the file; StoreError is all they throw. */
export interface Uses {
  /** For what is brief: it waits for no change. */
  read<T>(work: (session: LookSession) => Promise<T>): Promise<T>;
  /** As `read`: the first row of one statement. */
  first: LookSession["get"];
  change<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** For what may take long: nothing else waits for it. QueryTooWideError at the time limit. */
  query<T>(work: (session: QuerySession) => Promise<T>): Promise<T>;
}

export function usesOf(sqlite: QueriedSqlite): Uses {
  return {
    read: (work) => translated(sqlite.look(work)),
    first: (sql, params) => translated(sqlite.first(sql, params)),
    change: (work) => translated(sqlite.transaction(work)),
    query: (work) => translated(sqlite.query(work)),
  };
}

export function translated<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw toStoreError(error);
  });
}

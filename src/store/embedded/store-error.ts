import { QueryTooWideError, StoreError } from "../../contracts.ts";
import { QueryTimeoutError } from "../../support/queried-sqlite.ts";
import { sqliteCode, sqliteCodes } from "../../support/sqlite.ts";

const tooBig = 18;

/** `refused` when the value is at fault; a full or failing disk is an outage, and is tried again. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof QueryTimeoutError) return new QueryTooWideError([], { cause: error });
  const code = sqliteCode(error);
  const refused = error instanceof TypeError || code === tooBig || code === sqliteCodes.constraint;
  const what = refused ? "the log will never take this" : "the log cannot be used now";
  const cause = code === undefined ? error instanceof Error && error.name : `SQLite ${code}`;
  return new StoreError(refused ? "refused" : "outage", `${what} (${cause})`, { cause: error });
}

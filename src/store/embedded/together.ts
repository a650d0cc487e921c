import type { SqlSession } from "../../support/sqlite.ts";

/** So many rows at once, in one statement, hold the event loop for some milliseconds. */
export const atOnce = 100;

/** Words of ours alone: they become SQL. */
interface Place {
  /** Holds JSON. */
  readonly column: string;
  readonly from: string;
  readonly by: string;
}

/**
 * What a column holds at these keys, in their order, each as one JSON text with its neighbours: a statement and a parse for each row
 * would cost several times as much. What is not there is left out.
 */
export async function parsedTogether<T>(
  session: Pick<SqlSession, "get">,
  { column, from, by }: Place,
  keys: readonly (string | number)[],
): Promise<T[]> {
  // The array is gone through in its order, which CROSS JOIN keeps.
  const sql = `SELECT '[' || group_concat(found, ',') || ']' AS list FROM (
    SELECT ${column} AS found FROM json_each(?) AS asked CROSS JOIN ${from} ON ${from}.${by} = asked.value)`;
  const all: T[] = [];
  for (let at = 0; at < keys.length; at += atOnce) {
    const some = JSON.stringify(keys.slice(at, at + atOnce));
    const row = await session.get<{ list: string | null }>(sql, [some]);
    for (const each of JSON.parse(row?.list ?? "[]") as T[]) all.push(each);
  }
  return all;
}

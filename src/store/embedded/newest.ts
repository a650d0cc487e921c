import type { SqlValue } from "../../support/sqlite.ts";
import type { CheckedPage } from "../log/selection.ts";

/** A part of a WHERE, with what it binds. */
export interface Condition {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** A table whose rows are listed by a time, ids break ties; `key` finds a row again. */
export interface Listed {
  readonly from: string;
  /** Words of ours alone: they become SQL. */
  readonly key: string;
  readonly time: string;
}

/** SQLite merges at most 500. */
export const maxAlternatives = 200;

/**
 * The keys of the newest (or oldest) rows that meet all conditions of one of the alternatives. An index that begins
 * with what an alternative asks for, then has time and id, gives each its own: only those are merged.
 */
export function newest(
  { from, key, time }: Listed,
  alternatives: readonly (readonly Condition[])[],
  { limit, oldestFirst }: Pick<CheckedPage, "limit" | "oldestFirst">,
): Condition {
  const order = oldestFirst ? "ASC" : "DESC";
  const rows = alternatives.map((conditions) => {
    return `SELECT * FROM (SELECT ${key} AS value, ${time} AS at, id FROM ${from} WHERE ${allOf(conditions).sql}
      ORDER BY ${time} ${order}, id ${order} LIMIT ?)`;
  });
  return {
    sql: `SELECT value FROM (${rows.join(" UNION ")}) ORDER BY at ${order}, id ${order} LIMIT ?`,
    params: [
      ...alternatives.flatMap((conditions) => [
        ...conditions.flatMap(({ params }) => params),
        limit,
      ]),
      limit,
    ],
  };
}

/** All of them must hold; of none, every row is meant. */
export function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? { sql: "true", params: [] } : together(conditions, " AND ");
}

/** Their texts with this between them, and all that they bind. */
export function together(parts: readonly Condition[], between: string): Condition {
  return {
    sql: parts.map(({ sql }) => sql).join(between),
    params: parts.flatMap(({ params }) => params),
  };
}

export function equal(column: string, value: string): Condition {
  return { sql: `${column} = ?`, params: [clean(value)] };
}

export function anyOf(column: string, values: readonly string[]): Condition {
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [list(values)] };
}

export function list(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** Nothing that is stored holds a NUL, and SQL cannot bind one. */
export function clean(text: string): string {
  return String(text).replaceAll("\0", "\u{fffd}");
}

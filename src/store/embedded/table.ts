import type { Table, TableSpec, Tables } from "../../contracts/table.ts";
import type { SqlSession } from "../../support/sqlite.ts";
import {
  type AnyRow,
  countedText,
  idOf,
  indexedText,
  limitOf,
  orderOf,
  termsOf,
} from "../table/table-terms.ts";
import { tablesFrom } from "../table/tables-from.ts";
import { distinct } from "./stats.ts";
import { type ListParts, listSql } from "./table-list.ts";
import {
  asOneText,
  type Bind,
  collectParams,
  conditionOf,
  orderBy,
  pageCondition,
  question,
  quoted,
  rowFrom,
  rowsIn,
  unexpired,
} from "./table-sql.ts";
import { createWrites } from "./table-writes.ts";
import { translated, type Uses } from "./uses.ts";

/** How a table gets at the file; inside of a transaction there are no queries aside. */
type TableUses = Pick<Uses, "read" | "first" | "change"> & Partial<Pick<Uses, "query">>;

interface TableOptions {
  readonly now?: () => number;
}

/** Tables of one file; `syncTables` makes them. */
export function createEmbeddedTables(uses: Uses, { now = Date.now }: TableOptions = {}): Tables {
  return {
    ...tablesOver(uses, now),
    async atomically(work) {
      let failure: { readonly error: unknown } | undefined;
      const inside = (session: SqlSession) =>
        work(tablesIn(session, { now })).catch((error: unknown) => {
          failure = { error };
          throw error;
        });
      return uses.change(inside).catch((error: unknown) => {
        // What the work itself throws is the caller's.
        throw failure === undefined ? error : failure.error;
      });
    },
  };
}

/** The same tables inside of a transaction. */
export function tablesIn(
  session: SqlSession,
  { now = Date.now }: TableOptions = {},
): Pick<Tables, "of"> {
  const use: Uses["change"] = (work) => translated(work(session));
  const first: Uses["first"] = (sql, params) => translated(session.get(sql, params));
  return tablesOver({ read: use, first, change: use }, now);
}

function tablesOver(uses: TableUses, now: () => number): Pick<Tables, "of"> {
  return tablesFrom((spec) => createTable(spec, uses, now));
}

function createTable(spec: TableSpec, uses: TableUses, now: () => number): Table<AnyRow> {
  const find: Table<AnyRow>["find"] = async (asked) => {
    const [terms, order, limit] = [
      termsOf(spec, asked.where),
      orderOf(spec, asked.order),
      limitOf(asked.limit),
    ];
    const time = now();
    const more = (bind: Bind) =>
      unexpired(spec, time, bind) + pageCondition(spec, order, asked.after, bind);
    const parts = { terms, order, more, limit, by: asked.by };
    if (asked.as === "few") return findFew(spec, uses, parts);
    return asked.as === "list" && uses.query !== undefined
      ? findAside(spec, uses.query, parts)
      : findRows(spec, uses, parts);
  };
  return {
    get: async (ids) => {
      const { params, bind } = collectParams();
      const asked = [...new Set(ids.map(idOf))];
      const sql = `SELECT * FROM ${quoted(spec.name)} WHERE id = ${bind("")}${unexpired(spec, now(), bind)}`;
      const of = async (id: string, { get }: Pick<SqlSession, "get">) => {
        const found = await get(sql, [id, ...params.slice(1)]);
        return found === undefined ? [] : [rowFrom(spec, found)];
      };
      const [only, ...others] = asked;
      if (only === undefined) return [];
      if (others.length === 0) return of(only, { get: uses.first });
      return uses.read(async (session) => {
        const rows: AnyRow[] = [];
        for (const id of asked) rows.push(...(await of(id, session)));
        return rows;
      });
    },
    find,
    ...createCounts(spec, uses, now),
    ...createWrites(spec, uses, now),
  };
}

function createCounts(
  spec: TableSpec,
  uses: TableUses,
  now: () => number,
): Pick<Table<AnyRow>, "count" | "counts" | "values"> {
  return {
    count: async (where) => {
      const { params, bind } = collectParams();
      const asked = question(spec, where, now, bind);
      const sql = `SELECT count(*) AS n FROM ${quoted(spec.name)} WHERE ${asked}`;
      // By `all`, on another thread: there may be many.
      return uses.read(async (session) => Number((await session.all(sql, params))[0]?.["n"]));
    },
    counts: async (field, where) => {
      const { params, bind } = collectParams();
      const name = quoted(countedText(spec, field));
      const asked = `${question(spec, where, now, bind)} AND ${name} IS NOT NULL`;
      const each = `SELECT ${name} AS value, count(*) AS n FROM ${quoted(spec.name)} WHERE ${asked} GROUP BY ${name}`;
      const sql = `SELECT json_group_array(json_array(value, n)) AS list FROM (${each})`;
      return uses.read(async (session) => {
        const [found] = await session.all<{ list: string }>(sql, params);
        return new Map(JSON.parse(found?.list ?? "[]") as [string, number][]);
      });
    },
    values: async (field) => {
      const sql = distinct(quoted(spec.name), quoted(indexedText(spec, field)));
      return uses.read(async (session) =>
        (await session.all<{ value: string }>(sql)).map(({ value }) => value),
      );
    },
  };
}

function findRows(
  spec: TableSpec,
  uses: TableUses,
  { terms, order, more, limit }: ListParts,
): Promise<AnyRow[]> {
  const { params, bind } = collectParams();
  const where = conditionOf(spec, terms, bind) + more(bind);
  const most = limit === undefined ? "" : ` LIMIT ${bind(limit)}`;
  const select = `SELECT * FROM ${quoted(spec.name)} WHERE ${where}${orderBy(order)}${most}`;
  const text = asOneText(spec, select);
  return uses.read(async (session) => {
    if (text === undefined)
      return (await session.all(select, params)).map((found) => rowFrom(spec, found));
    const [found] = await session.all<{ list: string }>(text, params);
    return rowsIn(spec, found?.list ?? "[]");
  });
}

/** Their ids are one row, and rows by id are quick: nothing needs another thread. */
async function findFew(spec: TableSpec, uses: TableUses, parts: ListParts): Promise<AnyRow[]> {
  const ids = listSql(spec, parts);
  if (ids === "nothing") return [];
  const list = `WITH found (value) AS (${ids.sql}) SELECT json_group_array(value) AS list FROM found`;
  const idsBy = async ({ get }: Pick<SqlSession, "get">): Promise<string[]> => {
    const found = await get<{ list: string }>(list, ids.params);
    return JSON.parse(found?.list ?? "[]");
  };
  // Most who ask find nothing.
  if ((await idsBy({ get: uses.first })).length === 0) return [];
  return uses.read(async (session) => rowsById(spec, session, await idsBy(session)));
}

async function rowsById(
  spec: TableSpec,
  session: Pick<SqlSession, "get">,
  ids: readonly string[],
): Promise<AnyRow[]> {
  const sql = `SELECT * FROM ${quoted(spec.name)} WHERE id = ?`;
  const rows: AnyRow[] = [];
  for (const id of ids) {
    const found = await session.get(sql, [id]);
    if (found !== undefined) rows.push(rowFrom(spec, found));
  }
  return rows;
}

/** On the connection for queries: their list is one row, and what it names is read row by row. */
async function findAside(
  spec: TableSpec,
  query: Uses["query"],
  parts: ListParts,
): Promise<AnyRow[]> {
  const list = listSql(spec, parts);
  if (list === "nothing") return [];
  return query(async (session) =>
    rowsById(spec, session, await session.list<string>(list.sql, list.params)),
  );
}

/** One bounded round; answers with the number of rows that were deleted of the fullest table. */
export async function deleteExpiredRows(
  session: SqlSession,
  specs: readonly TableSpec[],
  now: number,
  most: number,
): Promise<number> {
  let fullest = 0;
  for (const { name } of specs.filter(({ expires }) => expires)) {
    const sql = `DELETE FROM ${quoted(name)} WHERE id IN
      (SELECT id FROM ${quoted(name)} WHERE "expireAt" <= ? LIMIT ${most})`;
    fullest = Math.max(fullest, await session.run(sql, [now]));
  }
  return fullest;
}

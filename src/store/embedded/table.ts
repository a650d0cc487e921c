import type { Change, RowOf, Table, TableSpec, Tables, Where } from "../../contracts/table.ts";
import type { SqlSession, SqlValue } from "../../support/sqlite.ts";
import {
  type AnyRow,
  eachField,
  idOf,
  indexedText,
  limitOf,
  orderOf,
  type Step,
  stepsOf,
  type Term,
  termsOf,
  upsertOf,
} from "../table-terms.ts";
import { distinct } from "./stats.ts";
import { type ListParts, listSql } from "./table-list.ts";
import {
  assignments,
  type Bind,
  collectParams,
  conditionOf,
  conditionParams,
  encode,
  orderBy,
  pageCondition,
  quoted,
  rowFrom,
  sameText,
  unexpired,
} from "./table-sql.ts";
import { translated, type Uses } from "./uses.ts";

/** How a table gets at the file; inside of a transaction there are no queries aside. */
type TableUses = Pick<Uses, "read" | "change"> & Partial<Pick<Uses, "query">>;

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
  const use: Uses["read"] = (work) => translated(work(session));
  return tablesOver({ read: use, change: use }, now);
}

function tablesOver(uses: TableUses, now: () => number): Pick<Tables, "of"> {
  return {
    // The row's type is the declaration's: the terms and `rowFrom` hold both to it.
    of: <F extends TableSpec["fields"]>(spec: TableSpec<F>) =>
      createTable(spec, uses, now) as unknown as Table<RowOf<F>>,
  };
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
    const parts = { terms, order, more, limit };
    return asked.as === "list" && uses.query !== undefined
      ? findAside(spec, uses.query, parts)
      : findRows(spec, uses, parts);
  };
  return {
    get: async (ids) => {
      const { params, bind } = collectParams();
      const asked = [...new Set(ids.map(idOf))];
      const sql = `SELECT * FROM ${quoted(spec.name)} WHERE id = ${bind("")}${unexpired(spec, now(), bind)}`;
      return uses.read(async (session) => {
        const rows: AnyRow[] = [];
        for (const id of asked) {
          const found = await session.get(sql, [id, ...params.slice(1)]);
          if (found !== undefined) rows.push(rowFrom(spec, found));
        }
        return rows;
      });
    },
    find,
    count: async (where) => {
      const { params, bind } = collectParams();
      const asked = question(spec, where, now, bind);
      const sql = `SELECT count(*) AS n FROM ${quoted(spec.name)} WHERE ${asked}`;
      // By `all`, on another thread: there may be many.
      return uses.read(async (session) => Number((await session.all(sql, params))[0]?.["n"]));
    },
    values: async (field) => {
      const sql = distinct(quoted(spec.name), quoted(indexedText(spec, field)));
      return uses.read(async (session) =>
        (await session.all<{ value: string }>(sql)).map(({ value }) => value),
      );
    },
    insert: async (rows) => {
      const inserts = insertsOf(spec, rows);
      return uses.change((session) => insertAll(spec, session, inserts));
    },
    ...createWrites(spec, uses, now),
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
  const sql = `SELECT * FROM ${quoted(spec.name)} WHERE ${where}${orderBy(order)}${most}`;
  return uses.read(async (session) =>
    (await session.all(sql, params)).map((found) => rowFrom(spec, found)),
  );
}

/** On the connection for queries: their list is one row, and what it names is read row by row. */
async function findAside(
  spec: TableSpec,
  query: Uses["query"],
  parts: ListParts,
): Promise<AnyRow[]> {
  const list = listSql(spec, parts);
  if (list === "nothing") return [];
  const byId = `SELECT * FROM ${quoted(spec.name)} WHERE id = ?`;
  return query(async (session) => {
    const rows: AnyRow[] = [];
    for (const id of await session.list<string>(list.sql, list.params)) {
      const found = await session.get(byId, [id]);
      if (found !== undefined) rows.push(rowFrom(spec, found));
    }
    return rows;
  });
}

function question(spec: TableSpec, where: Where<AnyRow>, now: () => number, bind: Bind): string {
  return conditionOf(spec, termsOf(spec, where), bind) + unexpired(spec, now(), bind);
}

/** Rows that have the same fields share a text, and bind no others. */
function insertsOf(spec: TableSpec, rows: readonly AnyRow[]): readonly Statement[] {
  let last: readonly string[] = [];
  let sql = "";
  return rows.map((row) => {
    const columns = ["id"];
    const params: SqlValue[] = [idOf(row.id)];
    eachField(spec, row, (name, kind, value) => {
      columns.push(name);
      params.push(encode(kind, value));
    });
    if (columns.length !== last.length || columns.some((name, at) => name !== last[at])) {
      sql = `${insertSql(spec, columns)} DO NOTHING`;
      last = columns;
    }
    return { sql, params };
  });
}

async function insertAll(
  spec: TableSpec,
  session: SqlSession,
  inserts: readonly Statement[],
): Promise<AnyRow[]> {
  const select = `SELECT * FROM ${quoted(spec.name)} WHERE id = ?`;
  const existing = new Map<SqlValue | undefined, AnyRow>();
  for (const { sql, params } of inserts) {
    if ((await session.run(sql, params)) > 0) continue;
    const found = await session.get(select, params.slice(0, 1));
    if (found !== undefined) existing.set(params[0], rowFrom(spec, found));
  }
  return [...existing.values()];
}

function insertSql({ name }: TableSpec, columns: readonly string[]): string {
  const places = columns.map((_, at) => `?${at + 1}`).join(", ");
  return `INSERT INTO ${quoted(name)} (${columns.map(quoted).join(", ")})
    VALUES (${places}) ON CONFLICT (id)`;
}

type Writes = Pick<Table<AnyRow>, "upsert" | "update" | "updateAll" | "advance" | "remove">;

function createWrites(spec: TableSpec, uses: TableUses, now: () => number): Writes {
  const table = quoted(spec.name);
  const updateOf = (change: Change<AnyRow>) => {
    const { params, bind } = collectParams();
    const steps = stepsOf(spec, change);
    const sql = `UPDATE ${table} SET ${assignments(steps, (step) => bind(encodedValue(step)))}`;
    return { sql, params, bind };
  };
  const conditionOn = (where: Where<AnyRow>, bind: Bind) =>
    conditionOf(spec, termsOf(spec, where), bind);
  return {
    upsert: async (rows) => {
      const statements = rows.map((row) => upsertSql(spec, upsertOf(spec, row)));
      await uses.change(async (session) => {
        for (const { sql, params } of statements) await session.run(sql, params);
      });
    },
    update: async (changes) => {
      const statements = updatesOf(spec, changes);
      return uses.change(async (session) => {
        let met = 0;
        for (const { sql, params } of statements) met += await session.run(sql, params);
        return met;
      });
    },
    updateAll: async (where, change) => {
      const { sql, params, bind } = updateOf(change);
      const on = conditionOn(where, bind);
      return uses.change((session) => session.run(`${sql} WHERE ${on}`, params));
    },
    advance: async (id, where, change) => {
      const { sql, params, bind } = updateOf(change);
      const on = `id = ${bind(idOf(id))} AND ${question(spec, where, now, bind)}`;
      return uses.change(async (session) => {
        const found = await session.get(`${sql} WHERE ${on} RETURNING *`, params);
        return found === undefined ? undefined : rowFrom(spec, found);
      });
    },
    remove: async (ids) => {
      const { params, bind } = collectParams();
      const list = bind(JSON.stringify(ids.map(idOf)));
      const sql = `DELETE FROM ${table} WHERE id IN (SELECT value FROM json_each(${list}))`;
      await uses.change((session) => session.run(sql, params));
    },
  };
}

interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** A change that is made like the one before has its text. */
function updatesOf(
  spec: TableSpec,
  changes: Parameters<Table<AnyRow>["update"]>[0],
): readonly Statement[] {
  let last: { readonly steps: readonly Step[]; readonly terms: readonly Term[] } | undefined;
  let sql = "";
  return changes.map((change) => {
    const { id, where } = change;
    const steps = stepsOf(spec, change);
    const terms = where === undefined ? [] : termsOf(spec, where);
    if (last === undefined || !sameSteps(steps, last.steps) || !sameText(terms, last.terms)) {
      sql = updateSql(spec, steps, terms);
      last = { steps, terms };
    }
    const params: SqlValue[] = [];
    for (const step of steps) if (step.does !== "unset") params.push(encodedValue(step));
    params.push(idOf(id));
    conditionParams(terms, params);
    return { sql, params };
  });
}

function updateSql(spec: TableSpec, steps: readonly Step[], terms: readonly Term[]): string {
  const { bind } = collectParams();
  const set = assignments(steps, (step) => bind(encodedValue(step)));
  const on = `id = ${bind("")} AND ${conditionOf(spec, terms, bind)}`;
  return `UPDATE ${quoted(spec.name)} SET ${set} WHERE ${on}`;
}

function sameSteps(these: readonly Step[], those: readonly Step[]): boolean {
  if (these.length !== those.length) return false;
  return these.every(({ name, does }, at) => name === those[at]?.name && does === those[at]?.does);
}

function encodedValue({ kind, value }: Step): SqlValue {
  return encode(kind, value);
}

function upsertSql(spec: TableSpec, { create, steps }: ReturnType<typeof upsertOf>): Statement {
  const row: Record<string, unknown> & { id: string } = { ...create };
  for (const { name, does, value } of steps) if (does !== "unset") row[name] = value;
  const columns = Object.keys(row);
  const set = assignments(steps, (_, column) => `excluded.${column}`);
  const params = columns.map((name) => encode(spec.fields[name]?.kind, row[name]));
  const sql = `${insertSql(spec, columns)} ${set === "" ? "DO NOTHING" : `DO UPDATE SET ${set}`}`;
  return { sql, params };
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

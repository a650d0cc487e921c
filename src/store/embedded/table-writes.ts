import type { Change, Table, TableSpec, Where } from "../../contracts/table.ts";
import type { SqlSession, SqlValue } from "../../support/sqlite.ts";
import {
  type AnyRow,
  eachField,
  idOf,
  type Step,
  stepsOf,
  type Term,
  termsOf,
  upsertOf,
} from "../table/table-terms.ts";
import {
  assignments,
  type Bind,
  collectParams,
  conditionOf,
  conditionParams,
  encode,
  question,
  quoted,
  rowFrom,
  sameText,
} from "./table-sql.ts";
import type { Uses } from "./uses.ts";

type Writes = Pick<
  Table<AnyRow>,
  "insert" | "upsert" | "update" | "updateAll" | "advance" | "remove"
>;

/** What changes rows of one table; texts of statements are made once for all rows that are like each other. */
export function createWrites(
  spec: TableSpec,
  uses: Pick<Uses, "change">,
  now: () => number,
): Writes {
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
    insert: async (rows) => {
      const inserts = insertsOf(spec, rows);
      return uses.change((session) => insertAll(spec, session, inserts));
    },
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

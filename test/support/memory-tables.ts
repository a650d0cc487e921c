import type { Change, Table, TableSpec, Tables } from "../../src/contracts/table.ts";
import { applyStep, compareValues, storedValue } from "../../src/store/table/table-steps.ts";
import {
  type AnyRow,
  behind,
  countedText,
  idOf,
  indexedText,
  limitOf,
  type Order,
  orderOf,
  rowOf,
  stepsOf,
  type Term,
  termsOf,
  upsertOf,
} from "../../src/store/table/table-terms.ts";
import { tablesFrom } from "../../src/store/table/tables-from.ts";

type Rows = Map<string, Record<string, unknown> & { id: string }>;

export interface MemoryTables extends Tables {
  rowsOf(spec: TableSpec): Map<string, AnyRow>;
  /** Takes away the rows that have expired by then. */
  expire(at: number): void;
}

/** Tables for tests: each call is one step, and takes effect before it returns. */
export function createMemoryTables(now: () => number = Date.now): MemoryTables {
  const kept = new Map<string, Rows>();
  const rowsOf = ({ name }: TableSpec) => {
    const rows: Rows = kept.get(name) ?? new Map();
    kept.set(name, rows);
    return rows;
  };
  const tables: MemoryTables = {
    ...tablesFrom((spec) => createTable(spec, rowsOf(spec), now)),
    atomically: (work) => work(tables),
    rowsOf,
    expire(at) {
      for (const rows of kept.values()) {
        for (const [id, { expireAt }] of rows) {
          if (expireAt instanceof Date && expireAt.getTime() <= at) rows.delete(id);
        }
      }
    },
  };
  return tables;
}

function createTable(spec: TableSpec, rows: Rows, now: () => number): Table<AnyRow> {
  const lasting = ({ expireAt }: AnyRow) =>
    !(spec.expires && expireAt instanceof Date && expireAt.getTime() <= now());
  const asked = (terms: readonly Term[]) =>
    [...rows.values()].filter((row) => lasting(row) && terms.every((term) => holds(row, term)));
  const changed = (found: Iterable<Record<string, unknown>>, change: Change<AnyRow>) => {
    const steps = stepsOf(spec, change);
    const all = [...found];
    for (const row of all) for (const step of steps) applyStep(row, step);
    return all.length;
  };
  const met = (id: string, terms: readonly Term[]) => {
    const row = rows.get(idOf(id));
    return row !== undefined && terms.every((term) => holds(row, term)) ? row : undefined;
  };
  return {
    get: async (ids) =>
      [...new Set(ids.map(idOf))].flatMap((id) => {
        const row = rows.get(id);
        return row !== undefined && lasting(row) ? [structuredClone(row)] : [];
      }),
    find: async ({ where, order, after, limit }) => {
      const by = orderOf(spec, order);
      const page = after && behind(spec, by, after);
      const any = page?.any ?? [[]];
      return asked(termsOf(spec, where))
        .filter((row) => any.some((terms) => terms.every((term) => holds(row, term))))
        .sort((a, b) => inOrder(by, a, b))
        .slice(0, limitOf(limit))
        .map((row) => structuredClone(row));
    },
    count: async (where) => asked(termsOf(spec, where)).length,
    counts: async (field, where) => {
      const counts = new Map<string, number>();
      const name = countedText(spec, field);
      for (const row of asked(termsOf(spec, where))) {
        const value = row[name] as string | undefined;
        if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return counts;
    },
    values: async (field) => {
      const name = indexedText(spec, field);
      const all = new Set([...rows.values()].flatMap((row) => (row[name] as string) ?? []));
      return [...all].sort(compareValues);
    },
    insert: async (given) => {
      const existing = new Map<string, AnyRow>();
      for (const row of given.map((each) => rowOf(spec, each))) {
        const known = rows.get(row.id);
        if (known !== undefined) existing.set(row.id, structuredClone(known));
        else rows.set(row.id, kept(spec, row));
      }
      return [...existing.values()];
    },
    upsert: async (given) => {
      for (const { id, create, steps } of given.map((each) => upsertOf(spec, each))) {
        const row = rows.get(id) ?? kept(spec, create);
        rows.set(id, row);
        for (const step of steps) applyStep(row, step);
      }
    },
    update: async (changes) => {
      const checked = changes.map(({ id, where = {}, ...change }) => {
        stepsOf(spec, change);
        return { id, terms: termsOf(spec, where), change };
      });
      let count = 0;
      for (const { id, terms, change } of checked) {
        const row = met(id, terms);
        if (row !== undefined) count += changed([row], change);
      }
      return count;
    },
    updateAll: async (where, change) => {
      const terms = termsOf(spec, where);
      const found = [...rows.values()].filter((row) => terms.every((term) => holds(row, term)));
      return changed(found, change);
    },
    advance: async (id, where, change) => {
      stepsOf(spec, change);
      const row = met(id, termsOf(spec, where));
      if (row === undefined || !lasting(row)) return undefined;
      changed([row], change);
      return structuredClone(row);
    },
    remove: async (ids) => {
      for (const id of ids) rows.delete(idOf(id));
    },
  };
}

/** As a database gives it back. */
function kept(spec: TableSpec, row: AnyRow): Record<string, unknown> & { id: string } {
  const copy: Record<string, unknown> & { id: string } = { id: row.id };
  for (const [name, value] of Object.entries(row))
    copy[name] = storedValue(spec.fields[name]?.kind, value);
  return copy;
}

function holds(row: AnyRow, { name, kind, is, value }: Term): boolean {
  const own = row[name];
  if (is === "absent") return (own === undefined) === value;
  const values = kind === "texts" ? ((own ?? []) as unknown[]) : [own];
  // Texts without compareValues, which makes two buffers: it is asked of every row.
  const equal = (to: unknown) =>
    values.some((each) =>
      typeof each === "string" ? each === to : each !== undefined && compareValues(each, to) === 0,
    );
  if (is === "equal") return equal(value);
  if (is === "in") return (value as unknown[]).some(equal);
  if (is === "not") return !equal(value);
  if (own === undefined) return false;
  const sign = compareValues(own, value);
  if (is === "below") return sign < 0;
  if (is === "atMost") return sign <= 0;
  return is === "above" ? sign > 0 : sign >= 0;
}

function inOrder(by: readonly Order[], a: AnyRow, b: AnyRow): number {
  for (const { name, descending } of by) {
    const found = compareValues(a[name], b[name]);
    if (found !== 0) return descending ? -found : found;
  }
  return 0;
}

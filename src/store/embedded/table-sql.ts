import type { FieldKind, TableSpec, Where } from "../../contracts/table.ts";
import type { SqlRow, SqlValue } from "../../support/sqlite.ts";
import {
  type AnyRow,
  behind,
  type Order,
  type Step,
  type Term,
  termsOf,
} from "../table/table-terms.ts";
import { memberTableFor } from "./table-schema.ts";

/** Names come from declarations alone, which have letters and digits only; values are always bound. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/** Binds a value; answers with its place in the text. */
export type Bind = (value: SqlValue) => string;

export function collectParams(): { readonly params: SqlValue[]; readonly bind: Bind } {
  const params: SqlValue[] = [];
  return { params, bind: (value) => `?${params.push(value)}` };
}

export function encode(kind: FieldKind | undefined, value: unknown): SqlValue {
  if (value === undefined) return null;
  if (kind === "texts" || kind === "json") return JSON.stringify(value);
  if (kind === "date") return (value as Date).getTime();
  return kind === "flag" ? Number(value) : (value as SqlValue);
}

function decode(kind: FieldKind, value: string | number | Uint8Array): unknown {
  if (kind === "texts" || kind === "json") return JSON.parse(value as string);
  if (kind === "date") return new Date(value as number);
  if (kind === "flag") return value === 1;
  return kind === "bytes" ? new Uint8Array(value as Uint8Array) : value;
}

export function rowFrom({ fields }: TableSpec, found: SqlRow): AnyRow {
  const row: Record<string, unknown> & { id: string } = { id: found["id"] as string };
  for (const name in fields) {
    const [value, field] = [found[name], fields[name]];
    if (value !== null && value !== undefined && field !== undefined) {
      row[name] = decode(field.kind, value);
    }
  }
  return row;
}

/**
 * The rows of a SELECT as one text, for `rowsIn`: of several rows libsql computes all but the first on the thread that asks. undefined
 * where the table has bytes, which no JSON holds.
 */
export function asOneText({ fields }: TableSpec, select: string): string | undefined {
  if (Object.values(fields).some(({ kind }) => kind === "bytes")) return undefined;
  const columns = ["id", ...Object.keys(fields)].map(quoted).join(", ");
  return `SELECT json_group_array(json_array(${columns})) AS list FROM (${select})`;
}

export function rowsIn({ fields }: TableSpec, list: string): AnyRow[] {
  const columns = Object.entries(fields);
  return (JSON.parse(list) as (string | number | null)[][]).map(([id, ...values]) => {
    const row: Record<string, unknown> & { id: string } = { id: id as string };
    for (const [at, [name, { kind }]] of columns.entries()) {
      const value = values[at];
      if (value !== null && value !== undefined) row[name] = decode(kind, value);
    }
    return row;
  });
}

/** All terms must hold. */
export function conditionOf(spec: TableSpec, terms: readonly Term[], bind: Bind): string {
  const all = terms.map((term) => {
    const bound = boundBy(term);
    // A flag stands in the text: a bound one would not let a partial index be used.
    const place = bound === undefined ? String(Number(term.value)) : bind(bound);
    return term.kind === "texts" && term.is !== "absent"
      ? membersCondition(spec, term, terms, place)
      : valueCondition(term, place);
  });
  return all.length === 0 ? "true" : all.join(" AND ");
}

/** What the text of a term binds; undefined where all of it stands in the text. */
function boundBy({ kind, is, value }: Term): SqlValue | undefined {
  if (is === "absent") return undefined;
  const member = kind === "texts" ? "text" : kind;
  // One parameter for any number of values, so that the text stays the same.
  if (is === "in") return JSON.stringify((value as unknown[]).map((each) => encode(member, each)));
  return kind === "flag" ? undefined : encode(member, value);
}

/** What `conditionOf` binds, where its text is there already. */
export function conditionParams(terms: readonly Term[], params: SqlValue[]): void {
  for (const term of terms) {
    const bound = boundBy(term);
    if (bound !== undefined) params.push(bound);
  }
}

/** Whether these terms have the text of those. */
export function sameText(these: readonly Term[], those: readonly Term[]): boolean {
  if (these.length !== those.length) return false;
  return these.every(({ name, kind, is, value }, at) => {
    const other = those[at];
    if (name !== other?.name || is !== other.is) return false;
    const inText = is === "absent" || (kind === "flag" && is !== "in");
    return !inText || value === other.value;
  });
}

const comparisons = { below: "<", atMost: "<=", above: ">", atLeast: ">=" } as const;

function valueCondition({ name, is, value, aside }: Term, place: string): string {
  const column = (aside ? "+" : "") + quoted(name);
  if (is === "absent") return `${column} IS ${value ? "NULL" : "NOT NULL"}`;
  if (is === "in") return `${column} ${inList(place)}`;
  if (is === "equal") return `${column} = ${place}`;
  return is === "not" ? `${column} IS NOT ${place}` : `${column} ${comparisons[is]} ${place}`;
}

function inList(place: string): string {
  return `IN (SELECT value FROM json_each(${place}))`;
}

function membersCondition(
  spec: TableSpec,
  { name, is }: Term,
  terms: readonly Term[],
  place: string,
): string {
  const found = is === "in" ? inList(place) : `= ${place}`;
  const table = is === "not" ? undefined : memberTableFor(spec, name, terms);
  if (table !== undefined) {
    return `id IN (SELECT id FROM ${quoted(table)} WHERE member ${found})`;
  }
  const exists = `EXISTS (SELECT 1 FROM json_each(${quoted(name)}) WHERE value ${found})`;
  return is === "not" ? `NOT ${exists}` : exists;
}

export function unexpired({ expires }: TableSpec, now: number, bind: Bind): string {
  return expires ? ` AND ("expireAt" IS NULL OR "expireAt" > ${bind(now)})` : "";
}

export function pageCondition(
  spec: TableSpec,
  order: readonly Order[],
  after: object | undefined,
  bind: Bind,
): string {
  const page = after && behind(spec, order, after);
  if (page === undefined) return "";
  const any = page.any.map((terms) => `(${conditionOf(spec, terms, bind)})`).join(" OR ");
  return ` AND ${conditionOf(spec, [page.first], bind)} AND (${any})`;
}

export function orderBy(order: readonly Order[]): string {
  if (order.length === 0) return "";
  const by = order.map(({ name, descending }) => `${quoted(name)}${descending ? " DESC" : ""}`);
  return ` ORDER BY ${by.join(", ")}`;
}

/** What comes behind SET; `given` says where the value of a step stands. */
export function assignments(
  steps: readonly Step[],
  given: (step: Step, column: string) => string,
): string {
  return steps
    .map((step) => {
      const column = quoted(step.name);
      if (step.does === "unset") return `${column} = NULL`;
      const value = given(step, column);
      if (step.does === "set") return `${column} = ${value}`;
      if (step.does === "add") return `${column} = coalesce(${column}, 0) + ${value}`;
      return `${column} = ${step.does}(coalesce(${column}, ${value}), ${value})`;
    })
    .join(", ");
}

/** The condition, of rows that have not expired. */
export function question(
  spec: TableSpec,
  where: Where<AnyRow>,
  now: () => number,
  bind: Bind,
): string {
  return conditionOf(spec, termsOf(spec, where), bind) + unexpired(spec, now(), bind);
}

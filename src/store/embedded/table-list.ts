import type { Index, TableSpec } from "../../contracts/table.ts";
import type { SqlValue } from "../../support/sqlite.ts";
import { nameOf } from "../table/define-table.ts";
import type { Order, Term } from "../table/table-terms.ts";
import { maxAlternatives } from "./newest.ts";
import { type Bind, collectParams, conditionOf, orderBy, quoted } from "./table-sql.ts";

export interface ListParts {
  readonly terms: readonly Term[];
  readonly order: readonly Order[];
  /** What else must hold, as text that is appended. */
  readonly more: (bind: Bind) => string;
  readonly limit: number | undefined;
  readonly by?: string | undefined;
}

/**
 * The ids of a list, as the one column of a SELECT. Where an index has the order behind fields of which values are
 * told, each value is asked for by itself and only the first rows of each are merged: SQLite would sort them all.
 */
export function listSql(
  spec: TableSpec,
  { terms, order, more, limit, by }: ListParts,
): { readonly sql: string; readonly params: readonly SqlValue[] } | "nothing" {
  const { params, bind } = collectParams();
  const alternatives =
    by === undefined
      ? alternativesOf(spec, terms, order)
      : [terms.map((term) => (term.name === by ? term : aside(term)))];
  if (alternatives.length === 0) return "nothing";
  const columns = [...new Set(["id", ...order.map(({ name }) => name)])].map(quoted).join(", ");
  const end = `${orderBy(order)}${limit === undefined ? "" : ` LIMIT ${bind(limit)}`}`;
  const rows = alternatives.map((each) => {
    const where = `${conditionOf(spec, each, bind)}${more(bind)}`;
    return `SELECT * FROM (SELECT ${columns} FROM ${quoted(spec.name)} WHERE ${where}${end})`;
  });
  return { sql: `SELECT id FROM (${rows.join(" UNION ALL ")})${end}`, params };
}

/** Each alone, with no row in two of them. */
function alternativesOf(
  spec: TableSpec,
  terms: readonly Term[],
  order: readonly Order[],
): readonly (readonly Term[])[] {
  const prefix = spec.indexes
    .map((index) => prefixOf(index, terms, order))
    .find((found) => found !== undefined);
  const ordered = new Set(order.map(({ name }) => name));
  // Without statistics SQLite might take another index for one of them, and sort all that it has.
  const rest = terms
    .filter((term) => !prefix?.includes(term))
    .map((term) => (prefix === undefined || ordered.has(term.name) ? term : aside(term)));
  let all: Term[][] = [rest];
  for (const term of prefix ?? []) {
    const values = term.is === "in" ? [...new Set(term.value as unknown[])] : [term.value];
    all = values.flatMap((value) => {
      const equal: Term = { ...term, is: "equal", value };
      return all.map((each) => [equal, ...each]);
    });
  }
  return all.length > maxAlternatives ? [terms] : all;
}

function aside(term: Term): Term {
  return { ...term, aside: true };
}

/** The terms that tell the values of what stands before the order in an index; undefined where it is no index for them. */
function prefixOf(
  { on, where }: Index,
  terms: readonly Term[],
  order: readonly Order[],
): readonly Term[] | undefined {
  const start = on.length - order.length;
  if (where !== undefined || start < 1 || order.length === 0) return undefined;
  const turns = on.slice(start).map((each, at) => each.startsWith("-") === order[at]?.descending);
  const ordered = on.slice(start).every((each, at) => nameOf(each) === order[at]?.name);
  if (!ordered || new Set(turns).size > 1) return undefined;
  const equals = on.slice(0, start).flatMap((each) => {
    const own = terms.filter(({ name }) => name === nameOf(each));
    const [term] = own;
    const plain = term !== undefined && own.length === 1 && term.kind !== "date";
    return plain && (term.is === "equal" || term.is === "in") ? [term] : [];
  });
  return equals.length === start ? equals : undefined;
}

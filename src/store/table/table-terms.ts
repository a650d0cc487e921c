import type { Change, Field, FieldKind, TableSpec, Where } from "../../contracts/table.ts";
import { StoreError } from "../../contracts.ts";
import { nameOf } from "./define-table.ts";

/** A row as the drivers see it: checked against its declaration, all else is no concern of theirs. */
export type AnyRow = { readonly id: string; readonly [field: string]: unknown };

export interface Term {
  readonly name: string;
  readonly kind: FieldKind;
  readonly is: "equal" | "in" | "not" | "below" | "atMost" | "above" | "atLeast" | "absent";
  /** A list for `in`, true or false for `absent`. */
  readonly value: unknown;
  /** No index is chosen for it. */
  readonly aside?: true;
}
export interface Step {
  readonly name: string;
  readonly kind: FieldKind;
  /** `unset` has no value. */
  readonly does: "set" | "unset" | "add" | "min" | "max";
  readonly value: unknown;
}
export interface Order {
  readonly name: string;
  readonly kind: FieldKind;
  readonly descending: boolean;
}

const id: Field<string, false> = { kind: "text", optional: false };
const comparisons = new Set(["in", "not", "below", "atMost", "above", "atLeast", "absent"]);

function refuse(message: string): never {
  throw new StoreError("refused", message);
}

function fieldOf(spec: TableSpec, name: string): Field<unknown> {
  if (name === "id") return id;
  if (!Object.hasOwn(spec.fields, name)) refuse(`${spec.name} has no such field`);
  return spec.fields[name] as Field<unknown>;
}

const fits: Record<FieldKind, (value: unknown) => boolean> = {
  text: (value) => typeof value === "string",
  integer: (value) => Number.isSafeInteger(value),
  flag: (value) => typeof value === "boolean",
  date: (value) => value instanceof Date && Number.isSafeInteger(value.getTime()),
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  json: (value) => value !== undefined,
  bytes: (value) => value instanceof Uint8Array,
};

const unfit = /[\0\p{Surrogate}]/u;
const everyUnfit = /[\0\p{Surrogate}]/gu;

/** What SQLite cannot hold, and BSON cannot, becomes U+FFFD on every driver. */
function clean(text: string): string {
  // Almost never: the test alone takes half the time.
  return unfit.test(text) ? text.replace(everyUnfit, "\u{fffd}") : text;
}

function checked(name: string, kind: FieldKind, value: unknown): unknown {
  // The value itself may be personal.
  if (!fits[kind](value)) refuse(`${name} takes no value of this kind`);
  if (kind === "text") return clean(value as string);
  return kind === "texts" ? (value as string[]).map(clean) : value;
}

export function idOf(value: string): string {
  return checked("id", "text", value) as string;
}

/** A whole row; what is undefined is left out. */
export function rowOf(spec: TableSpec, given: AnyRow): AnyRow {
  const row: Record<string, unknown> & { id: string } = { id: idOf(given.id) };
  eachField(spec, given, (name, _kind, value) => {
    row[name] = value;
  });
  return row;
}

/** The fields of a whole row beside its id, in the row's order. */
export function eachField(
  spec: TableSpec,
  given: AnyRow,
  take: (name: string, kind: FieldKind, value: unknown) => void,
): void {
  let required = 0;
  for (const name in given) {
    const value = given[name];
    if (name === "id" || value === undefined) continue;
    const { kind, optional } = fieldOf(spec, name);
    take(name, kind, checked(name, kind, value));
    if (!optional) required += 1;
  }
  if (required < requiredOf(spec)) refuse(`a row of ${spec.name} lacks a field`);
}

const required = new WeakMap<TableSpec, number>();
function requiredOf(spec: TableSpec): number {
  const known = required.get(spec);
  if (known !== undefined) return known;
  const count = Object.values(spec.fields).filter(({ optional }) => !optional).length;
  required.set(spec, count);
  return count;
}

export function termsOf<Row>(spec: TableSpec, where: Where<Row>): Term[] {
  const terms: Term[] = [];
  for (const name in where) {
    const condition: unknown = where[name];
    if (condition === undefined) continue;
    const { kind } = fieldOf(spec, name);
    if (!isComparison(condition)) terms.push(termOf(name, kind, "equal", condition));
    else terms.push(...comparisonsOf(name, kind, condition));
  }
  return terms;
}

function comparisonsOf(name: string, kind: FieldKind, condition: object): Term[] {
  return Object.entries(condition).flatMap(([is, value]) => {
    if (!comparisons.has(is)) refuse("there is no such comparison");
    return value === undefined ? [] : [termOf(name, kind, is as Term["is"], value)];
  });
}

function isComparison(condition: unknown): condition is object {
  const plain = typeof condition === "object" && condition !== null;
  return plain && !(condition instanceof Date) && !Array.isArray(condition);
}

function termOf(name: string, kind: FieldKind, is: Term["is"], value: unknown): Term {
  if (is === "absent") return { name, kind, is, value: checked(name, "flag", value) };
  if (kind === "json" || kind === "bytes") refuse(`nothing is found by ${name}`);
  const range = is !== "equal" && is !== "in" && is !== "not";
  if (range && (kind === "texts" || kind === "flag")) refuse(`${name} has no order`);
  const member = kind === "texts" ? "text" : kind;
  if (is !== "in") return { name, kind, is, value: checked(name, member, value) };
  if (!Array.isArray(value)) refuse(`${name} is found in a list`);
  return { name, kind, is, value: value.map((each) => checked(name, member, each)) };
}

const doing = ["set", "add", "min", "max"] as const;
const changeable: Record<"set" | "add" | "min" | "max", ReadonlySet<FieldKind>> = {
  set: new Set(["text", "integer", "flag", "date", "texts", "json", "bytes"]),
  add: new Set(["integer"]),
  min: new Set(["text", "integer", "date"]),
  max: new Set(["text", "integer", "date"]),
};

/** At least one step, each of a field of its own. */
export function stepsOf<Row>(spec: TableSpec, change: Change<Row>): Step[] {
  const steps: Step[] = [];
  for (const does of doing) {
    const part = change[does];
    for (const name in part) {
      const value: unknown = part[name];
      if (value !== undefined) steps.push(stepOf(spec, name, does, value));
    }
  }
  if (steps.length === 0) refuse("a change changes something");
  if (steps.some(({ name }, at) => steps.findIndex((step) => step.name === name) < at)) {
    refuse("a field changes once");
  }
  return steps;
}

function stepOf(spec: TableSpec, name: string, does: Step["does"], value: unknown): Step {
  const { kind, optional } = fieldOf(spec, name);
  if (name === "id" || !changeable[does as "set"].has(kind)) refuse(`${name} cannot change so`);
  if (value !== null || does !== "set") {
    return { name, kind, does, value: checked(name, kind, value) };
  }
  if (!optional) refuse(`${name} cannot be taken away`);
  return { name, kind, does: "unset", value: undefined };
}

/** The steps, and what is only set when the row is made. */
export function upsertOf(
  spec: TableSpec,
  { id, create = {}, ...change }: { id: string; create?: object } & Change<AnyRow>,
): { readonly id: string; readonly create: AnyRow; readonly steps: readonly Step[] } {
  const changes = doing.some((does) => Object.keys(change[does] ?? {}).length > 0);
  const steps = changes ? stepsOf(spec, change) : [];
  const made: Record<string, unknown> & { id: string } = { ...create, id };
  for (const { name, value } of steps) made[name] = value;
  const { id: cleanId, ...row } = rowOf(spec, made);
  for (const { name } of steps) delete (row as Record<string, unknown>)[name];
  return { id: cleanId, create: { ...row, id: cleanId }, steps };
}

export function orderOf(spec: TableSpec, order: readonly string[] = []): Order[] {
  return order.map((each) => {
    const name = nameOf(each);
    const { kind } = fieldOf(spec, name);
    if (kind === "texts" || kind === "json" || kind === "bytes") refuse(`${name} has no order`);
    return { name, kind, descending: each !== name };
  });
}

/**
 * What comes behind a position: any of these groups, in each of which all must hold. The first term holds for
 * all of them, so that an index can begin there.
 */
export function behind(
  spec: TableSpec,
  order: readonly Order[],
  after: object,
): { readonly first: Term; readonly any: readonly (readonly Term[])[] } | undefined {
  const values = after as Record<string, unknown>;
  const term = ({ name, kind }: Order, is: Term["is"]) => termOf(name, kind, is, values[name]);
  const past = ({ descending }: Order) => (descending ? "below" : "above");
  const [start] = order;
  if (start === undefined) return refuse(`a page of ${spec.name} needs an order`);
  return {
    first: term(start, start.descending ? "atMost" : "atLeast"),
    any: order.map((last, at) => [
      ...order.slice(0, at).map((each) => term(each, "equal")),
      term(last, past(last)),
    ]),
  };
}

/** A field whose values an index tells. */
export function indexedText(spec: TableSpec, name: string): string {
  const begins = ({ on, where, having }: TableSpec["indexes"][number]) =>
    !where && !having && nameOf(on[0] ?? "") === name;
  if (fieldOf(spec, name).kind !== "text" || !spec.indexes.some(begins)) {
    refuse(`no index tells the values of ${name}`);
  }
  return name;
}

/** What rows are counted by. */
export function countedText(spec: TableSpec, name: string): string {
  if (fieldOf(spec, name).kind !== "text") refuse(`rows are not counted by ${name}`);
  return name;
}

export function limitOf(limit: number | undefined): number | undefined {
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    refuse("a limit is a whole number from 1 on");
  }
  return limit;
}

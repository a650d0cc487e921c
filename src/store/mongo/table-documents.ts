import { mongo } from "mongoose";
import type { FieldKind, TableSpec } from "../../contracts/table.ts";
import type { AnyRow, Step, Term } from "../table/table-terms.ts";
import { packJson, unpackJson } from "./packed-event.ts";

export type Document = { readonly _id: string; readonly [field: string]: unknown };

/** `id` is MongoDB's `_id`. */
export function nativeName(name: string): string {
  return name === "id" ? "_id" : name;
}

export function documentOf({ fields }: TableSpec, { id, ...row }: AnyRow): Document {
  const document: Record<string, unknown> & { _id: string } = { _id: id };
  for (const name in row) document[name] = encode(fields[name]?.kind, row[name]);
  return document;
}

/** What the declaration does not know is left out: an older or a newer version may have written it. */
export function rowFrom({ fields }: TableSpec, document: Document): AnyRow {
  const row: Record<string, unknown> & { id: string } = { id: document._id };
  for (const name in document) {
    const kind = Object.hasOwn(fields, name) ? fields[name]?.kind : undefined;
    if (kind !== undefined) row[name] = decode(kind, document[name]);
  }
  return row;
}

function encode(kind: FieldKind | undefined, value: unknown): unknown {
  return kind === "json" ? packJson(value) : value;
}

function decode(kind: FieldKind, value: unknown): unknown {
  if (kind === "json") return unpackJson(value);
  if (kind !== "bytes") return value;
  return new Uint8Array(value instanceof mongo.Binary ? value.value() : (value as Uint8Array));
}

const operators = {
  in: "$in",
  not: "$ne",
  below: "$lt",
  atMost: "$lte",
  above: "$gt",
  atLeast: "$gte",
  absent: "$exists",
} as const satisfies Record<Exclude<Term["is"], "equal">, string>;

export function filterOf(terms: readonly Term[]): mongo.Filter<Document> {
  const filter: Record<string, unknown> = {};
  for (const { name, is, value } of terms) {
    const field = nativeName(name);
    const asked = is === "absent" ? value === false : value;
    if (is === "equal") filter[field] = value;
    else filter[field] = Object.assign(filter[field] ?? {}, { [operators[is]]: asked });
  }
  return filter as mongo.Filter<Document>;
}

/** The server's sweep comes late: what has expired is left out of every answer. */
export function unexpired(
  { expires }: TableSpec,
  filter: mongo.Filter<Document>,
  now: number,
): mongo.Filter<Document> {
  // `$not` also finds documents without the field.
  return expires ? { ...filter, $and: [{ expireAt: { $not: { $lte: new Date(now) } } }] } : filter;
}

const updates = {
  set: "$set",
  unset: "$unset",
  add: "$inc",
  min: "$min",
  max: "$max",
} as const satisfies Record<Step["does"], string>;

export function updateOf(steps: readonly Step[]): mongo.UpdateFilter<Document> {
  const update: Record<string, Record<string, unknown>> = {};
  for (const { name, kind, does, value } of steps) {
    const operator = updates[does];
    update[operator] ??= {};
    update[operator][name] = does === "unset" ? true : encode(kind, value);
  }
  return update as mongo.UpdateFilter<Document>;
}

export function upsertUpdateOf(
  create: Document,
  steps: readonly Step[],
): mongo.UpdateFilter<Document> {
  return { ...updateOf(steps), $setOnInsert: create } as mongo.UpdateFilter<Document>;
}

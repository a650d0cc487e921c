import { type Connection, type IndexDefinition, mongo, Schema } from "mongoose";
import type { FieldKind, Index, TableSpec } from "../../contracts/table.ts";
import { nameOf } from "../define-table.ts";
import { nativeName } from "./table-documents.ts";

const types = {
  text: String,
  integer: Number,
  flag: Boolean,
  date: Date,
  texts: [String],
  json: Schema.Types.Mixed,
  bytes: Buffer,
} as const satisfies Record<FieldKind, unknown>;

export interface Model {
  readonly collection: { readonly name: string; indexes(): Promise<{ name?: string }[]> };
  readonly schema: { indexes(): [object, object][] };
  createIndexes(): Promise<unknown>;
}

/** The model that a declaration describes, made at its first use. */
export function modelOf(connection: Connection, spec: TableSpec): Model {
  return connection.models[spec.name] ?? connection.model(spec.name, schemaOf(spec), spec.name);
}

/** Creates what indexes the declarations ask for and the collections lack. */
export async function syncMongoIndexes(
  connection: Connection,
  specs: readonly TableSpec[],
): Promise<void> {
  for (const spec of specs) await modelOf(connection, spec).createIndexes();
}

function schemaOf({ fields, indexes, expires }: TableSpec): Schema {
  const definition = Object.entries(fields).map(([name, { kind }]) => [
    name,
    { type: types[kind] },
  ]);
  const schema = new Schema(Object.fromEntries([["_id", { type: String }], ...definition]), {
    strict: true,
    strictQuery: "throw",
    minimize: false,
    versionKey: false,
    autoIndex: false,
    id: false,
  });
  for (const { on, where, unique } of indexes) {
    schema.index(keysOf(on), {
      ...(where !== undefined && { partialFilterExpression: { [where]: true } }),
      ...(unique && { unique }),
    });
  }
  // Each document says itself when it goes.
  if (expires) schema.index({ expireAt: 1 }, { expireAfterSeconds: 0 });
  return schema;
}

function keysOf(on: Index["on"]): IndexDefinition {
  return Object.fromEntries(
    on.map((each) => [nativeName(nameOf(each)), each.startsWith("-") ? -1 : 1]),
  );
}

/**
 * Which writes of a bulk met a key that is there; undefined where anything else went wrong. What was written
 * beside them is durable.
 */
export function duplicatesOf(error: unknown): number[] | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError)) return undefined;
  const failed = [error.writeErrors].flat();
  const unsure = error.result.getWriteConcernError() !== undefined;
  if (unsure || failed.length === 0 || failed.some(({ code }) => code !== 11_000)) return undefined;
  return failed.map(({ index }) => index);
}

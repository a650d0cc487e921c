import { type Connection, type IndexDefinition, mongo, Schema } from "mongoose";
import type { FieldKind, Index, TableSpec } from "../../contracts/table.ts";
import { StoreError } from "../../contracts.ts";
import { nameOf } from "../table/define-table.ts";
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

/** Past mongoose's casting, which doubles the time: documents that come here are made by us. */
export function nativeOf<D extends mongo.Document>(model: {
  readonly collection: unknown;
}): mongo.Collection<D> {
  return model.collection as mongo.Collection<D>;
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
  for (const { on, where, having, unique } of indexes) {
    schema.index(keysOf(on), {
      ...(where !== undefined && { partialFilterExpression: { [where]: true } }),
      ...(having !== undefined && { partialFilterExpression: { [having]: { $exists: true } } }),
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

/** Which writes of a bulk met a key that is there; throws where anything else went wrong. What was written beside them is durable. */
export function duplicatesIn(error: unknown): number[] {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failed = [error.writeErrors].flat();
  // The bulk has the code of its first failure, and another one may say more.
  const other = failed.find(({ code }) => code !== duplicateKey);
  if (other !== undefined) throw new mongo.MongoServerError({ code: other.code });
  if (error.result.getWriteConcernError() !== undefined || failed.length === 0) throw error;
  return failed.map(({ index }) => index);
}

const duplicateKey = 11_000;
/** Each round one of the racing upserts wins, so a few do. */
const maxRounds = 10;

/** Two that make one document at once: one fails, and finds it when it is repeated. */
export async function upsertAll<D extends mongo.Document>(
  collection: Pick<mongo.Collection<D>, "bulkWrite">,
  writes: readonly mongo.AnyBulkWriteOperation<D>[],
): Promise<void> {
  let open = writes;
  for (let round = 0; open.length > 0; round += 1) {
    if (round === maxRounds) throw new StoreError("outage", "upserts keep colliding");
    try {
      await collection.bulkWrite(open, { ordered: false });
      return;
    } catch (error) {
      const collided = new Set(duplicatesIn(error));
      open = open.filter((_, at) => collided.has(at));
    }
  }
}

import { collections } from "../collections.ts";
import { createMongoConnection } from "./connection.ts";
import { type Model, modelOf } from "./table-model.ts";

export interface MongoFindings {
  readonly version: string;
  /** How far this machine's clock is ahead of the server's. */
  readonly aheadMs: number;
  /** The collections that lack an index, with how many. */
  readonly missingIndexes: readonly { readonly collection: string; readonly count: number }[];
}

/** Reads what the server is and has. Throws StoreError. */
export async function inspectMongo(url: string): Promise<MongoFindings> {
  const connection = createMongoConnection(url);
  try {
    return await connection.use(async (models, native) => {
      const info = await models.events.db.db?.command({ buildInfo: 1 });
      const hello = await models.events.db.db?.command({ hello: 1 }).catch(() => undefined);
      const aheadMs = Date.now() - timeOf(hello?.["localTime"]);
      const missingIndexes: { collection: string; count: number }[] = [];
      const declared = collections.map((spec) => modelOf(native, spec));
      const own: readonly Model[] = Object.values(models);
      for (const { collection, schema } of [...own, ...declared]) {
        const existing = await indexNames(collection);
        const wanted = schema.indexes().map(([keys]) => nameOf(keys));
        const count = wanted.filter((name) => !existing.has(name)).length;
        if (count > 0) missingIndexes.push({ collection: collection.name, count });
      }
      return { version: String(info?.["version"] ?? "unknown"), aheadMs, missingIndexes };
    });
  } finally {
    await connection.close();
  }
}

/** A look-alike that does not tell its time is taken to have ours. */
function timeOf(answer: unknown): number {
  return answer instanceof Date ? answer.getTime() : Date.now();
}

/** As MongoDB names them by itself: `receivedAt_-1__id_-1`. */
function nameOf(keys: object): string {
  return Object.entries(keys).flat().join("_");
}

async function indexNames(collection: {
  indexes(): Promise<{ name?: string }[]>;
}): Promise<ReadonlySet<string>> {
  try {
    return new Set((await collection.indexes()).flatMap(({ name }) => name ?? []));
  } catch (error) {
    // NamespaceNotFound: nothing was ever written to it.
    if (error instanceof Error && "code" in error && error.code === 26) return new Set();
    throw error;
  }
}

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { createConnection, mongo } from "mongoose";
import { connectMongoStore } from "../../../src/store/mongo/connect-mongo-store.ts";
import { inspectMongo } from "../../../src/store/mongo/inspect-mongo.ts";
import { needsMongo, startMongo } from "../../services/mongo.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { assertGoesOn, type LeftLedger } from "../released-ledger.ts";

interface Left {
  readonly answers: LeftLedger;
  readonly collections: Readonly<
    Record<string, { readonly indexes: mongo.IndexDescription[]; readonly docs: mongo.Document[] }>
  >;
}

it(
  "goes on with the ledger of a database that was left before its tables were declared",
  needsMongo(),
  async () => {
    const text = await readFile(new URL("./released/ledger.json", import.meta.url), "utf8");
    const { answers, collections } = mongo.BSON.EJSON.parse(text) as Left;
    const server = await startMongo();
    try {
      const connection = await createConnection(server.url).asPromise();
      const database = connection.db ?? assert.fail("not connected");
      for (const [name, { indexes, docs }] of Object.entries(collections)) {
        const collection = database.collection(name);
        if (docs.length > 0) await collection.insertMany(docs);
        const own = indexes.filter(({ name: index }) => index !== "_id_");
        if (own.length > 0) await collection.createIndexes(own);
      }
      const store = await connectMongoStore({
        url: server.url,
        retentionDays: 30,
        log: createArrayLog(),
      });
      const missing = async () =>
        (await inspectMongo(server.url)).missingIndexes.map(({ collection }) => collection);
      assert.deepEqual(await missing(), [], "a process of that version may still be at work");
      await store.syncIndexes();
      const names = async (name: string) => (await database.collection(name).indexes()).length;
      assert.equal(await names("deliveries"), collections["deliveries"]?.indexes.length);
      await assertGoesOn(store.ledger, answers);
      await store.close();
      await connection.close();
    } finally {
      await server.cleanup();
    }
  },
);

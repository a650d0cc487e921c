import { randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { createConnection } from "mongoose";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { createArrayLog } from "../support/array-log.ts";
import { testLedger } from "./ledger.ts";

const needs = needsMongo();
let mongo: Mongo | undefined;

before(async () => {
  if (needs.skip === false) mongo = await startMongo();
});
after(() => mongo?.cleanup());

testLedger("MongoDB", needs, async () => {
  const url = new URL(mongo?.url ?? "");
  url.pathname += `_${randomBytes(4).toString("hex")}`;
  const store = await connectMongoStore({
    url: url.href,
    retentionDays: 30,
    log: createArrayLog(),
  });
  await store.syncIndexes();
  const connection = await createConnection(url.href).asPromise();
  return {
    ledger: store.ledger,
    append: store.append,
    // What the server's own TTL run deletes, by the same field.
    expire: async (at) => {
      for (const collection of (await connection.db?.collections()) ?? []) {
        await collection.deleteMany({ expireAt: { $lte: new Date(at) } });
      }
    },
    close: async () => {
      await connection.close();
      await store.close();
    },
  };
});

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { createConnection } from "mongoose";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { assertMajority, type MongoWire, watchMongo } from "../services/mongo-wire.ts";
import { createArrayLog } from "../support/array-log.ts";
import { type LedgerUnderTest, testLedger } from "./ledger.ts";
import { testFlowRows } from "./ledger-flows.ts";

const needs = needsMongo();
let mongo: Mongo | undefined;
let wire: MongoWire | undefined;

before(async () => {
  if (needs.skip) return;
  mongo = await startMongo();
  wire = await watchMongo(mongo.url);
});
after(async () => {
  await wire?.close();
  await mongo?.cleanup();
});

const open = async (): Promise<LedgerUnderTest> => {
  const url = new URL(mongo?.url ?? "");
  url.pathname += `_${randomBytes(4).toString("hex")}`;
  const store = await connectMongoStore({
    url: wire?.through(url.href) ?? "",
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
};

testLedger("MongoDB", needs, open);
testFlowRows("MongoDB", needs, open);

describe("over the wire to MongoDB", needs, () => {
  it("every write of the above waits for the journal of a majority", () => {
    assert.ok(wire);
    assertMajority(wire, ["findAndModify", "insert", "update"]);
  });
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { createConnection, mongo } from "mongoose";
import type { Store } from "../../../src/contracts.ts";
import { connectMongoStore } from "../../../src/store/mongo/connect-mongo-store.ts";
import { inspectMongo } from "../../../src/store/mongo/inspect-mongo.ts";
import { needsMongo, startMongo } from "../../services/mongo.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { assertGoesOn, type LeftLedger } from "../released-ledger.ts";
import { assertQuarantineGoesOn } from "../released-quarantine.ts";

interface Left {
  readonly answers: LeftLedger;
  readonly collections: Readonly<
    Record<string, { readonly indexes: mongo.IndexDescription[]; readonly docs: mongo.Document[] }>
  >;
}

type Collections = Left["collections"];

async function readLeft<T>(name: string): Promise<T> {
  const text = await readFile(new URL(`./released/${name}.json`, import.meta.url), "utf8");
  return mongo.BSON.EJSON.parse(text) as T;
}

/** Runs `work` over a database with these collections. */
async function overLeft(
  collections: Collections,
  work: (store: Store, url: string, database: mongo.Db) => Promise<void>,
): Promise<void> {
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
    const options = { url: server.url, retentionDays: 30, log: createArrayLog() };
    const store = await connectMongoStore(options);
    try {
      await work(store, server.url, database);
    } finally {
      // Open connections would keep the process for ever.
      await store.close();
      await connection.close();
    }
  } finally {
    await server.cleanup();
  }
}

const missing = async (url: string) =>
  (await inspectMongo(url)).missingIndexes.map(({ collection }) => collection);

it(
  "goes on with the ledger of a database that was left before its tables were declared",
  needsMongo(),
  async () => {
    const { answers, collections } = await readLeft<Left>("ledger");
    await overLeft(collections, async (store, url, database) => {
      const indexesOf = async (name: string) =>
        (await database.collection(name).indexes()).map(({ name: index }) => index);
      const before = await indexesOf("deliveries");
      // Those of what came later; none of that version's goes: one of its processes may still be at work.
      const later = [
        "audit",
        "claims",
        "contactAliases",
        "contacts",
        "conversations",
        "deliveries",
        "events",
        "lateMinutes",
        "links",
        "marks",
        "media",
        "messages",
        "replays",
        "series",
        "sessions",
        "tokens",
        "views",
      ];
      assert.deepEqual((await missing(url)).sort(), later);
      await store.syncIndexes();
      assert.deepEqual(await missing(url), []);
      const added = (await indexesOf("deliveries")).filter((index) => !before.includes(index));
      assert.deepEqual(added.toSorted(), [
        "destination_1_dueAt_1",
        "listedBy_1_createdAt_-1__id_-1",
        "replay_1_state_1",
        "verdict_1_destination_1_createdAt_-1__id_-1",
      ]);
      assert.equal((await indexesOf("deliveries")).length, before.length + added.length);
      await assertGoesOn(store.ledger, answers);
    });
  },
);

it(
  "goes on with the quarantine and the accounts that were left before they were declared",
  needsMongo(),
  async () => {
    const collections = await readLeft<Collections>("log");
    await overLeft(collections, async (store, url, database) => {
      assert.equal((await missing(url)).includes("quarantine"), false);
      await store.syncIndexes();
      const indexes = await database.collection("quarantine").indexes();
      assert.equal(indexes.length, collections["quarantine"]?.indexes.length);
      await assertQuarantineGoesOn(store);
    });
  },
);

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Connection, createConnection } from "mongoose";
import type { EventFilter, Store } from "../../../src/contracts.ts";
import { connectMongoStore } from "../../../src/store/mongo/connect-mongo-store.ts";
import { type Mongo, needsMongo, startMongo } from "../../services/mongo.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { makeText, phoneNumberId, second } from "../make-events.ts";

const dayMs = 24 * 60 * 60 * 1000;

describe("the collections in MongoDB", needsMongo(), () => {
  let mongo: Mongo;
  let store: Store;
  let connection: Connection;
  before(async () => {
    mongo = await startMongo();
    store = await connectMongoStore({ url: mongo.url, retentionDays: 45, log: createArrayLog() });
    await store.syncIndexes();
    connection = await createConnection(mongo.url).asPromise();
  });
  after(async () => {
    await connection.close();
    await store.close();
    await mongo.cleanup();
  });
  const database = () => connection.db ?? assert.fail("not connected");

  it("have an index for every filter, in the order of a page, and can be asked for them again", async () => {
    await store.syncIndexes();
    const keys = (await database().collection("events").indexes()).map((index) =>
      Object.entries(index.key)
        .map(([field, order]) => `${field}${order}`)
        .join(" "),
    );
    for (const field of [
      "type",
      "conversationId",
      "phoneNumberId",
      "wabaId",
      "contactKeys",
      "messageIds",
      "words",
    ]) {
      assert.ok(keys.includes(`${field}1 receivedAt-1 _id-1`), field);
    }
    assert.ok(keys.includes("receivedAt-1 _id-1"));
  });

  it("have an index for what is asked together: an account and a type, an account and a state", async () => {
    const keysOf = async (name: string) =>
      (await database().collection(name).indexes()).map(({ key }) => Object.keys(key).join(" "));
    const events = await keysOf("events");
    assert.ok(events.includes("phoneNumberId type receivedAt _id"));
    assert.ok(events.includes("wabaId type receivedAt _id"));
    const conversations = await keysOf("conversations");
    for (const time of ["openSince", "waitingSince", "closedAt", "lastInboundAt"]) {
      assert.ok(conversations.includes(`accounts ${time} _id`), time);
    }
    const deliveries = await keysOf("deliveries");
    assert.ok(deliveries.includes("listedBy createdAt _id"));
    assert.ok(deliveries.includes("verdict destination createdAt _id"));
  });

  it("have an index of the conversations that are not settled, and of no others", async () => {
    const indexes = await database().collection("conversations").indexes();
    const open = indexes.find((index) => "openSince" in index.key);
    assert.equal(open?.["sparse"], true);
  });

  it("expire document by document", async () => {
    for (const name of [
      "events",
      "messages",
      "conversations",
      "aliases",
      "quarantine",
      "deliveries",
      "links",
    ]) {
      const indexes = await database().collection(name).indexes();
      const ttl = indexes.find((index) => "expireAt" in index.key);
      assert.equal(ttl?.["expireAfterSeconds"], 0, name);
    }
  });

  it("keep an event its days from storing on, also when it was long under way", async () => {
    const event = makeText("late", { at: -90 * 24 * 3_600 });
    await store.append([event]);
    const kept = await database()
      .collection("events")
      .findOne({ _id: event.id as never });
    const expected = Date.now() + 45 * dayMs;
    assert.ok(Math.abs(kept?.["expireAt"].getTime() - expected) < 60_000);
    const better = { ...event, dataversion: 2 };
    await store.append([better]);
    const replaced = await database()
      .collection("events")
      .findOne({ _id: event.id as never });
    assert.equal(replaced?.["dataversion"], 2);
    assert.deepEqual(replaced?.["expireAt"], kept?.["expireAt"]);
  });

  it("hold events that any tool can read and search", async () => {
    const event = makeText("to be read");
    await store.append([event]);
    const found = await database()
      .collection("events")
      .findOne({ "event.data.message.text.body": "to be read" });
    assert.deepEqual(found?.["event"], event);
    assert.deepEqual(found?.["words"], ["to", "be", "read", "mia"]);
  });

  it("answer every filter from an index", async (t) => {
    await store.append(Array.from({ length: 50 }, (_, i) => makeText(`text ${i}`)));
    const events = database().collection("events");
    if (!(await canExplain(() => events.find().explain()))) {
      t.skip("this server has no explain");
      return;
    }
    const filters: EventFilter[] = [
      {},
      { types: ["whatsapp.message.*"] },
      { conversation: "cnv_x" },
      { contact: "15555550123" },
      { messageId: "wamid.1" },
      { account: phoneNumberId },
      { text: "two words" },
      { from: second(1), to: second(2) },
    ];
    const before = await profiled(connection);
    for (const filter of filters) await store.events(filter, { limit: 10 });
    const plans = (await before()).map((entry) => String(entry["planSummary"]));
    assert.ok(plans.length >= filters.length);
    for (const plan of plans) assert.doesNotMatch(plan, /COLLSCAN/);
  });
});

async function canExplain(explain: () => Promise<unknown>): Promise<boolean> {
  return explain().then(
    (plan) => JSON.stringify(plan).includes("winningPlan"),
    () => false,
  );
}

/** Has the server write down what it does; answers with the finds on events since. */
async function profiled(connection: Connection) {
  const database = connection.db ?? assert.fail("not connected");
  await database.command({ profile: 2 });
  return async () => {
    await database.command({ profile: 0 });
    const ns = `${database.databaseName}.events`;
    return database.collection("system.profile").find({ ns, "command.find": "events" }).toArray();
  };
}

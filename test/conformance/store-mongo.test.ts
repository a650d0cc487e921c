import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { dropDatabase, type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { assertMajority, type MongoWire, watchMongo } from "../services/mongo-wire.ts";
import { createArrayLog } from "../support/array-log.ts";
import { testAccess } from "./access.ts";
import { testAsked } from "./asked.ts";
import { testContacts } from "./contacts.ts";
import { testInstallation } from "./installation.ts";
import { testMediaRows } from "./media-rows.ts";
import { testSeries } from "./series.ts";
import { testSilences } from "./silences.ts";
import { testStore } from "./store.ts";
import { testWritings } from "./writings.ts";

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

testStore("MongoDB", needs, open);
testAsked("MongoDB", needs, open);
testInstallation("MongoDB", needs, open);
testSilences("MongoDB", needs, open);
testWritings("MongoDB", needs, open);
testSeries("MongoDB", needs, open);
testMediaRows("MongoDB", needs, async () => {
  const { store, close } = await open();
  await store.syncIndexes();
  return { media: store.media, close };
});
testAccess("MongoDB", needs, async () => {
  const { store, close } = await open();
  await store.syncIndexes();
  return { access: store.access, close };
});
testContacts("MongoDB", needs, async () => {
  const { store, close } = await open();
  await store.syncIndexes();
  return { contacts: store.contacts, append: (batch) => store.append(batch), close };
});

describe("over the wire to MongoDB", needs, () => {
  it("every write of the above waits for the journal of a majority", () => {
    assert.ok(wire);
    assertMajority(wire, ["delete", "findAndModify", "insert", "update"]);
  });
});

async function open() {
  const url = new URL(mongo?.url ?? "");
  url.pathname += `_${randomBytes(4).toString("hex")}`;
  const store = await connectMongoStore({
    url: wire?.through(url.href) ?? "",
    retentionDays: 30,
    log: createArrayLog(),
  });
  return {
    store,
    close: async () => {
      await store.close();
      await dropDatabase(url.href);
    },
  };
}

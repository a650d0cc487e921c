import { randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { dropDatabase, type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { createArrayLog } from "../support/array-log.ts";
import { testStore } from "./store.ts";

const needs = needsMongo();
let mongo: Mongo | undefined;

before(async () => {
  if (needs.skip === false) mongo = await startMongo();
});
after(() => mongo?.cleanup());

testStore("MongoDB", needs, async () => {
  const url = new URL(mongo?.url ?? "");
  url.pathname += `_${randomBytes(4).toString("hex")}`;
  const store = await connectMongoStore({
    url: url.href,
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
});

import { randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { createMongoConnection } from "../../src/store/mongo/connection.ts";
import { createMongoTables } from "../../src/store/mongo/table.ts";
import { syncMongoIndexes } from "../../src/store/mongo/table-model.ts";
import { dropDatabase, type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { testTables } from "./table.ts";
import { things } from "./table-things.ts";

const needs = needsMongo();
let mongo: Mongo | undefined;

before(async () => {
  if (needs.skip === false) mongo = await startMongo();
});
after(() => mongo?.cleanup());

testTables("MongoDB", { ...needs, transactions: false, runs: 50 }, async (now) => {
  const url = new URL(mongo?.url ?? "");
  url.pathname += `_${randomBytes(4).toString("hex")}`;
  const connection = createMongoConnection(url.href);
  await connection.use((_models, native) => syncMongoIndexes(native, [things]));
  return {
    tables: createMongoTables(connection, { now }),
    close: async () => {
      await connection.close();
      await dropDatabase(url.href);
    },
  };
});

import { after, before, describe, it } from "node:test";
import { connectMongoStore } from "../../../src/store/mongo/connect-mongo-store.ts";
import { type Mongo, needsMongo, startMongo } from "../../services/mongo.ts";
import { assertMajority, watchMongo } from "../../services/mongo-wire.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { makeText } from "../make-events.ts";

describe("writes to MongoDB", needsMongo(), () => {
  let mongo: Mongo;
  before(async () => {
    mongo = await startMongo();
  });
  after(() => mongo.cleanup());

  for (const asked of ["", "w=1", "w=1&journal=false", "journal=false", "j=false", "w=0"]) {
    it(`wait for the journal of a majority, whatever the URL says: ${asked || "nothing"}`, async () => {
      const wire = await watchMongo(mongo.url);
      const url = new URL(wire.through(mongo.url));
      for (const [key, value] of new URLSearchParams(asked)) url.searchParams.set(key, value);
      const log = createArrayLog();
      const store = await connectMongoStore({ url: url.href, retentionDays: 30, log });
      try {
        await store.append([makeText("x", {})]);
        await store.ledger.lease("crm");
        assertMajority(wire, ["insert", "update"]);
      } finally {
        await store.close();
        await wire.close();
      }
    });
  }
});

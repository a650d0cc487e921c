import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mongo } from "mongoose";
import { QueryTooWideError } from "../../../src/contracts.ts";
import { connectMongoStore } from "../../../src/store/mongo/connect-mongo-store.ts";
import { toStoreError } from "../../../src/store/mongo/connection.ts";
import { needsMongo, startMongo } from "../../services/mongo.ts";
import { watchMongo } from "../../services/mongo-wire.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { makeText } from "../make-events.ts";

it("a query that MongoDB ended is told as too wide", () => {
  const error = new mongo.MongoServerError({ code: 50, message: "operation exceeded time limit" });
  assert.ok(toStoreError(error) instanceof QueryTooWideError);
});

describe("every query over MongoDB", needsMongo(), () => {
  it("bears the time limit", async () => {
    const server = await startMongo();
    const wire = await watchMongo(server.url);
    const store = await connectMongoStore({
      url: wire.through(server.url),
      retentionDays: 30,
      log: createArrayLog(),
    });
    try {
      await store.append([makeText("hello")]);
      await store.ledger.lease("crm");
      const before = wire.commands.length;
      const page = { limit: 5 };
      await store.events({ types: ["whatsapp.#.text"], contact: "15555550123" }, page);
      await store.conversations({}, page);
      await store.quarantine({}, page);
      await Promise.all([store.event("e"), store.message("m"), store.conversation("c")]);
      await Promise.all([store.quarantineEntry("q"), store.stats()]);
      await store.quarantinedSince(new Date());
      await store.ledger.deliveries({}, page);
      await Promise.all([store.ledger.delivery("d"), store.ledger.deliveriesOf("e")]);
      await store.ledger.destinations();
      const reads = ["find", "aggregate", "count", "distinct"];
      const queries = wire.commands
        .slice(before)
        .filter((command) => reads.some((name) => name in command));
      assert.ok(queries.length >= 15, `${queries.length} queries`);
      for (const query of queries) assert.equal(query["maxTimeMS"], 2_000, JSON.stringify(query));
    } finally {
      await store.close();
      await wire.close();
      await server.cleanup();
    }
  });
});

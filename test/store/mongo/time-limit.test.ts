import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createConnection, mongo } from "mongoose";
import { QueryTooWideError } from "../../../src/contracts.ts";
import { connectMongoStore } from "../../../src/store/mongo/connect-mongo-store.ts";
import { toStoreError } from "../../../src/store/mongo/connection.ts";
import { type Mongo, needsMongo, startMongo } from "../../services/mongo.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { makeText } from "../make-events.ts";

it("a query that MongoDB ended is told as too wide", () => {
  const error = new mongo.MongoServerError({ code: 50, message: "operation exceeded time limit" });
  assert.ok(toStoreError(error) instanceof QueryTooWideError);
});

describe("every query over MongoDB", needsMongo(), () => {
  it("bears the time limit", async () => {
    const server: Mongo = await startMongo();
    const store = await connectMongoStore({
      url: server.url,
      retentionDays: 30,
      log: createArrayLog(),
    });
    const connection = await createConnection(server.url).asPromise();
    try {
      await store.append([makeText("hello")]);
      await store.ledger.destination("crm");
      await connection.db?.command({ profile: 2 });
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
      await connection.db?.command({ profile: 0 });
      const profile = connection.db?.collection("system.profile");
      const commands = (await profile?.find({ appName: "waypost" }).toArray()) ?? [];
      const reads = ["find", "aggregate", "count", "distinct"];
      const queries = commands.flatMap(({ command }) =>
        reads.some((name) => name in command) ? [command] : [],
      );
      assert.ok(queries.length >= 15, `${queries.length} queries`);
      for (const query of queries) assert.equal(query.maxTimeMS, 2_000, JSON.stringify(query));
    } finally {
      await connection.close();
      await store.close();
      await server.cleanup();
    }
  });
});

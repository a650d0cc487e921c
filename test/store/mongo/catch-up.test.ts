import assert from "node:assert/strict";
import { it } from "node:test";
import { createConnection } from "mongoose";
import { connectMongoStore } from "../../../src/store/mongo/connect-mongo-store.ts";
import { needsMongo, startMongo } from "../../services/mongo.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { makeEvent, makeText } from "../make-events.ts";

it("gives documents of the version before what they are found by now", needsMongo(), async () => {
  const server = await startMongo();
  const store = await connectMongoStore({
    url: server.url,
    retentionDays: 30,
    log: createArrayLog(),
  });
  const connection = await createConnection(server.url).asPromise();
  try {
    const asked = makeText("hello?", { contact: { waId: "15555550101" } });
    const told = makeEvent({
      type: "whatsapp.echo.text",
      contact: { waId: "15555550102" },
      data: { message: { id: "wamid.e", type: "text" } },
    });
    await store.append([asked, makeText("hi", { at: 0, contact: { waId: "15555550102" } }), told]);
    const lease = await store.ledger.takeLease("crm", await store.ledger.lease("crm"), "w");
    await store.ledger.saveLink(
      "crm",
      asked.data.conversationId ?? "",
      { ticket: "4711" },
      lease?.epoch ?? 0,
    );
    const database = connection.db ?? assert.fail("not connected");
    const fields = { lastAskedAt: 1, lastOutboundAt: 1, waitingSince: 1, last: 1 } as const;
    await database.collection("conversations").updateMany({}, { $unset: fields });
    await database.collection("links").updateMany({}, { $unset: { remote: 1 } });
    const unanswered = async () =>
      (await store.conversations({ state: "unanswered" }, { limit: 9 })).items.map(
        ({ contact }) => contact.waId,
      );
    assert.deepEqual(await unanswered(), []);
    assert.deepEqual(await store.ledger.linksTo(["4711"]), []);
    for (let round = 0; round < 2; round += 1) {
      await store.syncIndexes();
      assert.deepEqual(await unanswered(), ["15555550101"]);
      assert.equal((await store.ledger.linksTo(["4711"])).length, 1);
    }
  } finally {
    await store.close();
    await connection.close();
    await server.cleanup();
  }
});

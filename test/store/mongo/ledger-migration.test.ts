import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  deliveriesTable,
  destinationsTable,
  ledgerSpecs,
} from "../../../src/store/ledger-tables.ts";
import {
  createMongoConnection,
  type MongoConnection,
} from "../../../src/store/mongo/connection.ts";
import { migrateLedger } from "../../../src/store/mongo/ledger-migration.ts";
import { createMongoTables } from "../../../src/store/mongo/table.ts";
import { syncMongoIndexes } from "../../../src/store/mongo/table-model.ts";
import { type Mongo, needsMongo, startMongo } from "../../services/mongo.ts";

const at = "2026-11-20T10:00:00.000Z";

describe("a ledger of version 0.1.0 in MongoDB", needsMongo(), () => {
  let mongo: Mongo;
  let connection: MongoConnection;
  before(async () => {
    mongo = await startMongo();
    connection = createMongoConnection(mongo.url);
  });
  after(async () => {
    await connection.close();
    await mongo.cleanup();
  });

  it("is read by this one, its leases taken from whoever holds them under the old names", async () => {
    const delivery = {
      destination: "crm",
      eventId: "evt_1",
      eventType: "whatsapp.message.text",
      route: "all",
      laneKeys: ["cnv_a"],
      seq: 1,
      epoch: 3,
      state: "open",
      open: true,
      attempts: 1,
      history: [{ at, ms: 5, outcome: "outage" }],
      createdAt: at,
    } as const;
    const pause = { by: "operator", reason: "moving", at } as const;
    await connection.use(async (_models, native) => {
      // The indexes that it had.
      const deliveries = native.collection("deliveries");
      await deliveries.createIndex({ _id: 1, epoch: 1 }, { unique: true });
      await deliveries.createIndex(
        { destination: 1, seq: 1 },
        { partialFilterExpression: { open: true } },
      );
      await deliveries.createIndex({ expireAt: 1 }, { expireAfterSeconds: 0 });
      await deliveries.insertOne({ _id: "crm:evt_1" as never, ...delivery });
      await native.collection("destinations").insertMany([
        { _id: "crm" as never, epoch: 3, beat: 70, holder: "host 1", seq: 1, rev: 4, pause },
        { _id: "erp" as never, epoch: 0, beat: 0, seq: 0, rev: 0 },
      ]);
    });
    const upgrade = () =>
      connection.use(async (_models, native) => {
        await migrateLedger(native);
        await syncMongoIndexes(native, ledgerSpecs);
      });
    await upgrade();
    await upgrade();
    const tables = createMongoTables(connection);
    const crm = {
      id: "crm",
      epoch: 4,
      heartbeat: 70,
      holder: "host 1",
      seq: 1,
      revision: 4,
      pause,
    };
    const erp = { id: "erp", epoch: 1, heartbeat: 0, seq: 0, revision: 0 };
    const found = await tables.of(destinationsTable).find({ where: {}, order: ["id"] });
    assert.deepEqual(found, [crm, erp]);
    const open = { destination: "crm", open: true };
    assert.deepEqual(await tables.of(deliveriesTable).find({ where: open }), [
      { id: "crm:evt_1", ...delivery },
    ]);
  });
});

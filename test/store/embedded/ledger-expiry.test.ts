import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { appendBatch } from "../../../src/store/embedded/append.ts";
import { deleteExpired } from "../../../src/store/embedded/expiry.ts";
import { openLog } from "../../../src/store/embedded/open-embedded-store.ts";
import { logSchema } from "../../../src/store/embedded/schema.ts";
import { usesOf } from "../../../src/store/embedded/uses.ts";
import { openQueriedSqlite, type QueriedSqlite } from "../../../src/support/queried-sqlite.ts";
import { row } from "../../conformance/ledger.ts";
import { embeddedLedger } from "../../support/embedded-ledger.ts";
import { makeText } from "../make-events.ts";

const day = 24 * 60 * 60 * 1_000;
let folder: string;
let sqlite: QueriedSqlite;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-expiry-"));
  sqlite = await openLog(join(folder, "store.db"), 2_000);
});
after(async () => {
  await sqlite.close();
  await rm(folder, { recursive: true });
});

it("keeps open deliveries and the events kept for them; done ones go with the retention", async () => {
  const ledger = embeddedLedger(usesOf(sqlite), 30 * day);
  const now = Date.now();
  const events = ["evt_1", "evt_2"].map((id) => makeText("hello", { id }));
  await appendBatch(sqlite, events, now + 30 * day);
  const seen = await ledger.lease("crm");
  const epoch = (await ledger.takeLease("crm", seen, "one"))?.epoch ?? 0;
  await ledger.insert([row(1), row(2)], epoch);
  const doneAt = new Date(now).toISOString();
  await ledger.write(epoch, [{ id: "crm:evt_2", state: "delivered", doneAt }]);
  await ledger.keepBodies(["evt_1"], new Date(now + 59 * day));
  const left = async () => [
    [...(await ledger.bodies(["evt_1", "evt_2"])).keys()],
    (await ledger.deliveries({}, { limit: 10 })).items.map(({ eventId }) => eventId),
  ];

  await deleteExpired(sqlite, now + 29 * day);
  assert.deepEqual(await left(), [
    ["evt_1", "evt_2"],
    ["evt_2", "evt_1"],
  ]);
  await deleteExpired(sqlite, now + 31 * day);
  assert.deepEqual(await left(), [["evt_1"], ["evt_1"]]);
});

it("gives links of an earlier version the life of their conversation and some days", async () => {
  const path = join(folder, "earlier.db");
  const now = Date.now();
  const earlier = await openQueriedSqlite(path, {
    schema: logSchema.slice(0, 3),
    queryLimitMs: 2_000,
  });
  await earlier.transaction(async (session) => {
    for (const id of ["cnv_known", "cnv_gone"]) {
      await session.run(
        `INSERT INTO links (destination, conversation_id, link, epoch, saved_at)
         VALUES ('crm', ?, '{"thread":"1"}', 1, '2026-11-20T10:00:00.000Z')`,
        [id],
      );
    }
    await session.run(
      `INSERT INTO conversations (id, facts, last_received_at, expires_at)
       VALUES ('cnv_known', '{}', 0, ?)`,
      [now + 20 * day],
    );
  });
  await earlier.close();
  const later = await openLog(path, 2_000);
  const { link } = embeddedLedger(usesOf(later), 30 * day);
  const left = async () => {
    const links = [await link("crm", "cnv_known"), await link("crm", "cnv_gone")];
    return links.map((each) => each !== undefined);
  };
  await deleteExpired(later, now + 6 * day);
  assert.deepEqual(await left(), [true, true]);
  await deleteExpired(later, now + 26 * day);
  assert.deepEqual(await left(), [true, false]);
  await deleteExpired(later, now + 28 * day);
  assert.deepEqual(await left(), [false, false]);
  await later.close();
});

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { quarantinedPost } from "../../../src/event/quarantined-post.ts";
import { appendBatch } from "../../../src/store/embedded/append.ts";
import { deleteExpired } from "../../../src/store/embedded/expiry.ts";
import { openLog } from "../../../src/store/embedded/open-embedded-store.ts";
import { createReader } from "../../../src/store/embedded/reader.ts";
import { createEmbeddedTables } from "../../../src/store/embedded/table.ts";
import { usesOf } from "../../../src/store/embedded/uses.ts";
import { createQuery } from "../../../src/store/log/query.ts";
import type { QueriedSqlite } from "../../../src/support/queried-sqlite.ts";
import { makeText, second } from "../make-events.ts";

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

it("deletes in bounded rounds what has expired, everywhere, and nothing else", async () => {
  const batch = (n: number, name: string) =>
    Array.from({ length: n }, (_, i) =>
      makeText(`${name} word${i}`, {
        contact: { waId: `1555${name.length}${1000 + i}`, userId: `DE.${name}${i}` },
      }),
    );
  const post = quarantinedPost(Buffer.from("{"), [], { receivedAt: second(1), postId: "pst_1" });
  await appendBatch(sqlite, [...batch(1_200, "old"), post], 1_000);
  await appendBatch(sqlite, batch(10, "kept"), 2_000);
  const query = createQuery(createReader(usesOf(sqlite)), createEmbeddedTables(usesOf(sqlite)));

  assert.equal(await deleteExpired(sqlite, 999), 0);
  assert.equal(await deleteExpired(sqlite, 1_000), 500);
  assert.equal((await query.stats()).events, 710);
  while ((await deleteExpired(sqlite, 1_999)) > 0);
  const stats = await query.stats();
  assert.deepEqual(
    [stats.events, stats.messages, stats.conversations, stats.quarantine],
    [10, 10, 10, 0],
  );
  assert.deepEqual((await query.events({ text: "old" }, { limit: 5 })).items, []);
  assert.equal((await query.events({ text: "kept" }, { limit: 50 })).items.length, 10);
  const rows = await sqlite.read((session) =>
    session.all<{ n: number }>(
      `SELECT count(*) AS n FROM event_keys UNION ALL SELECT count(*) FROM event_words
       UNION ALL SELECT count(*) FROM aliases`,
    ),
  );
  assert.deepEqual(
    rows.map((row) => row.n),
    [40, 10, 10],
  );
});

it("lets a row live as long as it is touched", async () => {
  const text = makeText("again", { contact: { waId: "15555550666" } });
  await appendBatch(sqlite, [text], 3_000);
  await appendBatch(sqlite, [{ ...text, id: "evt_later" }], 4_000);
  await appendBatch(sqlite, [text], 3_500);
  while ((await deleteExpired(sqlite, 3_999)) > 0);
  const query = createQuery(createReader(usesOf(sqlite)), createEmbeddedTables(usesOf(sqlite)));
  const found = await query.events({ contact: "15555550666" }, { limit: 5 });
  assert.deepEqual(
    found.items.map((event) => event.id),
    ["evt_later"],
  );
  assert.equal(
    (await query.conversations({ contact: "15555550666" }, { limit: 5 })).items.length,
    1,
  );
});

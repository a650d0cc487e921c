import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { gunzipSync } from "node:zlib";
import { openEmbeddedStore } from "../../../src/store/embedded/open-embedded-store.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { makeText } from "../make-events.ts";
import { assertQuarantineGoesOn } from "../released-quarantine.ts";

/** Files of the store as the version before queries had a connection of their own left them. */
const released = new URL("./released/", import.meta.url);

for (const [left, files] of [
  ["closed", [""]],
  ["killed", ["", "-wal"]],
] as const) {
  it(`opens a file that the version before ${left}, with all that is in it`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "waypost-released-"));
    const path = join(folder, "store.db");
    for (const name of files) {
      const packed = await readFile(new URL(`exclusive-${left}.db${name}.gz`, released));
      await writeFile(`${path}${name}`, gunzipSync(packed), { mode: 0o600 });
    }
    const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
    try {
      const { items } = await store.events({}, { limit: 10 });
      assert.deepEqual(
        items.map(({ id }) => id),
        ["evt_old_3", "evt_old_2", "evt_old_1"],
      );
      assert.equal((await store.events({ text: "hello" }, { limit: 10 })).items.length, 1);
      assert.equal((await store.quarantine({}, { limit: 10 })).items.length, 1);
      const dead = await store.ledger.deliveries({ state: "open" }, { limit: 10 });
      assert.deepEqual(
        dead.items.map(({ id }) => id),
        ["hook:evt_old_1"],
      );
      assert.deepEqual([(await store.ledger.destinations())[0]?.open], [1]);
      await store.append([makeText("new", { receivedAt: new Date().toISOString() })]);
      const { events, messages, conversations, quarantine, last24h } = await store.stats();
      assert.deepEqual([events, messages, conversations, quarantine], [4, 4, 1, 1]);
      assert.equal(last24h["whatsapp.message.text"] ?? 0, textsOfToday(items) + 1);
    } finally {
      await store.close();
      await rm(folder, { recursive: true });
    }
  });
}

it("opens a file that was left before accounts and quarantine were declared", async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-released-"));
  const path = join(folder, "store.db");
  await writeFile(path, gunzipSync(await readFile(new URL("log.db.gz", released))), {
    mode: 0o600,
  });
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  try {
    await assertQuarantineGoesOn(store);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});

function textsOfToday(items: readonly { type: string; data: { receivedAt: string } }[]): number {
  const dayAgo = Date.now() - 24 * 60 * 60 * 1000;
  return items.filter(
    ({ type, data }) => type.endsWith(".text") && Date.parse(data.receivedAt) >= dayAgo,
  ).length;
}

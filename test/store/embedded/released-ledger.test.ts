import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { gunzipSync } from "node:zlib";
import { deleteExpired } from "../../../src/store/embedded/expiry.ts";
import { openLog } from "../../../src/store/embedded/open-embedded-store.ts";
import { usesOf } from "../../../src/store/embedded/uses.ts";
import { embeddedLedger } from "../../support/embedded-ledger.ts";
import { assertGoesOn, type LeftLedger } from "../released-ledger.ts";

const released = new URL("./released/", import.meta.url);
const day = 24 * 60 * 60 * 1_000;

it("goes on with the ledger of a file that was left before its tables were declared", async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-released-"));
  const path = join(folder, "store.db");
  const packed = await readFile(new URL("ledger.db.gz", released));
  await writeFile(path, gunzipSync(packed), { mode: 0o600 });
  const text = await readFile(new URL("ledger.json", released), "utf8");
  const left: LeftLedger = JSON.parse(text);
  try {
    const first = await openLog(path, 2_000);
    // Kept for a hundred years, as its events are: whatever is done goes then, links a week later.
    await assertGoesOn(embeddedLedger(usesOf(first), 30 * day), left);
    await first.close();
    const again = await openLog(path, 2_000);
    const ledger = embeddedLedger(usesOf(again), 30 * day);
    assert.equal((await ledger.delivery("crm:evt_1"))?.state, "delivered");
    const indexes = await again.read((session) =>
      session.all<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'deliveries' AND sql IS NOT NULL",
      ),
    );
    assert.equal(indexes.length, 9, "those of the declaration and what expires");
    assert.equal(indexes.filter(({ name }) => name.endsWith("_counted")).length, 4);
    const kept = async () => [
      (await ledger.delivery("crm:evt_4")) !== undefined,
      (await ledger.link("crm", "cnv_other")) !== undefined,
    ];
    await deleteExpired(again, Date.now() + 99 * 365 * day);
    assert.deepEqual(await kept(), [true, true]);
    await deleteExpired(again, Date.now() + 101 * 365 * day);
    assert.deepEqual(await kept(), [false, false]);
    assert.equal((await ledger.delivery("crm:evt_6"))?.state, "open");
    await again.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

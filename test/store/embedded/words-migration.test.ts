import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { openEmbeddedStore } from "../../../src/store/embedded/open-embedded-store.ts";
import { logSchema } from "../../../src/store/embedded/schema.ts";
import { conversationWords } from "../../../src/store/embedded/words-migration.ts";
import { openSqlite } from "../../../src/support/sqlite.ts";
import { createArrayLog } from "../../support/array-log.ts";

const day = 86_400_000;

it("says of conversations of the version before whether they wait, and finds links by what stands in them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-words-"));
  const path = join(folder, "store.db");
  const schema = logSchema.slice(0, logSchema.indexOf(conversationWords));
  const before = await openSqlite(path, { schema });
  const at = new Date(Date.now() - 3_600_000).toISOString();
  const later = new Date(Date.now() - 1_800_000).toISOString();
  await before.transaction(async (session) => {
    let seq = 0;
    const add = async (id: string, type: string, closedAt?: string) => {
      seq += 1;
      const max = {
        firstAt: at,
        lastAt: at,
        lastReceivedAt: at,
        lastInboundAt: at,
        lastMessage: { at, id: `evt_${id}` },
        ...(closedAt && { closedAt }),
      };
      await session.run(
        "INSERT INTO events (seq, id, type, dataversion, received_at, body) VALUES (?, ?, ?, 1, 1, '{}')",
        [seq, `evt_${id}`, type],
      );
      await session.run(
        "INSERT INTO conversations (id, facts, last_received_at, expires_at) VALUES (?, ?, ?, ?)",
        [
          `cnv_${id}`,
          JSON.stringify({ id: `cnv_${id}`, max, min: { firstAt: at }, add: {} }),
          Date.parse(at),
          Date.now() + day,
        ],
      );
    };
    await add("asked", "whatsapp.message.text");
    await add("told", "whatsapp.echo.text");
    await add("over", "whatsapp.message.text", later);
    await session.run(
      `INSERT INTO links (id, "conversationId", link, epoch, "savedAt", "expireAt") VALUES (?, ?, ?, 1, ?, ?)`,
      ["crm:cnv_asked", "cnv_asked", JSON.stringify({ ticket: "4711" }), at, Date.now() + day],
    );
  });
  await before.close();
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  try {
    const ids = async (state: "unanswered" | "open" | "closed") =>
      (await store.conversations({ state }, { limit: 9 })).items.map(({ id }) => id);
    assert.deepEqual(await ids("unanswered"), ["cnv_asked"]);
    assert.deepEqual(await ids("closed"), ["cnv_over"]);
    const [link] = await store.ledger.linksTo(["4711"]);
    assert.deepEqual([link?.destination, link?.about], ["crm", "cnv_asked"]);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});

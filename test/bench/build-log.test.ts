import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { batchesOf, buildLog } from "../../bench/log/build-log.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { logSchema } from "../../src/store/embedded/schema.ts";
import { createLog } from "../../src/support/log.ts";
import { openQueriedSqlite, type QueriedSqlite } from "../../src/support/queried-sqlite.ts";

const count = 3_000;
const to = Date.UTC(2026, 10, 20, 10);
const folder = await mkdtemp(join(tmpdir(), "waypost-test-"));
after(() => rm(folder, { recursive: true, force: true }));

/** When something was written, which the store takes from the clock, and a contact's id, which is random. */
const others = new Set(["stored_at", "expires_at", "expireAt", "madeAt", "contactId", "ids"]);

test("a log that is built quickly is row by row what the store writes of the same events", async () => {
  const built = await buildLog(join(folder, "built"), count, { to });
  assert.equal(built.events, count);
  await writeAsTheProgram(join(folder, "written", "store.db"));
  const [one, other] = await Promise.all(["built", "written"].map(contentsOf));
  assert.deepEqual(Object.keys(one?.tables ?? {}), Object.keys(other?.tables ?? {}));
  for (const [name, rows] of Object.entries(other?.tables ?? {})) {
    assert.deepEqual(one?.tables[name], rows, name);
  }
  assert.deepEqual(one?.schema, other?.schema);
  assert.deepEqual(one?.found, other?.found);
  assert.ok((one?.found.length ?? 0) > 10, "words are found");
  const { events: kept = [], deliveries = [], conversations = [] } = one?.tables ?? {};
  assert.equal(kept.length, count);
  assert.equal(deliveries.length, built.deliveries);
  assert.equal(conversations.length, built.conversations);
  const states = new Set(deliveries.map(({ state }) => state));
  assert.deepEqual([...states].sort(), ["dead", "delivered", "open", "scheduled", "skipped"]);
});

/** Batch by batch, as the bus brings them; each delivery is opened and then ended. */
async function writeAsTheProgram(path: string): Promise<void> {
  const log = createLog({ level: "error" });
  const store = await openEmbeddedStore({ path, retentionDays: 400, log });
  for (const { events, rows } of batchesOf(count, to, 200)) {
    await store.append(events);
    await store.ledger.insert(
      rows.map(({ row }) => row),
      1,
    );
    await store.ledger.write(
      1,
      rows.flatMap(({ change }) => change ?? []),
    );
  }
  await store.close();
  await log.close();
}

async function contentsOf(name: string) {
  const path = join(folder, name, "store.db");
  const sqlite = await openQueriedSqlite(path, { schema: logSchema, queryLimitMs: 60_000 });
  try {
    return await readAll(sqlite);
  } finally {
    await sqlite.close();
  }
}

type Row = Readonly<Record<string, unknown>>;

function readAll(sqlite: QueriedSqlite) {
  return sqlite.read(async (session) => {
    const schema = await session.all<{ name: string; sql: string }>(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name",
    );
    const tables: Record<string, readonly Row[]> = {};
    const names = await session.all<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'event_words%' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    );
    for (const { name } of names.filter((each) => !beside.has(each.name))) {
      tables[name] = sorted((await session.all(`SELECT * FROM "${name}"`)).map(withoutOthers));
    }
    const found = await session.all(
      `SELECT rowid AS seq, 'zip' AS word FROM event_words WHERE event_words MATCH 'zip'
        UNION ALL SELECT rowid, 'parcel' FROM event_words WHERE event_words MATCH 'parcel'`,
    );
    return { schema, tables, found: sorted(found) };
  });
}

/** The one has written them late, the other when they were made; the destinations of the other were never held. */
const beside = new Set(["lateMinutes", "destinations", "contacts_ids"]);

function withoutOthers(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !others.has(name)));
}

function sorted(rows: readonly Row[]): readonly Row[] {
  return rows
    .map((row) => ({ row, key: JSON.stringify(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

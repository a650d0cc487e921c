import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { ledgerMigration } from "../../../src/store/embedded/ledger-migration.ts";
import { createEmbeddedTables } from "../../../src/store/embedded/table.ts";
import { syncTables } from "../../../src/store/embedded/table-schema.ts";
import {
  deliveriesTable,
  destinationsTable,
  ledgerSpecs,
  linksTable,
} from "../../../src/store/ledger-tables.ts";
import { openSqlite } from "../../../src/support/sqlite.ts";

/** The ledger's tables and rows as version 0.1.0 wrote them. */
const old = `
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY, destination TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL,
    route TEXT NOT NULL, lane_keys TEXT NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at TEXT, history TEXT NOT NULL,
    remote_id TEXT, created_at TEXT NOT NULL, done_at TEXT, reason TEXT, expires_at INTEGER
  ) STRICT;
  CREATE INDEX deliveries_open ON deliveries (destination, seq) WHERE done_at IS NULL;
  CREATE INDEX deliveries_dead ON deliveries (destination) WHERE state = 'dead';
  CREATE INDEX deliveries_destination ON deliveries (destination, created_at, id);
  CREATE INDEX deliveries_created ON deliveries (created_at, id);
  CREATE INDEX deliveries_event ON deliveries (event_id);
  CREATE INDEX deliveries_expiry ON deliveries (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE destinations (
    name TEXT PRIMARY KEY, epoch INTEGER NOT NULL DEFAULT 0, beat INTEGER NOT NULL DEFAULT 0,
    holder TEXT, seq INTEGER NOT NULL DEFAULT 0, rev INTEGER NOT NULL DEFAULT 0, pause TEXT,
    facts TEXT NOT NULL DEFAULT '{}'
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE links (
    destination TEXT NOT NULL, conversation_id TEXT NOT NULL, link TEXT NOT NULL,
    epoch INTEGER NOT NULL, saved_at TEXT NOT NULL, PRIMARY KEY (destination, conversation_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE roles (id TEXT PRIMARY KEY, seen_at TEXT NOT NULL, process TEXT NOT NULL)
    STRICT, WITHOUT ROWID;

  INSERT INTO deliveries VALUES
    ('crm:evt_1', 'crm', 'evt_1', 'whatsapp.message.text', 'all', '["cnv_a","cnv_b"]', 1, 3, 'open',
     2, '2026-11-20T10:00:10.000Z', '[{"at":"2026-11-20T10:00:00.000Z","ms":5,"outcome":"outage"}]',
     NULL, '2026-11-20T10:00:00.000Z', NULL, NULL, NULL),
    ('crm:evt_2', 'crm', 'evt_2', 'whatsapp.message.text', 'all', '["cnv_c"]', 2, 3, 'dead',
     9, NULL, '[]', 'r1', '2026-11-20T10:00:01.000Z', '2026-11-20T11:00:00.000Z', 'refused',
     4102444800000);
  INSERT INTO destinations VALUES
    ('crm', 3, 70, 'host 1', 2, 4,
     '{"by":"operator","reason":"moving","at":"2026-11-20T10:00:00.000Z"}',
     '{"breaker":"open","breakerSince":"2026-11-20T10:00:00.000Z","repeats":2}'),
    ('erp', 0, 0, NULL, 0, 0, NULL, '{}');
  INSERT INTO links VALUES ('crm', 'cnv_a', '{"ticket":"7"}', 3, '2026-11-20T10:00:00.000Z');
  INSERT INTO roles VALUES ('p', '2026-11-20T10:00:00.000Z', '{}');
`;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-migration-"));
});
after(() => rm(folder, { recursive: true }));

it("the rows of an older ledger move into the tables of this one", async () => {
  const path = join(folder, "store.db");
  await (await openSqlite(path, { schema: [old] })).close();
  const sqlite = await openSqlite(path, { schema: [old, ledgerMigration] });
  await sqlite.transaction((session) => syncTables(session, ledgerSpecs));
  await sqlite.transaction((session) => syncTables(session, ledgerSpecs));
  const tables = createEmbeddedTables(sqlite);
  const row = { destination: "crm", eventType: "whatsapp.message.text", route: "all", epoch: 3 };
  const at = "2026-11-20T10:00:00.000Z";
  const open = { destination: "crm", open: true };
  assert.deepEqual(await tables.of(deliveriesTable).find({ where: {}, order: ["seq"] }), [
    {
      ...row,
      id: "crm:evt_1",
      eventId: "evt_1",
      laneKeys: ["cnv_a", "cnv_b"],
      seq: 1,
      state: "open",
      open: true,
      attempts: 2,
      nextAt: "2026-11-20T10:00:10.000Z",
      history: [{ at, ms: 5, outcome: "outage" }],
      createdAt: at,
    },
    {
      ...row,
      id: "crm:evt_2",
      eventId: "evt_2",
      laneKeys: ["cnv_c"],
      seq: 2,
      state: "dead",
      attempts: 9,
      history: [],
      remoteId: "r1",
      createdAt: "2026-11-20T10:00:01.000Z",
      doneAt: "2026-11-20T11:00:00.000Z",
      reason: "refused",
      expireAt: new Date(4_102_444_800_000),
    },
  ]);
  assert.equal(await tables.of(deliveriesTable).count(open), 1);
  assert.deepEqual(await tables.of(destinationsTable).find({ where: {}, order: ["id"] }), [
    {
      id: "crm",
      epoch: 3,
      heartbeat: 70,
      holder: "host 1",
      seq: 2,
      revision: 4,
      pause: { by: "operator", reason: "moving", at },
      breaker: "open",
      breakerSince: at,
      repeats: 2,
    },
    { id: "erp", epoch: 0, heartbeat: 0, seq: 0, revision: 0 },
  ]);
  assert.deepEqual(await tables.of(linksTable).find({ where: {} }), [
    { id: "crm:cnv_a", link: { ticket: "7" }, epoch: 3, savedAt: at },
  ]);
  await sqlite.close();
});

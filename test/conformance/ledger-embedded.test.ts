import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendBatch } from "../../src/store/embedded/append.ts";
import { deleteExpired } from "../../src/store/embedded/expiry.ts";
import { createEmbeddedLedger } from "../../src/store/embedded/ledger.ts";
import { createReader } from "../../src/store/embedded/reader.ts";
import { logSchema } from "../../src/store/embedded/schema.ts";
import { embeddedUses } from "../../src/store/embedded/uses.ts";
import { openQueriedSqlite } from "../../src/support/queried-sqlite.ts";
import { testLedger } from "./ledger.ts";

const retentionMs = 30 * 24 * 60 * 60 * 1_000;

testLedger("embedded", { skip: false }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-ledger-"));
  const sqlite = await openQueriedSqlite(join(folder, "store.db"), {
    schema: logSchema,
    queryLimitMs: 2_000,
  });
  const uses = embeddedUses(sqlite);
  return {
    ledger: createEmbeddedLedger(uses, createReader(uses), retentionMs),
    append: (batch) => appendBatch(sqlite, batch, Date.now() + retentionMs),
    expire: async (at) => void (await deleteExpired(sqlite, at)),
    close: async () => {
      await sqlite.close();
      await rm(folder, { recursive: true });
    },
  };
});

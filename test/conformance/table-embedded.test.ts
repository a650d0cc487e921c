import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmbeddedTables } from "../../src/store/embedded/table.ts";
import { syncTables } from "../../src/store/embedded/table-schema.ts";
import { usesOf } from "../../src/store/embedded/uses.ts";
import { openQueriedSqlite } from "../../src/support/queried-sqlite.ts";
import { testTables } from "./table.ts";
import { things } from "./table-things.ts";

testTables("embedded", { skip: false, transactions: true, runs: 200 }, async (now) => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-table-"));
  const sqlite = await openQueriedSqlite(join(folder, "store.db"), {
    schema: [],
    queryLimitMs: 10_000,
  });
  await sqlite.transaction((session) => syncTables(session, [things]));
  return {
    tables: createEmbeddedTables(usesOf(sqlite), { now }),
    close: async () => {
      await sqlite.close();
      await rm(folder, { recursive: true });
    },
  };
});

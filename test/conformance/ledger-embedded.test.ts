import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createArrayLog } from "../support/array-log.ts";
import { testLedger } from "./ledger.ts";

testLedger("embedded", { skip: false }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-ledger-"));
  const path = join(folder, "store.db");
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  return {
    ledger: store.ledger,
    append: store.append,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

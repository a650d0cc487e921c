import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendBatch } from "../../src/store/embedded/append.ts";
import { deleteExpired } from "../../src/store/embedded/expiry.ts";
import { openLog } from "../../src/store/embedded/open-embedded-store.ts";
import { usesOf } from "../../src/store/embedded/uses.ts";
import { embeddedLedger } from "../support/embedded-ledger.ts";
import { type LedgerUnderTest, testLedger } from "./ledger.ts";
import { testFlowRows } from "./ledger-flows.ts";

const retentionMs = 30 * 24 * 60 * 60 * 1_000;

const open = async (): Promise<LedgerUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), "waypost-ledger-"));
  const sqlite = await openLog(join(folder, "store.db"), 2_000);
  return {
    ledger: embeddedLedger(usesOf(sqlite), retentionMs),
    append: (batch) => appendBatch(sqlite, batch, Date.now() + retentionMs),
    expire: async (at) => void (await deleteExpired(sqlite, at)),
    close: async () => {
      await sqlite.close();
      await rm(folder, { recursive: true });
    },
  };
};

testLedger("embedded", { skip: false }, open);
testFlowRows("embedded", { skip: false }, open);

import type { Ledger } from "../../src/contracts.ts";
import { createLedgerLog } from "../../src/store/embedded/ledger-log.ts";
import { createReader } from "../../src/store/embedded/reader.ts";
import { createEmbeddedTables } from "../../src/store/embedded/table.ts";
import type { Uses } from "../../src/store/embedded/uses.ts";
import { createLedger } from "../../src/store/ledger/ledger.ts";

/** The ledger of an embedded store, by itself. */
export function embeddedLedger(uses: Uses, retentionMs: number): Ledger {
  const log = createLedgerLog(uses, createReader(uses));
  return createLedger(createEmbeddedTables(uses), { log, exclusive: true, retentionMs });
}

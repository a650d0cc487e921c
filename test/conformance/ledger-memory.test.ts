import { createMemoryLedger } from "../deliver/memory-ledger.ts";
import { testLedger } from "./ledger.ts";

testLedger("tests' own", { skip: false }, async () => {
  const ledger = createMemoryLedger();
  return {
    ledger,
    append: async (batch) => {
      ledger.append(batch);
      return { stored: [], duplicates: 0, replaced: 0 };
    },
    expire: async (at) => ledger.expire(at),
    close: async () => undefined,
  };
});

import { createMemoryLedger } from "../deliver/memory-ledger.ts";
import { type LedgerUnderTest, testLedger } from "./ledger.ts";
import { testFlowRows } from "./ledger-flows.ts";

const open = async (): Promise<LedgerUnderTest> => {
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
};

testLedger("tests' own", { skip: false }, open);
testFlowRows("tests' own", { skip: false }, open);

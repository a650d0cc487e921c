import { createMemoryTables } from "../support/memory-tables.ts";
import { testTables } from "./table.ts";

testTables("tests' own", { skip: false, transactions: false, runs: 200 }, async (now) => ({
  tables: createMemoryTables(now),
  close: async () => undefined,
}));

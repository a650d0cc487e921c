import assert from "node:assert/strict";
import { it } from "node:test";
import type { Tables } from "../../../src/contracts/table.ts";
import { createLeases } from "../../../src/store/ledger/ledger-leases.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";

it("asks no more for a thousand destinations than for one, while nothing waits", async () => {
  const tables = createMemoryTables();
  let asked = 0;
  const counting: Pick<Tables, "of"> = {
    of: (spec) => new Proxy(tables.of(spec), { get: (table, name) => counted(table, name) }),
  };
  const counted = (table: object, name: string | symbol) => {
    asked += 1;
    return Reflect.get(table, name);
  };
  const { lease, destinations } = createLeases(counting);
  await lease("shop-0");
  asked = 0;
  assert.equal((await destinations()).length, 1);
  const forOne = asked;
  for (let n = 1; n < 1_000; n += 1) await lease(`shop-${n}`);
  asked = 0;
  assert.equal((await destinations()).length, 1_000);
  assert.equal(asked, forOne);
});

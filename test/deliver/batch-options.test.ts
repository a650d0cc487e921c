import assert from "node:assert/strict";
import { it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { createDecider } from "../../src/deliver/flows/decide.ts";
import { compileRoutes } from "../../src/deliver/routes.ts";
import { createBatchStub } from "./batch-stub.ts";
import { event, startEngine } from "./engine.ts";
import { noRules } from "./flows/flow-engine.ts";
import { createMemoryLog } from "./flows/memory-log.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

it("puts into one batch what goes by the same options, each lane in order", async () => {
  const rules = { along: true, across: true, waitMs: 1_000 };
  const [plain, vip] = [createBatchStub(rules), createBatchStub(rules)];
  const routes = [
    {
      name: "vip",
      when: { text: { contains: ["gold"] } },
      to: ["crm"],
      options: { crm: { x: 1 } },
    },
    { name: "all", when: {}, to: ["crm"] },
  ].map((route) => ({ test: false, ...route }));
  const ledger = createMemoryLedger();
  const memory = { query: createMemoryLog(), contacts: ledger.contacts, ledger };
  const decider = createDecider({ routes, rules: noRules, memory, now: () => 0 });
  const engine = await startEngine(
    { crm: plain },
    {
      ...{ ledger, decider, config: { concurrency: 1 } },
      routes: compileRoutes({ accounts: {}, routes, flows: noRules }),
      byRoute: new Map([["vip", vip]]),
    },
  );
  const text = (conversation: string, body: string): WaypostEvent =>
    event(conversation, { message: { id: `wamid.${body}`, type: "text", text: { body } } });
  const a = ["1", "gold 2", "3"].map((body) => text("cnv_a", body));
  const b = ["gold 1", "gold 1b", "2"].map((body) => text("cnv_b", body));
  await engine.publish(...a, ...b);
  await engine.clock.advance(10_000);
  const ids = (...events: (WaypostEvent | undefined)[]) => events.map((each) => each?.id);
  assert.deepEqual(vip.effects.toSorted(), ids(a[1], b[0], b[1]).toSorted());
  assert.deepEqual(plain.effects.toSorted(), ids(a[0], a[2], b[2]).toSorted());
  assert.deepEqual(vip.batches, [ids(b[0], b[1])]);
  const order = [...ledger.rows.values()].map(({ state }) => state);
  assert.deepEqual(order, Array(6).fill("delivered"));
  await engine.end();
});

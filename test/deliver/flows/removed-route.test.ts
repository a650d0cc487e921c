import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { outage } from "../engine.ts";
import { createWorld, now, startFlows } from "./flow-engine.ts";

const mia = { waId: "15555550123", name: "Mia" };
const text = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });

describe("a delivery whose route was answered to hold, and is taken out of the file before it is delivered", () => {
  it("ends as skipped, and says so; what another route brought goes on", async () => {
    const world = createWorld();
    const only = { consent: true };
    const first = { name: "first", when: { text: { equals: ["one"] } }, only, to: ["crm"] };
    const others = { name: "others", only, to: ["crm"] };
    const before = await startFlows([first, others], { world });
    const stub = before.stubs["crm"] ?? assert.fail("no stub");
    stub.answer = () => outage();
    const one = now(world.clock, { contact: mia, data: text("one") });
    await before.receive(one);
    await world.clock.advance(100);
    const two = now(world.clock, { contact: mia, data: text("two") });
    await before.receive(two);
    await world.clock.advance(100);
    const row = await world.ledger.delivery(`crm:${one.id}`);
    assert.deepEqual([row?.decided, row?.doneAt], [["first"], undefined]);
    await before.engine.end();
    const after = await startFlows([others], { world });
    await world.clock.advance(60_000);
    assert.deepEqual(after.effects("crm"), [two.id]);
    assert.deepEqual(await after.states("crm"), [
      "skipped first is no route any more",
      "delivered",
    ]);
    await after.engine.end();
  });
});

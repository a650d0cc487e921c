import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createWorld, now, startFlows } from "./flow-engine.ts";

const mia = { waId: "15555550123", name: "Mia" };
const ben = { waId: "15555550124", name: "Ben" };
const text = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });
const routes = [
  {
    name: "tag",
    when: { text: { equals: ["vip"] } },
    set: { tag: { add: ["vip"], remove: [] } },
  },
  { name: "vips", only: { tag: ["vip"] }, to: ["crm"] },
  { name: "others", to: ["crm"] },
];
const over = "skipped there is nothing to do";

async function start(world = createWorld()) {
  const flows = await startFlows(routes, { world });
  const { clock, ledger } = world;
  const says = (body: string, contact: object = mia) => now(clock, { contact, data: text(body) });
  return {
    ...flows,
    says,
    state: async (destination: string, { id }: { id: string }) =>
      (await ledger.delivery(`${destination}:${id}`))?.state,
    async rest() {
      await ledger.setPause("flows", { by: "operator", reason: "test", at: "" });
      await clock.advance(31_000);
    },
    async goOn() {
      await ledger.setPause("flows", undefined);
      await clock.advance(31_000);
    },
  };
}

describe("an event for which `flows` has nothing to do, but for which others wait", () => {
  it("is over with its row, where nothing is open before it in its conversation", async () => {
    const flows = await start();
    const hello = flows.says("hello");
    await flows.receive(hello);
    assert.deepEqual(await flows.states("flows"), [over]);
    assert.deepEqual(flows.effects("crm"), [hello.id], "at once");
    // Neither it nor what it was written with is written again.
    const row = await flows.ledger.delivery(`flows:${hello.id}`);
    assert.deepEqual([row?.routes, row?.history, row?.createdAt], [[], [], row?.doneAt]);
    await flows.engine.end();
  });

  it("waits for its turn behind what is open in its conversation, and keeps no other waiting", async () => {
    const flows = await start();
    await flows.rest();
    const [vip, hello, again] = [flows.says("vip"), flows.says("hello"), flows.says("again")];
    const other = flows.says("hi", ben);
    // In one batch, and in one of its own.
    await flows.receive(vip, hello, other);
    await flows.receive(again);
    await flows.clock.advance(10_000);
    for (const event of [vip, hello, again]) {
      assert.equal(await flows.state("flows", event), "open");
    }
    assert.deepEqual(flows.effects("crm"), [other.id]);
    await flows.goOn();
    assert.deepEqual(flows.effects("crm"), [other.id, vip.id, hello.id, again.id]);
    const decided = await Promise.all(
      [vip, hello, again].map(async ({ id }) => (await flows.ledger.delivery(`crm:${id}`))?.route),
    );
    assert.deepEqual(decided, ["vips", "vips", "vips"]);
    await flows.engine.end();
  });

  it("waits behind what an earlier holder left, known by another id of the person", async () => {
    const world = createWorld();
    const before = await start(world);
    await before.rest();
    const vip = before.says("vip", mia);
    await before.receive(vip);
    await before.engine.end();
    const after = await start(world);
    const both = after.says("hello", { ...mia, userId: "US.13491208655302741918" });
    await after.receive(both);
    await after.clock.advance(10_000);
    assert.equal(await after.state("flows", both), "open");
    assert.deepEqual(after.effects("crm"), []);
    await after.goOn();
    assert.deepEqual(after.effects("crm"), [vip.id, both.id]);
    await after.engine.end();
  });

  it("lets those that wait go on in the moment it is over", async () => {
    const flows = await start();
    await flows.rest();
    const vip = flows.says("vip");
    await flows.receive(vip);
    // By now it asks every few seconds only.
    await flows.clock.advance(60_000);
    await flows.goOn();
    const [row, turn] = await Promise.all(
      ["crm", "flows"].map((name) => flows.ledger.delivery(`${name}:${vip.id}`)),
    );
    assert.ok(turn?.doneAt);
    assert.equal(row?.doneAt, turn.doneAt);
    await flows.engine.end();
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { laneKeysOf } from "../../../src/deliver/lanes/lanes.ts";
import { createStub, event, outage, startEngine } from "../engine.ts";

/** An invented event of nobody. */
function ofNobody(parts: object): WaypostEvent {
  const { conversationId: _, message: __, ...data } = event("").data;
  return { ...event(""), data: { ...data, ...parts } as WaypostEvent["data"] };
}

const keysOf = (event: WaypostEvent) => laneKeysOf(event, (id) => [id, `alias of ${id}`]);

describe("the lane of an event", () => {
  it("is its conversation's, under all ids, whatever else it is about", () => {
    const call = { id: "wacid.1" };
    assert.deepEqual(keysOf(event("cnv_a", { call })), ["cnv_a", "alias of cnv_a"]);
  });

  for (const [subject, parts, other] of [
    ["template:77", { template: { id: "77", event: "APPROVED" } }, { template: { id: "78" } }],
    ["call:wacid.1", { call: { id: "wacid.1" } }, { call: { id: "wacid.2" } }],
    ["group:g1", { group: { id: "g1" } }, { group: { id: "g2" } }],
    ["group:g1", { groupId: "g1" }, { groupId: "g2" }],
    ["flow:f1", { flow: { flowId: "f1" } }, { flow: { flowId: "f2" } }],
    [
      "message:wamid.1",
      { status: { messageId: "wamid.1", status: "read" } },
      { status: { messageId: "wamid.2", status: "read" } },
    ],
  ] as const) {
    it(`without a conversation is that of what it is about, such as ${subject}`, () => {
      assert.deepEqual(keysOf(ofNobody(parts)), [subject]);
      assert.notDeepEqual(keysOf(ofNobody(other)), [subject]);
    });
  }

  it("is its own when it is about nobody and nothing, or about something without an id", () => {
    for (const parts of [
      {},
      { template: { name: "welcome" } },
      { call: { id: 7 } },
      { flow: {} },
    ]) {
      const alone = ofNobody(parts);
      assert.deepEqual(keysOf(alone), [alone.id]);
    }
    const [one, two] = [ofNobody({ conversion: {} }), ofNobody({ conversion: {} })];
    assert.notDeepEqual(keysOf(one), keysOf(two));
  });

  it("keeps no event of a number waiting for another that is about something else", async () => {
    const crm = createStub();
    const template = (id: string) => ofNobody({ template: { id } });
    const [poison, behind] = [template("77"), template("77")];
    const others = [template("78"), ofNobody({ conversion: {} }), ofNobody({ userAction: {} })];
    let well = false;
    crm.answer = ({ id }) => (id === poison.id && !well ? outage() : "ok");
    const { publish, clock, end } = await startEngine({ crm });
    await publish(poison, behind, ...others);
    const wanted = others.map(({ id }) => id);
    assert.deepEqual([...crm.effects].sort(), [...wanted].sort());
    well = true;
    await clock.advance(2_000);
    assert.deepEqual(crm.effects.slice(3), [poison.id, behind.id]);
    await end();
  });
});

import assert from "node:assert/strict";
import { it } from "node:test";
import type { Change, Hours } from "../../../src/contracts.ts";
import { change, scalars, topicOf } from "../../../src/deliver/flows/set.ts";
import { ask, come } from "./asking.ts";
import { noRules } from "./flow-engine.ts";

const friday = (from: number, to: number): Hours => ({
  ...{ timeZone: "UTC", except: [] },
  days: { 5: [[from * 60, to * 60]] },
});
const at = (hour: number) => Date.UTC(2026, 10, 20, hour);

/** What the contacts are told. */
async function told(
  set: Change,
  given: {
    readonly fields?: Record<string, string>;
    readonly topic?: string;
    readonly id?: string;
    readonly now?: number;
    readonly pools?: typeof noRules.pools;
  } = {},
) {
  const { fields = {}, topic, id = "ctc_1", now = at(10), pools = {} } = given;
  const calls: unknown[] = [];
  const event = come("whatsapp.message.text", 0);
  const { about } = ask([event], { contact: { id } });
  const contacts = {
    setTopic: async (...call: unknown[]) => void calls.push(call),
    change: async (...call: unknown[]) => void calls.push(call),
  };
  const hours = { early: friday(8, 12), late: friday(12, 16) };
  await change(set, { fields, topic }, about, {
    ...{ rules: { ...noRules, hours, pools }, now: () => now, fence: 7 },
    memory: { contacts: contacts as never },
  });
  return { calls, event };
}

it("is told with the fence of its holder: a topic of the conversation by its event, all else of the contact", async () => {
  const tag = { add: ["vip"], remove: ["new"] };
  const { calls, event } = await told({ tag }, { fields: { city: "Rome" }, topic: "cart" });
  assert.deepEqual(calls, [
    [event.data.conversationId, "cart", { event: event.id, fence: 7 }],
    ["ctc_1", { fence: 7, addTags: ["vip"], removeTags: ["new"], fields: { city: "Rome" } }],
  ]);
  assert.deepEqual((await told({})).calls, []);
});

it("picks an owner who stays, the same one for the same contact, and not all the same one", async () => {
  const pools = { sales: [{ name: "Ana" }, { name: "Ben" }, { name: "Cem" }] } as never;
  const owner = { pool: "sales" };
  const of = async (id: string, now: number) => {
    const [[, { owner: picked }]] = (await told({ owner }, { id, now, pools })).calls as [
      [string, { owner: { pool: string; name: string; unlessOwned: boolean } }],
    ];
    assert.equal(picked.unlessOwned, true);
    assert.equal(picked.pool, "sales");
    return picked.name;
  };
  const names = new Set<string>();
  for (let n = 0; n < 30; n += 1) {
    const name = await of(`ctc_${n}`, at(10));
    assert.equal(await of(`ctc_${n}`, at(11) + n), name);
    names.add(name);
  }
  assert.deepEqual([...names].toSorted(), ["Ana", "Ben", "Cem"]);
  assert.deepEqual((await told({ owner: { pool: "gone" } })).calls, [["ctc_1", { fence: 7 }]]);
});

it("picks among those on duty, who without hours always are, and among all where nobody is", async () => {
  const members = [
    { name: "Ana", hours: "early" },
    { name: "Ben", hours: "late" },
  ];
  const picked = async (now: number, pool: object[]) => {
    const names = new Set<unknown>();
    for (let n = 0; n < 20; n += 1) {
      const given = { id: `ctc_${n}`, now, pools: { sales: pool } as never };
      const [call] = (await told({ owner: { pool: "sales" } }, given)).calls as [
        [string, { owner: { name: string } }],
      ];
      names.add(call[1].owner.name);
    }
    return [...names].toSorted();
  };
  assert.deepEqual(await picked(at(10), members), ["Ana"]);
  assert.deepEqual(await picked(at(12), members), ["Ben"]);
  assert.deepEqual(await picked(at(20), members), ["Ana", "Ben"]);
  assert.deepEqual(await picked(at(20), [...members, { name: "Cem" }]), ["Cem"]);
  assert.deepEqual(await picked(at(10), [...members, { name: "Cem" }]), ["Ana", "Cem"]);
});

it("takes a topic as a text of at most 200 characters, and none of what is nothing", () => {
  assert.equal(topicOf("  cart "), "cart");
  assert.equal(topicOf(5), "5");
  assert.equal(topicOf({ a: 1 }), '{"a":1}');
  for (const none of ["", "  ", null, undefined]) assert.equal(topicOf(none), undefined);
  assert.equal(topicOf("😀".repeat(300)), "😀".repeat(200));
});

it("keeps what is no scalar as JSON", () => {
  assert.deepEqual(scalars({ a: 1, b: null, c: [1], d: "x", e: { f: true } }), {
    ...{ a: 1, b: null, c: "[1]", d: "x", e: '{"f":true}' },
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hours } from "../../../src/contracts.ts";
import { createFakeClock } from "../fake-clock.ts";
import { createWorld, hour, now, type RouteParts, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const minute = 60_000;
const messages = { type: ["whatsapp.message.*"] };
const closing = { type: ["business.conversation.closed"] };
const cart = {
  name: "cart-topic",
  when: { template: ["cart"] },
  set: { topic: "cart" },
};
const order = {
  name: "order-topic",
  when: { template: ["order"] },
  set: { topic: "order" },
};
const spans = [
  [9 * 60, 12.5 * 60],
  [13.5 * 60, 18 * 60],
] as const;
/** Of a working day in Berlin, with its lunch. */
const office: Hours = { timeZone: "Europe/Berlin", days: { 5: spans }, except: [] };
/** On a Friday. */
const inBerlin = (hours: number, minutes: number) => Date.UTC(2026, 10, 20, hours - 1, minutes);

let made = 0;
const sent = (template: string, more: object = {}) => ({
  type: "whatsapp.outgoing.template",
  data: {
    message: { id: `wamid.${++made}`, type: "template", template: { name: template } },
    ...more,
  },
});
const closed = { type: "business.conversation.closed" };

/** Routes at work; `crm` is out from `breakDown` to `repair`. */
async function startBreakable(
  routes: readonly RouteParts[],
  options: { readonly at?: number; readonly hours?: Record<string, Hours> } = {},
) {
  const world = createWorld(createFakeClock(options.at ?? Date.UTC(2026, 10, 20, 10)));
  const rules = options.hours === undefined ? {} : { hours: options.hours };
  const flows = await startFlows(routes, { rules, world });
  const { clock, ledger } = world;
  return {
    ...flows,
    async breakDown() {
      await ledger.setPause("crm", { by: "operator", reason: "test", at: "" });
      await clock.advance(31_000);
    },
    async repair() {
      await ledger.setPause("crm", undefined);
      await clock.advance(2 * minute);
    },
    /** Comes in now; a while goes by. */
    async comes(parts: Parameters<typeof now>[1] = {}) {
      const event = now(clock, { contact: person, ...parts });
      await flows.receive(event);
      await clock.advance(minute);
      return event;
    },
    async change(change: Parameters<typeof world.contacts.change>[1]) {
      const contact = await world.contacts.of(now(clock, { contact: person }));
      await world.contacts.change(contact?.id ?? assert.fail("nobody"), change);
    },
  };
}

describe("as it stands at the turn, under an outage", () => {
  it("a tag that is given meanwhile holds, and one that is taken does not", async () => {
    const flows = await startBreakable([
      { name: "vips", when: messages, only: { tag: ["vip"] }, to: ["crm"] },
      { name: "others", when: messages, only: { not: { tag: ["vip"] } }, to: ["crm"] },
    ]);
    const routeOf = async (id: string) => (await flows.ledger.delivery(`crm:${id}`))?.route;
    await flows.breakDown();
    const first = await flows.comes();
    await flows.change({ addTags: ["vip"] });
    await flows.repair();
    assert.equal(await routeOf(first.id), "vips");
    await flows.breakDown();
    const second = await flows.comes();
    await flows.change({ removeTags: ["vip"] });
    await flows.repair();
    assert.equal(await routeOf(second.id), "others");
    await flows.engine.end();
  });

  it("who was answered meanwhile, or pays, is left alone", async () => {
    const flows = await startBreakable([
      {
        name: "unanswered",
        when: messages,
        only: { not: { answered: { by: ["human"] } } },
        to: ["crm"],
      },
      {
        name: "unpaid",
        when: { template: ["reminder"] },
        only: { not: { followedBy: ["business.payment.*"] } },
        to: ["crm"],
      },
    ]);
    await flows.breakDown();
    await flows.comes();
    await flows.comes(sent("reminder"));
    await flows.comes({
      type: "whatsapp.echo.text",
      data: { message: { id: "wamid.e", type: "text" } },
    });
    await flows.comes({ type: "business.payment.succeeded" });
    const later = await flows.comes();
    await flows.repair();
    assert.deepEqual(flows.effects("crm"), [later.id]);
    assert.deepEqual(await flows.states("crm"), [
      "skipped unanswered: not",
      "skipped unpaid: not",
      "delivered",
    ]);
    await flows.engine.end();
  });
});

describe("as of the event, under an outage", () => {
  it("office hours that begin or end meanwhile change nothing", async () => {
    const flows = await startBreakable(
      [
        { name: "at-work", when: messages, only: { hours: ["office"] }, to: ["crm"] },
        { name: "away", when: messages, only: { not: { hours: ["office"] } }, to: ["crm"] },
      ],
      { at: inBerlin(12, 15), hours: { office } },
    );
    const { clock, ledger } = flows;
    const routeOf = async ({ id }: { id: string }) => (await ledger.delivery(`crm:${id}`))?.route;
    const until = (at: number) => clock.advance(at - clock.now());
    await flows.breakDown();
    const before = await flows.comes();
    await until(inBerlin(12, 40));
    const atLunch = await flows.comes();
    await flows.repair();
    assert.deepEqual([await routeOf(before), await routeOf(atLunch)], ["at-work", "away"]);
    await flows.breakDown();
    const stillAtLunch = await flows.comes();
    await until(inBerlin(13, 35));
    const after = await flows.comes();
    await flows.repair();
    assert.deepEqual([await routeOf(stillAtLunch), await routeOf(after)], ["away", "at-work"]);
    await flows.engine.end();
  });

  it("what has waited is asked by when it opened", async () => {
    const flows = await startBreakable(
      [
        {
          name: "late",
          when: messages,
          after: { delayMs: 30 * minute },
          only: { not: { hours: ["office"] } },
          to: ["crm"],
        },
      ],
      { at: inBerlin(12, 15), hours: { office } },
    );
    const { clock } = flows;
    await flows.breakDown();
    const opensAtLunch = await flows.comes();
    await clock.advance(inBerlin(13, 10) - clock.now());
    const opensAfterIt = await flows.comes();
    await clock.advance(inBerlin(13, 45) - clock.now());
    await flows.repair();
    assert.deepEqual(flows.effects("crm"), [opensAtLunch.id]);
    const late = await flows.ledger.delivery(`crm:${opensAfterIt.id}:late`);
    assert.equal(late?.reason, "late: not");
    await flows.engine.end();
  });

  it("a conversation has the topic with which it closed, whatever comes meanwhile", async () => {
    const flows = await startBreakable([
      cart,
      order,
      { name: "cart-closed", when: closing, only: { topic: ["cart"] }, to: ["crm"] },
    ]);
    await flows.breakDown();
    await flows.comes();
    const without = await flows.comes(closed);
    await flows.comes(sent("cart"));
    const first = await flows.comes(closed);
    await flows.comes(sent("order"));
    const second = await flows.comes(closed);
    await flows.comes(sent("cart"));
    await flows.repair();
    assert.deepEqual(flows.effects("crm"), [first.id]);
    for (const { id } of [without, second]) {
      const row = await flows.ledger.delivery(`crm:${id}`);
      assert.equal(row?.reason, "cart-closed: topic");
    }
    // The last one goes on.
    const third = await flows.comes(closed);
    assert.deepEqual(flows.effects("crm"), [first.id, third.id]);
    const again = await flows.comes(closed);
    assert.equal((await flows.ledger.delivery(`crm:${again.id}`))?.state, "skipped");
    await flows.engine.end();
  });

  it("what is once until it is closed comes again for what was said after that alone", async () => {
    const flows = await startBreakable([
      {
        name: "handoff",
        when: messages,
        once: { per: "conversation", for: "untilClosed" },
        to: ["crm"],
      },
    ]);
    const first = await flows.comes();
    await flows.breakDown();
    await flows.comes();
    await flows.comes(closed);
    const after = await flows.comes();
    await flows.comes();
    await flows.repair();
    assert.deepEqual(flows.effects("crm"), [first.id, after.id]);
    await flows.engine.end();
  });

  it("a message opens a conversation, and is about our last before it", async () => {
    const flows = await startBreakable([
      { name: "opening", when: messages, only: { opens: true }, to: ["crm"] },
      {
        name: "answer",
        when: messages,
        only: { about: { template: ["cart"], withinMs: hour } },
        to: ["crm"],
      },
    ]);
    await flows.breakDown();
    const first = await flows.comes();
    await flows.comes();
    await flows.comes(sent("cart"));
    const answer = await flows.comes();
    await flows.comes(sent("order"));
    await flows.comes();
    await flows.comes(sent("cart"));
    await flows.clock.advance(2 * hour);
    await flows.comes();
    await flows.repair();
    assert.deepEqual(flows.effects("crm"), [first.id, answer.id]);
    await flows.engine.end();
  });
});

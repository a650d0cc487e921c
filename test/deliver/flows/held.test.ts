import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlowRules, Only, WaypostEvent } from "../../../src/contracts.ts";
import { holderOf } from "../../../src/deliver/flows/circumstances.ts";
import { ask, come, holds, ms } from "./asking.ts";
import { noRules } from "./flow-engine.ts";

const byHuman: Only = { held: { by: ["human"] } };
const byOther: Only = { held: { by: ["other"] } };
const minute = 60;
const message = (at: number) => come("whatsapp.message.text", at);
const echo = (at: number) => come("whatsapp.echo.text", at);
const standby = (at: number) => come("whatsapp.standby.text", at);
const requested = (at: number, from = "evt_elsewhere") =>
  come("business.handoff.requested", at, {
    data: { business: {}, derived: { route: "r", from, depth: 1 } },
  });
const ended = (at: number) => come("business.handoff.ended", at);
const closed = (at: number) => come("business.conversation.closed", at);
const handover = (at: number, newOwnerAppRole: string) =>
  come("whatsapp.handover.ownership", at, { data: { handover: { newOwnerAppRole } } });
const told = (at: number, sentBy: "human" | "bot") =>
  come("whatsapp.outgoing.text", at, { data: { sentBy } });
/** An hour is over. */
const hour: Partial<FlowRules> = {
  conversations: {
    ...noRules.conversations,
    hold: { humanMs: 1_800_000, handoff: 3_600_000 },
  },
};

describe("a conversation that a human has", () => {
  it("is theirs for as long as `hold.human` says, to the millisecond", async () => {
    const events = [message(minute), echo(0)];
    const at = (now: number) => holds(byHuman, events, { now });
    assert.equal(await at(ms(30 * minute)), true);
    assert.equal(await at(ms(30 * minute) + 1), false);
  });

  it("is what a human wrote, by whatever program, and not what others did", async () => {
    const now = ms(20 * minute);
    const after = (...events: WaypostEvent[]) => holds(byHuman, [message(0), ...events], { now });
    assert.equal(await after(told(minute, "human")), true);
    assert.equal(await after(told(minute, "bot")), false);
    const bots = Array.from({ length: 9 }, (_, n) => told(2 * minute + n, "bot"));
    assert.equal(await after(echo(minute), ...bots), true);
    assert.equal(await after(come("whatsapp.outgoing.text", minute)), false);
    const bot = come("whatsapp.echo.text", minute, { data: { sentBy: "bot" } });
    assert.equal(await after(bot), false);
  });

  it("is nobody's once it was closed or given back, until a human writes again", async () => {
    const now = ms(20 * minute);
    for (const end of [closed, ended]) {
      const events = [message(9 * minute), echo(minute), end(2 * minute)];
      assert.equal(await holds(byHuman, events, { now }), false);
      assert.equal(await holds(byHuman, [...events, echo(3 * minute)], { now }), true);
    }
  });

  it("is theirs since it was asked for, until it is given back or closed", async () => {
    const now = ms(100 * minute);
    const events = [message(10 * minute), requested(minute)];
    assert.equal(await holds(byHuman, events, { now }), true);
    assert.equal(await holds(byHuman, [...events, ended(2 * minute)], { now }), false);
    assert.equal(await holds(byHuman, [...events, closed(2 * minute)], { now }), false);
    const again = [...events, closed(2 * minute), requested(3 * minute)];
    assert.equal(await holds(byHuman, again, { now }), true);
  });

  it("is theirs for as long as `hold.handoff` says, closed or not", async () => {
    const at = (now: number, ...more: WaypostEvent[]) =>
      holds(byHuman, [message(10 * minute), requested(0), ...more], { now, rules: hour });
    assert.equal(await at(ms(60 * minute)), true);
    assert.equal(await at(ms(60 * minute) + 1), false);
    assert.equal(await at(ms(20 * minute), closed(minute)), true);
    assert.equal(await at(ms(20 * minute), ended(minute)), false);
  });

  it("is no longer theirs for the event that ends it", async () => {
    const now = ms(20 * minute);
    for (const end of [closed(9 * minute), ended(9 * minute)]) {
      const why = `at ${end.type}`;
      assert.equal(await holds(byHuman, [end, requested(minute)], { now }), false, why);
      assert.equal(await holds(byHuman, [end, echo(minute)], { now }), false, why);
      const since = [end, requested(minute), echo(10 * minute)];
      assert.equal(await holds(byHuman, since, { now }), true, why);
      const { about, rules } = ask([end, requested(minute), echo(2 * minute)], { now });
      assert.equal(await holderOf(about, [end.id], rules), undefined, why);
    }
  });

  it("is told to who asked for one, and no more to who writes then", async () => {
    const now = ms(20 * minute);
    const asking = message(minute);
    const asked = requested(2 * minute, asking.id);
    const first = ask([asking, asked], { now });
    assert.equal(await holderOf(first.about, [asking.id], first.rules), undefined);
    const next = message(3 * minute);
    const second = ask([next, asking, asked], { now });
    assert.equal(await holderOf(second.about, [next.id], second.rules), "human");
  });
});

describe("a conversation that another app has", () => {
  const now = ms(20 * minute);

  it("is theirs from a standby or a handover to Meta's agent on, until a message comes to us", async () => {
    const first = message(0);
    const agent = handover(minute, "meta_business_agent");
    assert.equal(await holds(byOther, [standby(minute)], { now }), true);
    assert.equal(await holds(byOther, [first, standby(minute)], { now }), true);
    assert.equal(await holds(byOther, [first, agent], { now }), true);
    assert.equal(await holds(byOther, [first, handover(minute, "partner")], { now }), false);
    assert.equal(await holds(byOther, [first, standby(minute), message(120)], { now }), false);
    assert.equal(await holds(byOther, [message(120), standby(minute)], { now }), false);
    assert.equal(await holds(byOther, [first, standby(120), agent], { now }), true);
  });

  it("is theirs also for what is no message: a payment says nothing of who has it", async () => {
    const types = ["business.payment.succeeded", "whatsapp.status.read", "whatsapp.outgoing.text"];
    for (const type of types) {
      const event = come(type, 5 * minute);
      assert.equal(await holds(byOther, [event, standby(minute)], { now }), true, type);
      assert.equal(await holds(byOther, [event, standby(1), message(2)], { now }), false, type);
      const { about, rules } = ask([event, standby(minute)], { now });
      assert.equal(await holderOf(about, [event.id], rules), "other", type);
    }
    assert.equal(await holds(byOther, [come("business.lead.captured", 1)], { now }), false);
  });

  it("is by what happened last, where one POST brings several", async () => {
    const at = { receivedAt: new Date(ms(minute)).toISOString() };
    const [early, late] = [10, 20];
    const own = (second: number) => come("whatsapp.message.text", second, at);
    const theirs = (second: number) => come("whatsapp.standby.text", second, at);
    assert.equal(await holds(byOther, [own(early), theirs(late)], { now }), true);
    assert.equal(await holds(byOther, [own(late), theirs(early)], { now }), false);
    // The log has the newest ids first.
    const last = theirs(late);
    const many = Array.from({ length: 7 }, () => own(early));
    assert.equal(await holds(byOther, [...many, last], { now }), true);
    const payment = come("business.payment.succeeded", 5 * minute);
    assert.equal(await holds(byOther, [payment, own(early), theirs(late)], { now }), true);
    assert.equal(await holds(byOther, [payment, own(late), theirs(early)], { now }), false);
  });

  it("is none of a human's, nor the other way round", async () => {
    assert.equal(await holds(byHuman, [standby(minute)], { now }), false);
    assert.equal(await holds(byOther, [message(0), echo(minute)], { now }), false);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { needsClosings } from "../../../src/deliver/flows/takes.ts";
import { hour, noRules, now, type RouteParts, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const other = { waId: "15555550124", name: "Ben" };
const consent = { stop: { "*": ["STOP"] }, start: { "*": ["START"] } };
const text = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });

/** With a destination that is told all business events. */
async function start(type: string, options: Parameters<typeof startFlows>[1] = {}) {
  const flows = await startFlows([{ name: "told", when: { type: [type] }, to: ["crm"] }], options);
  const { clock } = flows;
  const say = async (body: string, contact = person) => {
    const event = now(clock, { contact, data: text(body) });
    await flows.receive(event);
    await clock.advance(1_000);
    return event;
  };
  const told = () => flows.stubs["crm"]?.calls.map(({ event }) => event) ?? [];
  return { ...flows, flows, say, told };
}

describe("what people say of consent", () => {
  it("is kept, and told once for each change, with no more of their words than the rule's", async () => {
    const { say, told, contacts, engine, clock, receive } = await start("business.consent.*", {
      rules: { consent },
    });
    const consentOf = async () => (await contacts.find(person.waId))?.consent;
    await say("hello");
    assert.deepEqual(await consentOf(), {});
    const stop = await say("stop!");
    assert.deepEqual(await consentOf(), {
      marketing: "revoked",
      stopped: true,
      at: stop.data.receivedAt,
    });
    await say("STOP");
    await say("and another thing");
    const { marketing, stopped } = (await consentOf()) ?? {};
    assert.deepEqual([marketing, stopped], ["revoked", undefined]);
    await say("start");
    assert.equal((await consentOf())?.marketing, undefined);
    const preference = { value: "stop", category: "marketing_messages" };
    const type = "whatsapp.user.preference";
    await receive(now(clock, { contact: person, type, data: { preference } }));
    await clock.advance(1_000);
    assert.deepEqual(
      told().map(({ type: kind, data }) => [kind, data.business, data.derived?.route]),
      [
        ["business.consent.revoked", { by: "word", word: "STOP" }, "consent"],
        ["business.consent.granted", { by: "word", word: "START" }, "consent"],
        ["business.consent.revoked", { by: "preference" }, "consent"],
      ],
    );
    assert.equal(told()[0]?.data.derived?.from, stop.id);
    assert.equal(told()[0]?.data.conversationId, stop.data.conversationId);
    await engine.end();
  });

  it("counts also while another app has the thread, and what that app writes does not", async () => {
    const { contacts, clock, receive, engine } = await start("business.consent.*", {
      rules: { consent },
    });
    const come = async (type: string, direction: "in" | "out") => {
      const message = { ...text("STOP").message, direction };
      await receive(now(clock, { contact: person, type, data: { message } }));
      await clock.advance(1_000);
      return (await contacts.find(person.waId))?.consent.stopped;
    };
    assert.equal(await come("whatsapp.standby.text", "out"), undefined);
    assert.equal(await come("whatsapp.standby.text", "in"), true);
    await engine.end();
  });

  it("is written only where it changes something", async () => {
    const { say, contacts, engine } = await start("business.consent.*", { rules: { consent } });
    await say("STOP");
    await say("hello");
    const settled = await contacts.find(person.waId);
    await say("hello again");
    assert.deepEqual(await contacts.find(person.waId), settled);
    await engine.end();
  });

  it("is told also when it was kept by a try that ended there", async () => {
    const started = await start("business.consent.*", { rules: { consent } });
    const { contacts, clock, receive, told, engine } = started;
    const stop = now(clock, { contact: person, data: text("STOP") });
    const contact = await contacts.of(stop);
    const at = stop.time < stop.data.receivedAt ? stop.time : stop.data.receivedAt;
    await contacts.change(contact?.id ?? "", {
      consent: { marketing: "revoked", stopped: true, at },
    });
    await receive(stop);
    await clock.advance(1_000);
    assert.equal(told().length, 1);
    await engine.end();
  });

  it("is nobody's business without `consent`, nor of a test", async () => {
    const without = await start("business.consent.*");
    await without.say("STOP");
    assert.deepEqual((await without.contacts.find(person.waId))?.consent ?? {}, {});
    await without.engine.end();
    const test = await start("business.consent.*", { rules: { consent } });
    const event = now(test.clock, { contact: person, data: { ...text("STOP"), test: true } });
    await test.receive(event);
    await test.clock.advance(1_000);
    assert.deepEqual((await test.contacts.find(person.waId))?.consent ?? {}, {});
    await test.engine.end();
  });
});

describe("business.conversation.opened", () => {
  it("is told of the message that opens a conversation, once the log has those before it", async () => {
    const { say, told, engine, clock, log } = await start("business.conversation.opened");
    log.behind = true;
    const first = await say("one");
    await say("two");
    const elsewhere = await say("three", other);
    assert.equal(told().length, 0);
    log.behind = false;
    await clock.advance(10_000);
    const sources = (events: readonly WaypostEvent[]) =>
      events.map(({ data }) => data.derived?.from).sort();
    assert.deepEqual(sources(told()), [first.id, elsewhere.id].sort());
    assert.deepEqual(told()[0]?.data.business?.["by"], "message");
    await clock.advance(21 * hour);
    const later = await say("later");
    await clock.advance(10_000);
    assert.equal(told().at(-1)?.data.derived?.from, later.id);
    assert.equal(told().length, 3);
    await engine.end();
  });
});

describe("business.conversation.closed", () => {
  const closed = "business.conversation.closed";

  it("ends the topic, also where no route acts on it", async () => {
    const flows = await startFlows([
      { name: "topic", when: { text: { equals: ["cart"] } }, set: { topic: "cart" } },
      { name: "ended", when: { type: [closed] }, only: { topic: ["cart"] }, to: ["crm"] },
    ]);
    const { clock, contacts } = flows;
    const cart = now(clock, { contact: person, data: text("cart") });
    await flows.receive(cart);
    await clock.advance(1_000);
    const id = cart.data.conversationId ?? "";
    assert.equal(await contacts.topic(id), "cart");
    const closing = now(clock, { contact: person, type: closed, data: { business: {} } });
    await flows.receive(closing);
    await clock.advance(1_000);
    assert.equal(await contacts.topic(id), undefined);
    assert.deepEqual(flows.effects("crm"), [closing.id]);
    await flows.engine.end();
  });

  it("is needed where a route names it or lasts until then, and not by who takes everything", () => {
    const needs = (parts: Omit<RouteParts, "name">, rules = noRules) =>
      needsClosings([{ name: "r", when: {}, to: [], test: false, ...parts }], rules);
    assert.equal(needs({ when: { type: [closed] } }), true);
    assert.equal(needs({ when: { type: ["business.conversation.*"] } }), true);
    assert.equal(needs({ when: { type: ["business.lead.*"] } }), false);
    assert.equal(needs({ when: { type: ["#"] } }), false);
    assert.equal(needs({}), false);
    assert.equal(needs({ once: { per: "contact", for: "untilClosed" } }), true);
    assert.equal(needs({ once: { per: "contact", for: hour } }), false);
    assert.equal(needs({ set: { topic: "cart" } }), true);
    const held = { only: { not: { held: { by: ["human"] } } } } as const;
    assert.equal(needs(held), true);
    const { hold, ...more } = noRules.conversations;
    const conversations = { ...more, hold: { ...hold, handoff: hour } };
    assert.equal(needs(held, { ...noRules, conversations }), false);
    assert.equal(needs({ only: { held: { by: ["other"] } } }), false);
    // Whoever replies is silent until a handoff is over.
    const replies = { senders: ["wa"], bots: [] };
    assert.equal(needs({}, { ...noRules, replies }), true);
    assert.equal(needs({}, { ...noRules, conversations, replies }), false);
    const bots = { senders: ["wa"], bots: ["bot"] };
    assert.equal(needs({}, { ...noRules, conversations, replies: bots }), true);
    assert.equal(
      needs({}, { ...noRules, conversations, replies: { senders: [], bots: [] } }),
      false,
    );
  });
});

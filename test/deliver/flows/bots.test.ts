import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestReply, type WaypostEvent } from "../../../src/contracts.ts";
import { needsClosings } from "../../../src/deliver/flows/takes.ts";
import { noRules, now, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const replies = { senders: ["wa"], bots: ["bot"] };
const rules = { replies, pools: { sales: [{ name: "Ana", ids: {} }] } };
const text = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });

describe("what a bot sets", () => {
  const start = async () => {
    const flows = await startFlows(
      [
        { name: "vip", when: { type: ["business.lead.*"] }, only: { tag: ["vip"] }, to: ["vips"] },
        { name: "crm", when: { type: ["business.reply.requested"] }, to: ["crm"] },
      ],
      { rules, config: { retry: { delaysMs: [1_000] } } },
    );
    const said = now(flows.clock, { contact: person, data: text("hello") });
    await flows.receive(said);
    const ask = async (set: object, ...more: readonly WaypostEvent[]) => {
      const at = new Date(flows.clock.now());
      const reply = { via: "wa", reply: { text: "Hi" }, purpose: "bot", set: { ...set } } as const;
      const request = requestReply({ source: said, route: "bot", key: String(at), at, ...reply });
      await flows.receive(request, ...more);
      await flows.clock.advance(10_000);
      return request;
    };
    return { ...flows, said, ask };
  };

  it("is set as a route's, and before what stands behind it asks", async () => {
    const { ask, contacts, clock, effects, said, engine } = await start();
    const lead = now(clock, { contact: person, type: "business.lead.captured" });
    const set = {
      tag: ["+vip", "-new"],
      field: { city: "Rome", raw: "{{ message }}", gone: null },
      topic: "cart",
      owner: { pool: "sales" },
    };
    await ask(set, lead);
    const contact = await contacts.find(person.waId);
    assert.deepEqual(contact?.tags, ["vip"]);
    assert.deepEqual(contact?.fields, { city: "Rome", raw: "{{ message }}" });
    assert.deepEqual(contact?.owner, { pool: "sales", name: "Ana" });
    assert.equal(await contacts.topic(said.data.conversationId ?? ""), "cart");
    assert.deepEqual(effects("vips"), [lead.id]);
    await engine.end();
  });

  it("ends with the conversation, where it is a topic", async () => {
    const { ask, contacts, receive, clock, said, engine } = await start();
    await ask({ topic: "cart" });
    await receive(now(clock, { contact: person, type: "business.conversation.closed" }));
    await clock.advance(1_000);
    assert.equal(await contacts.topic(said.data.conversationId ?? ""), undefined);
    // Where a handoff ends by itself, it is the bot alone that needs them.
    const hold = { ...noRules.conversations.hold, handoff: 60_000 };
    const rules = { ...noRules, conversations: { ...noRules.conversations, hold } };
    assert.equal(needsClosings([], { ...rules, replies }), true);
    assert.equal(needsClosings([], { ...rules, replies: { ...replies, bots: [] } }), false);
    await engine.end();
  });

  it("is refused where it is no `set`, or names a pool that is not there; nothing else waits", async () => {
    const { ask, states, contacts, effects, engine } = await start();
    const first = await ask({ tag: "vip" });
    const second = await ask({ owner: { pool: "toString" } });
    const dead = (await states("flows")).filter((state) => state.startsWith("dead"));
    assert.match(dead[0] ?? "", /not as a route's `set`/);
    assert.match(dead[1] ?? "", /a pool that is not in waypost\.yaml/);
    assert.equal(dead.length, 2);
    assert.deepEqual(effects("crm"), [first.id, second.id]);
    assert.deepEqual((await contacts.find(person.waId))?.tags, []);
    await engine.end();
  });
});

describe("the confirmation of a stop", () => {
  const consent = {
    stop: { "*": ["STOP"] },
    start: { "*": ["START"] },
    confirm: "Bye {{ contact.name }}",
    via: "wa",
  };
  const start = async (world?: Parameters<typeof startFlows>[1]) => {
    const flows = await startFlows(
      [{ name: "told", when: { type: ["business.#"] }, to: ["crm"] }],
      { rules: { consent, replies: { senders: ["wa"], bots: [] } }, ...world },
    );
    const { clock } = flows;
    const said = (body: string, parts: Parameters<typeof now>[1] = {}) =>
      now(clock, { contact: person, ...parts, data: { ...text(body), ...parts.data } });
    const say = async (...given: Parameters<typeof said>) => {
      const event = said(...given);
      await flows.receive(event);
      await clock.advance(2_000);
      return event;
    };
    const asked = () =>
      (flows.stubs["crm"]?.calls ?? [])
        .map(({ event }) => event)
        .filter(({ type }) => type === "business.reply.requested");
    return { ...flows, said, say, asked };
  };

  it("is asked for once when somebody stops, about their message, and again only after they have written", async () => {
    const { say, asked, engine } = await start();
    await say("hello");
    const stop = await say("Stop.");
    assert.equal(asked().length, 1);
    assert.equal(asked()[0]?.data.conversationId, stop.data.conversationId);
    assert.deepEqual(asked()[0]?.data.business, {
      via: "wa",
      purpose: "consent",
      reply: { text: "Bye Mia" },
      answers: {
        id: stop.id,
        type: stop.type,
        receivedAt: stop.data.receivedAt,
        messageId: stop.data.message?.id,
      },
    });
    await say("STOP");
    await say("STOP");
    assert.equal(asked().length, 1);
    await say("START");
    await say("STOP");
    assert.equal(asked().length, 2);
    await engine.end();
  });

  it("is asked for where the process had died between keeping the stop and asking", async () => {
    const { said, say, receive, asked, contacts, clock, engine } = await start();
    await say("hello");
    const at = new Date(clock.now()).toISOString();
    const stop = said("STOP", { data: { message: { ...text("STOP").message, sentAt: at } } });
    // As the attempt before left it.
    const { id = "" } = (await contacts.find(person.waId)) ?? {};
    await contacts.change(id, { consent: { marketing: "revoked", stopped: true, at } });
    await receive(stop);
    await clock.advance(2_000);
    assert.equal(asked().length, 1);
    await receive(stop);
    await clock.advance(2_000);
    assert.equal(asked().length, 1);
    await engine.end();
  });

  it("is one for two stops of one second, and for the same message twice", async () => {
    const { said, receive, asked, clock, engine } = await start();
    const time = new Date(clock.now()).toISOString();
    const sent = (body: string) => ({ message: { ...text(body).message, sentAt: time } });
    const [one, two] = [said("STOP", { data: sent("STOP") }), said("stop", { data: sent("stop") })];
    await receive(one, two, one);
    await clock.advance(2_000);
    await receive(two, one);
    await clock.advance(2_000);
    assert.equal(asked().length, 1);
    await engine.end();
  });

  it("is one for stops to two numbers at once, which are two lanes", async () => {
    const { receive, asked, clock, engine } = await start();
    const to = (phoneNumberId: string, ms: number) =>
      now(clock, {
        contact: person,
        account: { phoneNumberId },
        data: {
          message: { ...text("STOP").message, sentAt: new Date(clock.now() - ms).toISOString() },
        },
      });
    await receive(to("700700700700700", 3_000), to("700700700700701", 2_000));
    await clock.advance(2_000);
    assert.equal(asked().length, 1);
    await engine.end();
  });

  it("is one in whatever order stop and start come; a stop that was taken back before is none", async () => {
    const { receive, asked, clock, engine } = await start();
    const at = (ms: number, body: string) =>
      now(clock, {
        contact: person,
        data: {
          message: {
            ...text(body).message,
            sentAt: new Date(clock.now() + ms).toISOString(),
          },
        },
      });
    const [first, back, again] = [at(-9_000, "STOP"), at(-6_000, "START"), at(-3_000, "STOP")];
    await receive(again);
    await clock.advance(1_000);
    await receive(first, back);
    await clock.advance(1_000);
    assert.equal(asked().length, 1);
    assert.deepEqual(
      (asked()[0]?.data.business?.["answers"] as { id?: string } | undefined)?.id,
      again.id,
    );
    await engine.end();
    const other = await start();
    const later = now(other.clock, { contact: person, data: text("START") });
    const stale = now(other.clock, {
      contact: person,
      data: { message: { ...text("STOP").message, sentAt: "2026-11-20T09:00:00.000Z" } },
    });
    await other.receive(later);
    await other.clock.advance(1_000);
    await other.receive(stale);
    await other.clock.advance(1_000);
    assert.equal(other.asked().length, 0);
    await other.engine.end();
  });

  it("is none of a preference, a test, or a text that comes to nothing", async () => {
    const { say, asked, engine } = await start();
    await say("STOP", { data: { test: true } });
    await say("x", {
      type: "whatsapp.user.preference",
      data: { preference: { value: "stop", category: "marketing_messages" } },
    });
    assert.equal(asked().length, 0);
    // Their first word of stop, though offers were refused before.
    await say("STOP");
    assert.equal(asked().length, 1);
    await engine.end();
    const rules = { consent: { ...consent, confirm: "{{ contact.fields.nothing }}" } };
    const quiet = await start({ rules });
    await quiet.say("STOP");
    assert.equal(quiet.asked().length, 0);
    await quiet.engine.end();
  });
});

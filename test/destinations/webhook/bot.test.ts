import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  type DeliveryContext,
  DeliveryError,
  type ReplyRequest,
  type WaypostEvent,
} from "../../../src/contracts.ts";
import { encodeEvent } from "../../../src/event/encode.ts";
import { attempt, contextOf } from "../../conformance/destination.ts";
import { makeEvent } from "../../store/make-events.ts";
import { type StubbedBot, startStubbedBot } from "./bot-stub.ts";

describe("a webhook that is a bot", () => {
  let stubbed: StubbedBot;
  before(async () => {
    stubbed = await startStubbedBot();
  });
  after(() => stubbed.close());
  beforeEach(() => stubbed.answers({ status: 204 }));

  it("asks for its reply by an event in the same conversation, whose id follows from the delivery", async () => {
    const { bot, asked, eventsOf } = stubbed;
    const events = await eventsOf({ reply: { text: "Hi!", quote: true } });
    assert.equal(events.length, 1);
    const [event] = events;
    assert.ok(event);
    assert.equal(event.type, "business.reply.requested");
    assert.equal(event.data.conversationId, asked.data.conversationId);
    assert.deepEqual(event.data.contact, asked.data.contact);
    assert.deepEqual(event.data.derived, { route: "under-test", from: asked.id, depth: 1 });
    const request: ReplyRequest = {
      via: "wa",
      reply: { text: "Hi!", quote: true },
      purpose: "bot",
      answers: {
        id: asked.id,
        type: asked.type,
        receivedAt: asked.data.receivedAt,
        ...(asked.data.message?.id && { messageId: asked.data.message.id }),
      },
    };
    assert.deepEqual(event.data.business, request);
    // As the bus and the log take it.
    encodeEvent(event);
    const [again] = await eventsOf({ reply: "something else" });
    assert.equal(again?.id, event.id);
    const later = { ...contextOf(asked), idempotencyKey: `${asked.id}:under-test:rpl_1` };
    const replayed = await bot.deliver(asked, later, AbortSignal.timeout(5_000));
    assert.notEqual(replayed.events?.[0]?.id, event.id);
  });

  it("says until when its reply may be sent, as its route does", async () => {
    const { bot, asked, says } = stubbed;
    says({ reply: "Hi" });
    const untilOf = async (until: number | undefined) => {
      const replying = { ...(until !== undefined && { until }) } as DeliveryContext["replying"];
      const context = { ...contextOf(asked), ...(replying && { replying }) };
      const { events } = await bot.deliver(asked, context, AbortSignal.timeout(5_000));
      const answers = events?.[0]?.data.business?.["answers"] as { until?: string } | undefined;
      return answers?.until;
    };
    const at = Date.UTC(2026, 10, 21);
    assert.equal(await untilOf(at), "2026-11-21T00:00:00.000Z");
    assert.equal(await untilOf(undefined), undefined);
    const replayed = Date.parse((await untilOf(Number.POSITIVE_INFINITY)) ?? "") - Date.now();
    assert.ok(replayed > 3_500_000 && replayed <= 3_600_000, String(replayed));
  });

  it("is asked for JSON, and sent the event under its id", async () => {
    const { stub, asked, delivered } = stubbed;
    await delivered();
    const { headers, body } = stub.requests.at(-1) ?? {};
    assert.equal(headers?.["accept"], "application/json");
    assert.equal(headers?.["webhook-id"], asked.id);
    assert.deepEqual(JSON.parse(body ?? ""), asked);
  });

  it("may say a text alone, one event alone, and null for what it does not say", async () => {
    const { eventsOf } = stubbed;
    const reply = (events: readonly WaypostEvent[]) => events[0]?.data.business?.["reply"];
    assert.deepEqual(reply(await eventsOf({ reply: "Hi" })), { text: "Hi" });
    assert.deepEqual(reply(await eventsOf('\uFEFF{"reply":"Hi","set":null}\n')), { text: "Hi" });
    const [one] = await eventsOf({ reply: null, emit: { type: "business.lead.captured" } });
    assert.deepEqual([one?.type, one?.data.business], ["business.lead.captured", {}]);
  });

  it("says nothing by 204, an empty body, {} and nulls; 409 is a bot that has it already", async () => {
    const { says, delivered } = stubbed;
    for (const body of ["", " \n", "{}", '{"reply":null}']) {
      says(body);
      const { events, answer: words } = await delivered();
      assert.deepEqual([events, words], [undefined, "200: it has nothing to say"], body);
    }
    says("", 204);
    assert.equal((await delivered()).answer, "204: it has nothing to say");
    says({ reply: "not looked at" }, 409);
    assert.equal((await delivered()).events, undefined);
  });

  it("sets with its reply, or by an event of its own, and emits behind it", async () => {
    const { eventsOf } = stubbed;
    const set = { tag: ["+vip", "-new"], field: { city: "Rome", age: 5 }, topic: "cart" };
    const emit = [
      { type: "business.lead.captured", data: { source: "bot" } },
      { type: "business.lead.captured", data: { source: "bot, too" } },
    ];
    const events = await eventsOf({ reply: "ok", set, emit });
    assert.deepEqual(
      events.map(({ type }) => type),
      ["business.reply.requested", "business.lead.captured", "business.lead.captured"],
    );
    assert.deepEqual(events[0]?.data.business?.["set"], set);
    assert.deepEqual(events[1]?.data.business, { source: "bot" });
    assert.equal(new Set(events.map(({ id }) => id)).size, 3);
    const [alone, ...more] = await eventsOf({ set });
    assert.deepEqual([alone?.type, more.length], ["business.set.requested", 0]);
    assert.deepEqual(alone?.data.business?.["set"], set);
  });

  it("takes a template in its text for what it is: a text", async () => {
    const { eventsOf } = stubbed;
    const [event] = await eventsOf({ reply: "{{ contact.fields.secret }}" });
    assert.deepEqual(event?.data.business?.["reply"], { text: "{{ contact.fields.secret }}" });
  });

  it("is asked again when its answer drips or breaks off, for a half is none", async () => {
    const { stub, bot, asked, says, delivered } = stubbed;
    says({ reply: "Hi" });
    for (const fault of ["drip", "lost", "silent"] as const) {
      stub.fail(fault);
      const outcome = await attempt(bot, asked, { ms: 300 });
      assert.ok(outcome instanceof DeliveryError, fault);
      assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", true], fault);
    }
    assert.equal((await delivered()).events?.length, 1);
  });

  it("is not answered about what Waypost itself asks, nor in a circle", async () => {
    const { bot, says, delivered, eventsOf } = stubbed;
    const [request] = await eventsOf({ reply: "Hi", set: { tag: "+vip" } });
    says({ reply: "Hi again", emit: { type: "business.x" } });
    const { events, answer: words } = await delivered(request);
    assert.equal(events, undefined);
    assert.match(words ?? "", /left out.*business\.reply\.requested is not answered.*business\.x/);
    const derived = { route: "r", from: "evt_0", depth: 7 };
    const deep = makeEvent({ type: "business.x", data: { derived, business: {} } });
    assert.equal((await eventsOf({ reply: "Hi" }, deep))[0]?.data.derived?.depth, 8);
    const deeper = makeEvent({
      type: "business.x",
      data: { derived: { ...derived, depth: 8 }, business: {} },
    });
    const outcome = await attempt(bot, deeper);
    assert.ok(outcome instanceof DeliveryError);
    assert.equal(outcome.verdict, "refused");
    assert.match(outcome.message, /a loop/);
  });

  it("shows through whom it answers", () => {
    const { bot, asked } = stubbed;
    const shown = bot.preview(asked) as { repliesThrough?: string };
    assert.equal(shown.repliesThrough, "wa");
  });
});

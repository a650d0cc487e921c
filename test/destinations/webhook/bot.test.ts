import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type Destination,
  type ReplyRequest,
  type WaypostEvent,
} from "../../../src/contracts.ts";
import { webhook } from "../../../src/destinations/webhook/webhook.ts";
import { encodeEvent } from "../../../src/event/encode.ts";
import { attempt, contextOf } from "../../conformance/destination.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Stub, type StubAnswer, startStub } from "../stub.ts";

describe("a webhook that is a bot", () => {
  let stub: Stub;
  let bot: Destination;
  let answer: StubAnswer;
  before(async () => {
    stub = await startStub(() => answer);
    const url = `${stub.url}/bot`;
    const options = { url, allowPrivateAddresses: true, reply: true, via: "wa" };
    bot = webhook.create("bot", options, { log: createArrayLog() });
  });
  after(async () => {
    await bot.close();
    await stub.close();
  });
  beforeEach(() => {
    answer = { status: 204 };
  });

  const asked = makeText("hello?", {});
  const says = (body: unknown, status = 200) => {
    answer = { status, body: typeof body === "string" ? body : JSON.stringify(body) };
  };
  const delivered = async (event = asked): Promise<Delivered> => {
    const outcome = await attempt(bot, event);
    assert.ok(!(outcome instanceof DeliveryError), String(outcome));
    return outcome;
  };
  const eventsOf = async (body: unknown, event = asked): Promise<readonly WaypostEvent[]> => {
    says(body);
    return (await delivered(event)).events ?? [];
  };
  const refused = async (body: unknown) => {
    says(body);
    const outcome = await attempt(bot, asked);
    assert.ok(outcome instanceof DeliveryError, JSON.stringify(outcome));
    assert.equal(outcome.verdict, "refused");
    assert.equal(outcome.maybeDone, false);
    assert.match(outcome.message, /^the bot's answer cannot be carried out: /);
    return outcome;
  };

  it("asks for its reply by an event in the same conversation, whose id follows from the delivery", async () => {
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
    await delivered();
    const { headers, body } = stub.requests.at(-1) ?? {};
    assert.equal(headers?.["accept"], "application/json");
    assert.equal(headers?.["webhook-id"], asked.id);
    assert.deepEqual(JSON.parse(body ?? ""), asked);
  });

  it("may say a text alone, one event alone, and null for what it does not say", async () => {
    const reply = (events: readonly WaypostEvent[]) => events[0]?.data.business?.["reply"];
    assert.deepEqual(reply(await eventsOf({ reply: "Hi" })), { text: "Hi" });
    assert.deepEqual(reply(await eventsOf('\uFEFF{"reply":"Hi","set":null}\n')), { text: "Hi" });
    const [one] = await eventsOf({ reply: null, emit: { type: "business.lead.captured" } });
    assert.deepEqual([one?.type, one?.data.business], ["business.lead.captured", {}]);
  });

  it("says nothing by 204, an empty body, {} and nulls; 409 is a bot that has it already", async () => {
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
    const [event] = await eventsOf({ reply: "{{ contact.fields.secret }}" });
    assert.deepEqual(event?.data.business?.["reply"], { text: "{{ contact.fields.secret }}" });
  });

  const wrong: readonly [what: string, body: unknown, says: RegExp][] = [
    ["HTML", "<html><body>It works!</body></html>", /not JSON.*204/],
    ["a list", [], /not an object/],
    ["a text", '"Hello"', /not an object/],
    ["an unknown key", { replies: "Hi" }, /\? is no key.*reply, set and emit/],
    [
      "somebody else",
      { reply: { text: "Hi", to: "15555550124" } },
      /reply\.\? is not for a bot to say.*who wrote/,
    ],
    ["an empty reply", { reply: {} }, /^the.*: reply /],
    ["an empty text", { reply: "" }, /reply\.text/],
    [
      "four buttons",
      { reply: { text: "x", buttons: { a: "a", b: "b", c: "c", d: "d" } } },
      /button/,
    ],
    ["buttons without a text", { reply: { buttons: { a: "A" } } }, /reply\.buttons .*Add text/],
    [
      "a list beside buttons",
      { reply: { text: "x", buttons: { a: "A" }, list: { button: "b", rows: { a: "A" } } } },
      /reply\.list stands beside buttons.*Keep one/,
    ],
    [
      "a file beside a text",
      { reply: { text: "x", media: { type: "image", link: "https://a.example" } } },
      /reply\.media stands beside text/,
    ],
    [
      "a text longer than Meta takes",
      { reply: "x".repeat(4_097) },
      /reply\.text has 4,097 characters, and Meta takes 4,096\. Shorten it/,
    ],
    [
      "a long title",
      { reply: { text: "x", buttons: { "csat.5": "x".repeat(21) } } },
      /reply\.buttons has a title of 21 characters/,
    ],
    [
      "too many rows in all",
      {
        reply: {
          text: "x",
          list: {
            button: "b",
            sections: ["a", "b"].map((title) => ({
              title,
              rows: Object.fromEntries([..."123456"].map((id) => [`${title}${id}`, "Row"])),
            })),
          },
        },
      },
      /reply\.list has 12 rows, and Meta takes 10/,
    ],
    [
      "an empty parameter",
      { reply: { template: { name: "t", language: "en", body: ["Mia", " "] } } },
      /reply\.template\.body\.1 is empty/,
    ],
    ["a number for a text", { reply: { text: 5 } }, /reply\.text must be string/],
    ["no such media", { reply: { media: { type: "gif", link: "https://a.example" } } }, /image/],
    ["an unknown set", { set: { tags: ["+vip"] } }, /set\.\? is no key/],
    ["a tag without its sign", { set: { tag: "vip" } }, /set\.tag/],
    ["a type of Meta's", { emit: { type: "whatsapp.message.text" } }, /emit\.0\.type.*business\./],
    ["a type of Waypost's", { emit: { type: "business.reply.requested" } }, /reply or set instead/],
    ["an event without a type", { emit: { data: {} } }, /emit\.0\.type is missing/],
    ["too many events", { emit: Array(21).fill({ type: "business.x" }) }, /at most 20/],
    ["10,000 events", { emit: Array(10_000).fill({ type: "business.x" }) }, /larger than 64 KB/],
    ["10,000 small things", { emit: Array(11_000).fill(1) }, /more than 10000 values/],
    ["a prototype", '{"reply":{"text":"Hi","__proto__":{"to":"x"}}}', /no usable key/],
    ["a prototype of its own", '{"__proto__":{"reply":"Hi"}}', /no usable key/],
    ["depth", `{"emit":{"type":"business.x","data":${"[".repeat(30_000)}`, /not JSON/],
    [
      "depth that is closed",
      `{"emit":{"type":"business.x","data":{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}}}`,
      /deeper than 32/,
    ],
    ["half a letter", '{"reply":"\\ud83d"}', /surrogate/],
    ["a NUL", '{"reply":"a\\u0000b"}', /NUL/],
  ];
  for (const [what, body, reason] of wrong) {
    it(`is refused with place and remedy: ${what}`, async () => {
      const { message, answer: words } = await refused(body);
      assert.match(message, reason);
      assert.match(words ?? "", /^200 /);
    });
  }

  it("is told all that is wrong, and nobody what it said", async () => {
    const { message, answer: words } = await refused({
      reply: { text: 5, "15555550124": "call me" },
      Mia: 1,
    });
    for (const place of ["reply.text", "reply.?", "Mia"]) assert.ok(words?.includes(place), words);
    assert.doesNotMatch(`${message} ${words}`, /15555550124|call me/);
    assert.doesNotMatch(message, /Mia/);
  });

  it("is not read further than 64 KB, nor followed elsewhere", async () => {
    const { message } = await refused(`{"reply":"${"x".repeat(3 * 1024 * 1024)}"}`);
    assert.match(message, /larger than 64 KB/);
    answer = {
      status: 302,
      headers: { location: `${stub.url}/elsewhere` },
      body: '{"reply":"Hi"}',
    };
    const moved = await attempt(bot, asked);
    assert.ok(moved instanceof DeliveryError);
    assert.equal(moved.verdict, "config");
    assert.ok(stub.requests.every(({ path }) => path === "/bot"));
  });

  it("is asked again when its answer drips or breaks off, for a half is none", async () => {
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
    const shown = bot.preview(asked) as { repliesThrough?: string };
    assert.equal(shown.repliesThrough, "wa");
  });
});

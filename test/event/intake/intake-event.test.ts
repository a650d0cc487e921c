import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { derivedEvent } from "../../../src/event/derived-event.ts";
import type { WaypostEvent } from "../../../src/event/generated.ts";
import { toEvent } from "../../../src/event/intake/intake-event.ts";
import { parseBusMessage } from "../../../src/event/parse.ts";
import { compileSchema } from "../../../src/support/schema.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../../schemas/event.schema.json", import.meta.url), "utf8"),
);
const check = compileSchema(schema);
const receivedAt = new Date("2026-11-20T10:00:00.000Z");
const accounts = {
  berlin: { phoneNumberId: "700700700700700", wabaId: "900100200300400" },
  paris: { phoneNumberId: "700700700700701" },
  all: { wabaId: "900100200300400" },
};

function taken(input: unknown): WaypostEvent {
  const result = toEvent(input, { accounts, receivedAt });
  assert.ok("event" in result, JSON.stringify(result));
  assert.deepEqual(check(result.event), []);
  parseBusMessage(Buffer.from(JSON.stringify(result.event)));
  return result.event;
}

function paths(input: unknown): string[] {
  const result = toEvent(input, { accounts, receivedAt });
  assert.ok("problems" in result, "it was taken");
  for (const { problem, remedy } of result.problems) assert.ok(problem && remedy);
  return result.problems.map(({ path }) => path);
}

const outgoing = {
  type: "whatsapp.outgoing.template",
  account: "berlin",
  contact: { phone: "+49 (151) 234-56789", name: "Mia" },
  message: { id: "wamid.1", template: { name: "order_update", language: "de" } },
  sentBy: "campaign",
  campaign: "spring-26",
  variant: "b",
  ref: { order: "1001" },
};
const paid = {
  type: "business.payment.succeeded",
  id: "pi_1",
  account: { phoneNumberId: "700700700700700" },
  contact: { waId: "4915123456789" },
  business: { amount: 1200 },
};

describe("what a service tells, as an event", () => {
  it("makes of the short form the event of a message that was sent", () => {
    const event = taken(outgoing);
    assert.equal(event.source, "/whatsapp/900100200300400/700700700700700");
    assert.equal(event.subject, event.data.conversationId);
    assert.match(event.id, /^evt_[a-z2-7]{32}$/);
    assert.equal(event.time, receivedAt.toISOString());
    assert.deepEqual(event.data, {
      account: { wabaId: "900100200300400", phoneNumberId: "700700700700700" },
      contact: { waId: "4915123456789", name: "Mia" },
      conversationId: event.subject,
      receivedAt: receivedAt.toISOString(),
      message: {
        id: "wamid.1",
        type: "template",
        direction: "out",
        sentAt: receivedAt.toISOString(),
        template: { name: "order_update", language: "de" },
      },
      sentBy: "campaign",
      campaign: "spring-26",
      variant: "b",
      ref: { order: "1001" },
    });
  });

  it("makes of a CloudEvent the same as of the short form", () => {
    const { type, id, ...data } = paid;
    const cloudEvent = { specversion: "1.0", source: "/shop", type, id, data, traceparent: "00-1" };
    assert.deepEqual(taken(cloudEvent), taken(paid));
    assert.equal(taken(paid).id, "pi_1");
    assert.equal(taken(paid).subject, taken({ ...outgoing }).subject);
  });

  it("keeps a CloudEvent's source only where there is no account", () => {
    const bare = { specversion: "1.0", id: "1", type: "business.ping", data: { business: {} } };
    assert.equal(taken({ ...bare, source: "/shop" }).source, "/shop");
    assert.equal(taken(bare).source, "/business");
    assert.equal(taken(bare).subject, undefined);
  });

  it("makes a message's id of its wamid, and any other a new one each time", () => {
    assert.equal(taken(outgoing).id, taken({ ...outgoing, campaign: "other" }).id);
    assert.notEqual(taken(outgoing).id, taken({ ...outgoing, account: "paris" }).id);
    const { id: _, ...unnamed } = paid;
    assert.notEqual(taken(unnamed).id, taken(unnamed).id);
  });

  it("refuses ids that could be an event's of Meta", () => {
    for (const id of ["evt_a", "qrn_a", "", "two words", "ü", "x".repeat(257), 7]) {
      assert.deepEqual(paths({ ...paid, id }), ["/id"]);
    }
  });

  it("says for each mistake what to do about it", () => {
    const { type: _, ...untyped } = paid;
    const message = (told: unknown) => ({ ...outgoing, message: told });
    for (const [input, remedy] of [
      [untyped, /business\.<what> or whatsapp\.outgoing/],
      [{ specversion: "1.0", type: "business.ping" }, /^Put account, contact/],
      [{ specversion: "0.3", type: "business.ping", data: { business: {} } }, /"1\.0"/],
      [message({ id: "two words" }), /that Meta answered/],
      [message({ id: "wamid.1", context: { id: 7 } }), /wamid of the message that is quoted/],
      [message("wamid.1"), /"id": "wamid/],
      [message({ id: "wamid.1", template: "order_update" }), /"name"/],
      [{ ...paid, contact: { phone: 4915123456789 } }, /as a text, with its country code/],
      [{ ...outgoing, campaign: "" }, /leave it out/],
      [{ ...outgoing, to: "4915123456789" }, /^Put it into contact$/],
      [{ ...outgoing, order: 7 }, /of a message into ref$/],
      [{ ...paid, constructor: 7 }, /^Leave it out/],
    ] as const) {
      const result = toEvent(input, { accounts, receivedAt });
      assert.ok("problems" in result, "it was taken");
      assert.equal(result.problems.length, 1);
      assert.match(result.problems[0]?.remedy ?? "", remedy);
    }
  });

  it("takes a text as it is written, and times in any zone", () => {
    const message = { id: "wamid.2", text: "Hi", sentAt: "2026-11-20T10:59:00+01:00" };
    const event = taken({ ...outgoing, type: "whatsapp.outgoing.text", message });
    assert.deepEqual(event.data.message?.text, { body: "Hi" });
    assert.equal(event.time, "2026-11-20T09:59:00.000Z");
    assert.equal(event.data.message?.sentAt, event.time);
  });

  it("sorts ids of a contact by what they look like", () => {
    const of = (contact: object) => taken({ ...paid, contact }).data.contact;
    assert.deepEqual(of({ phone: "DE.7410258963" }), { userId: "DE.7410258963" });
    assert.deepEqual(of({ phone: "0049 151/23456789" }), { waId: "4915123456789" });
    assert.deepEqual(of({ waId: "4915123456789", phone: "+4915123456789", username: "@mia" }), {
      waId: "4915123456789",
      username: "mia",
    });
    const copied = [
      ...[
        "+49\u00a0151\u00a023456789",
        "\u202a+49 151 23456789\u202c",
        "+49\u2011151\u201123456789",
      ],
      ...[
        "tel:+49-151-23456789",
        "\uff0b49 151 23456789",
        "+49\t151\n23456789",
        "+49 151 \u2212 23456789",
      ],
    ];
    for (const phone of copied) assert.deepEqual(of({ phone }), { waId: "4915123456789" }, phone);
    for (const contact of [
      { userId: "4915123456789" },
      { phone: "0151 23456789" },
      { phone: "+49 (0)151 23456789" },
      { phone: "call me" },
      { phone: "+4915123456789 ext 5" },
      { phone: "4.915123456789e12" },
      { waId: "DE.!" },
    ]) {
      assert.deepEqual(paths({ ...paid, contact }), [`/contact/${Object.keys(contact)[0]}`]);
    }
    assert.deepEqual(paths({ ...paid, contact: { waId: "4915123456789", phone: "+3312345678" } }), [
      "/contact/phone",
    ]);
    const [metas, yours] = ["5215512345678", "+52 55 1234 5678"];
    assert.deepEqual(of({ phone: yours, waId: metas }), { waId: metas });
    assert.deepEqual(
      paths({ ...paid, contact: { waId: "551155500011", phone: "5511955500011" } }),
      ["/contact/phone"],
    );
    assert.deepEqual(paths({ ...paid, contact: { userId: "DE.1", phone: "DE.2" } }), [
      "/contact/phone",
    ]);
    assert.deepEqual(paths({ ...paid, contact: { name: "Mia" } }), ["/contact"]);
  });

  it("knows only the accounts of waypost.yaml by name", () => {
    for (const account of ["london", "__proto__", "constructor", "toString"]) {
      assert.deepEqual(paths({ ...paid, account }), ["/account"]);
    }
    assert.deepEqual(paths({ ...outgoing, account: "all" }), ["/account/phoneNumberId"]);
    assert.deepEqual(taken({ ...paid, account: "all" }).data.account, {
      wabaId: "900100200300400",
    });
  });

  it("says all that is wrong at once, with its path", () => {
    const input = {
      type: "whatsapp.message.text",
      id: "evt_1",
      account: 7,
      contact: { phone: 1 },
      sentBy: "me",
      contcat: {},
    };
    assert.deepEqual(paths(input).sort(), [
      "/account",
      "/contact/phone",
      "/contcat",
      "/id",
      "/sentBy",
      "/type",
    ]);
    assert.deepEqual(paths({ type: "whatsapp.outgoing.text" }), [
      "/account",
      "/contact",
      "/message",
    ]);
    for (const type of ["business.reply.requested", "business.set.requested"]) {
      assert.deepEqual(paths({ type, business: {} }), ["/type"]);
    }
    assert.deepEqual(paths({ type: "business.ping", message: { id: "wamid.1" } }), [
      "/message",
      "/business",
    ]);
    assert.deepEqual(paths({ ...outgoing, message: { type: "text" } }), ["/message/type"]);
    const { type, ...data } = paid;
    const cloudEvent = { specversion: "1.0", type, data: { ...data, sentBy: 1 }, campaign: "x" };
    assert.deepEqual(paths(cloudEvent).sort(), ["/campaign", "/data/id", "/data/sentBy"]);
  });

  it("refuses times that would stand before all others for ever", () => {
    for (const time of ["2026-11-22T10:00:00Z", "2026-11-20T10:00:00", "yesterday", 1]) {
      assert.deepEqual(paths({ ...paid, time }), ["/time"]);
    }
    assert.deepEqual(paths({ ...outgoing, message: { sentAt: "2031-01-01T00:00:00Z" } }), [
      "/message/sentAt",
    ]);
  });

  it("refuses what is no object, too much, or would not come out as it went in", () => {
    for (const input of [null, undefined, 1, "x", [], [paid]]) assert.deepEqual(paths(input), [""]);
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i += 1) deep = [deep];
    const at = (business: unknown) => paths({ ...paid, business });
    assert.match(at({ deep })[0] ?? "", /^\/business\/deep(\/0)+$/);
    assert.deepEqual(at({ a: "x\0" }), ["/business/a"]);
    assert.deepEqual(at({ a: "\ud800" }), ["/business/a"]);
    assert.deepEqual(at({ a: 2 ** 53 }), ["/business/a"]);
    assert.deepEqual(at(JSON.parse('{"__proto__": {"x": 1}}')), ["/business/__proto__"]);
    assert.deepEqual(at({ a: "x".repeat(65_537) }), ["/business/a"]);
    assert.deepEqual(at(Array(5)), ["/business"]);
    assert.deepEqual(at({ a: Array(10_001).fill(0) }), [""]);
    assert.deepEqual(at({ a: Array(5).fill("x".repeat(60_000)) }), [""]);
    const { business } = taken({ ...paid, business: { constructor: { prototype: 1 } } }).data;
    assert.deepEqual(business, { constructor: { prototype: 1 } });
  });

  it("shows nothing of what came", () => {
    const secret = "4915123456789";
    const all = [
      { ...paid, contact: { userId: secret } },
      { ...paid, [secret]: 1 },
      { ...paid, business: { [secret]: "\0" } },
      { ...paid, account: secret },
      { ...paid, sentBy: secret, type: secret, time: secret, id: `evt_${secret}` },
    ];
    for (const input of all) {
      const result = toEvent(input, { accounts, receivedAt });
      assert.ok(!JSON.stringify(result).includes(secret), JSON.stringify(result));
    }
  });
});

describe("an event that a route derives", () => {
  const source = taken(outgoing);
  const at = new Date("2026-11-20T11:00:00.000Z");
  const made = (from: WaypostEvent, route = "lead") =>
    derivedEvent({ source: from, route, type: "business.lead.captured", data: { a: 1 }, at });

  it("is about the same, and always the same one", () => {
    const event = made(source);
    assert.deepEqual(check(event), []);
    assert.equal(event.id, made(source).id);
    assert.notEqual(event.id, made(source, "other").id);
    assert.equal(event.subject, source.subject);
    assert.deepEqual(event.data.contact, source.data.contact);
    assert.deepEqual(event.data.business, { a: 1 });
    assert.deepEqual(event.data.derived, { route: "lead", from: source.id, depth: 1 });
    assert.equal(event.data.receivedAt, at.toISOString());
    assert.equal(event.data.message, undefined);
  });

  it("counts how many made it", () => {
    assert.equal(made(made(made(source))).data.derived?.depth, 3);
  });

  it("may be about somebody else", () => {
    const contact = { waId: "33123456789" };
    const event = derivedEvent({ source, route: "r", type: "business.x", data: {}, at, contact });
    assert.deepEqual(event.data.contact, contact);
    assert.notEqual(event.subject, source.subject);
    assert.notEqual(event.subject, undefined);
  });
});

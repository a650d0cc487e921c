import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normalize } from "../../../src/receive/normalize.ts";
import { context, envelope, messages, metadata, textMessage } from "./envelopes.ts";

const first = "entry[0].changes[0].value";

function batch(size: number) {
  const items: unknown[] = Array.from({ length: size }, (_, i) =>
    textMessage(`wamid.${i}`, `49${i}`),
  );
  const contacts = items.map((_, i) => ({ profile: { name: `Name ${i}` }, wa_id: `49${i}` }));
  return { items, contacts, body: envelope("messages", { metadata, contacts, messages: items }) };
}

const poisons: [string, unknown][] = [
  ["null", null],
  ["a text", "hello"],
  ["a list", [1, 2]],
  ["a number", 7],
  ["nothing in it", {}],
  ["no id", { from: "49500", type: "text", text: { body: "x" } }],
  ["an empty id", { ...textMessage(""), from: "49500" }],
  ["an id with a space", textMessage("wamid a", "49500")],
  ["an id with a lone surrogate", textMessage("wamid.\ud800", "49500")],
  ["an id of 513 characters", textMessage("w".repeat(513), "49500")],
  ["an object as id", { ...textMessage("x", "49500"), id: { a: 1 } }],
  ["an id no double can hold", { ...textMessage("x", "49500"), id: 2 ** 60 }],
];

describe("a poison item in a batch of a thousand", () => {
  for (const [name, poison] of poisons) {
    it(`with ${name} leaves 999 events and one problem`, () => {
      const { items, body } = batch(1_000);
      items[500] = poison;
      const { events, problems } = normalize(body, context);
      assert.equal(events.length, 999);
      assert.deepEqual(
        problems.map(({ path }) => path),
        [`${first}.messages[500]`],
      );
      assert.ok(
        events.every(({ type, data }) => type === "whatsapp.message.text" && data.contact?.name),
      );
    });
  }

  it("takes an id of 512 characters, and a number", () => {
    const body = messages(textMessage("w".repeat(512)), { ...textMessage("x"), id: 123 });
    const { events, problems } = normalize(body, context);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      events.map(({ data }) => data.message?.id?.length),
      [512, 3],
    );
  });
});

describe("what is no envelope", () => {
  const cases: [string, unknown, string][] = [
    ["a text", "x", ""],
    ["a list", [], ""],
    ["null", null, ""],
    ["an empty object", {}, "object"],
    ["another object of Meta's", { object: "page", entry: [{ id: "1", messaging: [] }] }, "object"],
    ["no entry", { object: "whatsapp_business_account" }, "entry"],
    ["an entry that is no list", { object: "whatsapp_business_account", entry: {} }, "entry"],
    ["entries without one", { object: "whatsapp_business_account", entry: [] }, ""],
    ["an entry that is null", { object: "whatsapp_business_account", entry: [null] }, "entry[0]"],
    [
      "changed fields without values",
      { object: "whatsapp_business_account", entry: [{ id: "1", changed_fields: ["messages"] }] },
      "entry[0].changes",
    ],
    ["a change without value", envelope("messages", undefined), first],
    ["a value that is a text", envelope("flows", "x"), first],
  ];
  for (const [name, body, path] of cases) {
    it(`${name} is a problem`, () => {
      const { events, problems } = normalize(body, context);
      assert.deepEqual(events, []);
      assert.ok(
        problems.some((problem) => problem.path === path),
        JSON.stringify(problems),
      );
    });
  }

  it("an inherited entry is no entry", () => {
    const body = Object.create(messages(textMessage("wamid.A")));
    assert.deepEqual(normalize(body, context).events, []);
  });
});

describe("what stands beside", () => {
  it("small unknown keys of envelope, entry and change travel along", () => {
    const body = {
      ...messages(textMessage("wamid.A")),
      version: 2,
    };
    Object.assign(body.entry[0] ?? {}, { uid: "u1" });
    Object.assign(body.entry[0]?.changes[0] ?? {}, { trace: null });
    const { events, problems } = normalize(body, context);
    assert.deepEqual(problems, []);
    assert.deepEqual(events[0]?.data.raw, body);
  });

  it("a large one goes to quarantine instead of a thousand copies", () => {
    const body = { ...messages(textMessage("wamid.A")), blob: "x".repeat(100_000) };
    const { events, problems } = normalize(body, context);
    assert.equal(events.length, 1);
    assert.deepEqual(problems, [{ path: "blob", reason: "is in no known place" }]);
  });

  it("large metadata and contacts do not grow with the batch, nor are they lost", () => {
    const { items } = batch(1_000);
    const huge = "x".repeat(200_000);
    const value = {
      metadata: { ...metadata, note: huge },
      contacts: [{ wa_id: "495", profile: { name: huge } }],
      messages: items.map((item) => ({ ...(item as object), from: "495" })),
    };
    const { events, problems } = normalize(envelope("messages", value), context);
    assert.deepEqual(problems, []);
    assert.equal(events.length, 1_001);
    assert.ok(events.every(({ data }) => data.account.phoneNumberId === metadata.phone_number_id));
    assert.ok(JSON.stringify(events).length < 2_000_000);
    assert.equal(JSON.stringify(events).split(huge).length - 1, 3);
  });

  it("equal items of one POST stay two, and each comes again from its raw", () => {
    const click = { action_type: "landing_page_view", timestamp: "1793000000" };
    const { events } = normalize(
      envelope("messages", { metadata, user_actions: [click, click, click] }),
      context,
    );
    assert.equal(new Set(events.map(({ id }) => id)).size, 3);
    for (const event of events) {
      assert.deepEqual(normalize(event.data.raw, context).events, [event]);
    }
  });

  it("equal items of two numbers of one account stay two", () => {
    const click = { action_type: "landing_page_view", timestamp: "1793000000" };
    const value = (id: string) => ({ metadata: { phone_number_id: id }, user_actions: [click] });
    const [a] = normalize(envelope("messages", value("1")), context).events;
    const [b] = normalize(envelope("messages", value("2")), context).events;
    assert.notEqual(a?.id, b?.id);
  });
});

describe("a batch of a thousand", () => {
  it("costs milliseconds, and memory in proportion", () => {
    const { body } = batch(1_000);
    normalize(body, context);
    const started = performance.now();
    const { events } = normalize(body, context);
    // Some 15 ms where this was measured; a slow machine under load is let off.
    assert.ok(performance.now() - started < 500);
    const size = JSON.stringify(body).length;
    assert.ok(JSON.stringify(events).length < 12 * size);
  });
});

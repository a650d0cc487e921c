import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { eventFrom } from "../../src/event/event-from.ts";
import { compilePattern } from "../../src/event/pattern.ts";
import { textEvent } from "../support/sample-events.ts";

type From = ReturnType<typeof eventFrom>;

/** Every family of types; the first pattern that takes a type says from whom it is. A list: it depends, on these. */
const families: readonly (readonly [pattern: string, from: From | From[]])[] = [
  ["whatsapp.message.*", "contact"],
  ["whatsapp.echo.*", "business"],
  ["whatsapp.outgoing.*", "business"],
  ["whatsapp.history.error", undefined],
  ["whatsapp.history.progress", undefined],
  ["whatsapp.history.*", ["contact", "business", undefined]],
  ["whatsapp.standby.*", ["contact", "business", undefined]],
  ["whatsapp.status.*", undefined],
  ["whatsapp.payment.*", undefined],
  ["whatsapp.error", undefined],
  ["whatsapp.user.*", "contact"],
  ["whatsapp.handover.*", undefined],
  ["whatsapp.call.accepted", "contact"],
  ["whatsapp.call.rejected", "contact"],
  ["whatsapp.call.ringing", undefined],
  ["whatsapp.call.*", ["contact", "business"]],
  ["whatsapp.group.join_request_created", "contact"],
  ["whatsapp.group.join_request_revoked", "contact"],
  ["whatsapp.group.create", "business"],
  ["whatsapp.group.delete", "business"],
  ["whatsapp.group.settings_update", "business"],
  ["whatsapp.group.participants_add", ["contact", undefined]],
  ["whatsapp.group.participants_remove", ["contact", "business"]],
  ["whatsapp.group.*", undefined],
  ["whatsapp.contact.*", "business"],
  ["whatsapp.conversion.*", undefined],
  ["whatsapp.tracking.*", undefined],
  ["whatsapp.flow.*", undefined],
  ["whatsapp.template.*", undefined],
  ["whatsapp.account.*", undefined],
  ["whatsapp.phone.*", undefined],
  ["whatsapp.unrecognized.*", undefined],
  ["business.#", undefined],
];

function goldenEvents(): WaypostEvent[] {
  const folder = new URL("../../fixtures/events/", import.meta.url);
  return readdirSync(folder).flatMap((name) =>
    JSON.parse(readFileSync(new URL(name, folder), "utf8")),
  );
}

function event(type: string, data: object): WaypostEvent {
  const { message: _, ...rest } = textEvent(1).data;
  return { ...textEvent(1), type, data: { ...rest, ...data } };
}

describe("eventFrom", () => {
  it("knows of every event that Meta sends from whom it is", () => {
    const unseen = new Set(families.map(([pattern]) => pattern));
    for (const each of goldenEvents()) {
      const family = families.find(([pattern]) => compilePattern(pattern)(each.type));
      assert.ok(family, `${each.type} is not in the table`);
      unseen.delete(family[0]);
      const expected = Array.isArray(family[1]) ? family[1] : [family[1]];
      assert.ok(expected.includes(eventFrom(each)), `${each.type}: ${eventFrom(each)}`);
    }
    assert.deepEqual([...unseen], ["whatsapp.outgoing.*", "business.#"]);
  });

  const table: [title: string, from: From, type: string, data: object][] = [
    [
      "a message told by a service",
      "business",
      "whatsapp.outgoing.template",
      { message: { type: "template" } },
    ],
    [
      "an old message of theirs",
      "contact",
      "whatsapp.history.text",
      { message: { type: "text", direction: "in" } },
    ],
    [
      "an old message of ours",
      "business",
      "whatsapp.history.text",
      { message: { type: "text", direction: "out" } },
    ],
    [
      "an old message of somebody",
      undefined,
      "whatsapp.history.text",
      { message: { type: "text" } },
    ],
    [
      "a message of a direction to come",
      undefined,
      "whatsapp.message.text",
      { message: { type: "text", direction: "constructor" } },
    ],
    [
      "another agent's message",
      "business",
      "whatsapp.standby.text",
      { message: { type: "text", direction: "out" } },
    ],
    [
      "a status in standby",
      undefined,
      "whatsapp.standby.read",
      { status: { messageId: "1", status: "read" } },
    ],
    [
      "their call",
      "contact",
      "whatsapp.call.connect",
      { call: { id: "1", direction: "USER_INITIATED" } },
    ],
    [
      "our call",
      "business",
      "whatsapp.call.terminate",
      { call: { id: "1", direction: "BUSINESS_INITIATED" } },
    ],
    [
      "our call, accepted",
      "contact",
      "whatsapp.call.accepted",
      { call: { id: "1", direction: "BUSINESS_INITIATED" } },
    ],
    [
      "who leaves a group",
      "contact",
      "whatsapp.group.participants_remove",
      { group: { initiatedBy: "participant" } },
    ],
    [
      "who is taken out of a group",
      "business",
      "whatsapp.group.participants_remove",
      { group: { initiatedBy: "business" } },
    ],
    ["a derived event", undefined, "business.lead.captured", { business: { from: "contact" } }],
    [
      "a derived event with a message",
      undefined,
      "business.constructor",
      { message: { type: "text", direction: "in" } },
    ],
    [
      "a type that is a property of every object",
      undefined,
      "whatsapp.constructor",
      { message: { type: "text" } },
    ],
  ];
  for (const [title, from, type, data] of table) {
    it(`is ${from} of ${title}`, () => assert.equal(eventFrom(event(type, data)), from));
  }
});

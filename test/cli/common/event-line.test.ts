import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventLine } from "../../../src/cli/common/event-line.ts";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent } from "../../store/make-events.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;

const golden: [message: Message, shown: string][] = [
  [{ type: "text", text: { body: "hello" } }, "hello"],
  [
    {
      type: "interactive",
      interactive: { listReply: { title: "Friday", description: "10 to 12" } },
    },
    "Friday",
  ],
  [{ type: "interactive", interactive: { header: "Order 7", body: "It is ready" } }, "It is ready"],
  [{ type: "edit", edit: { message: { type: "text", text: { body: "new" } } } }, "new"],
  [{ type: "system", system: { body: "Mia has a new number" } }, "Mia has a new number"],
  [{ type: "document", document: { filename: "bill.pdf" } }, "bill.pdf"],
  [{ type: "document", document: { filename: "bill.pdf", caption: "pay" } }, "pay"],
  [{ type: "location", location: { name: "The shop" } }, "The shop"],
  [{ type: "reaction", reaction: { emoji: "🌷" } }, "🌷"],
  [{ type: "template", template: { name: "reminder" } }, "reminder"],
  [{ type: "hologram" }, "[hologram]"],
];

describe("an event's line", () => {
  for (const [message, shown] of golden) {
    it(`of ${message.type} ends with ${shown}`, () => {
      const line = eventLine(makeEvent({ data: { message } }), 200);
      assert.equal(line.split("  ").at(-1)?.trim(), shown);
    });
  }

  it("tells people apart by their pseudonyms where contents are masked", () => {
    const contact = { waId: "per_mNv4G9zae8Nkqwfr6oCiMg", name: "13 characters" };
    const data = { message: { type: "text", text: { body: "24 characters" } } };
    const line = eventLine(makeEvent({ contact, data }), 200);
    assert.deepEqual(line.split(/ {2,}/).slice(-2), ["per_mNv4G9zae8Nk", "24 characters"]);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { recordEvent } from "../../src/destinations/record-event.ts";
import { parseBusMessage } from "../../src/event/parse.ts";
import { makeText } from "../store/make-events.ts";

const source = makeText("hello");
const context = { destination: "crm", idempotencyKey: `${source.id}:crm` };
const contact = { object: "contact", id: "7", url: "https://crm.example/7", created: true };

describe("what a destination made, as an event", () => {
  it("says what it is and where, about the same person in the same conversation", () => {
    const made = recordEvent(source, context, contact);
    assert.equal(made.type, "business.record.created");
    assert.deepEqual(made.data.business, {
      destination: "crm",
      object: "contact",
      id: "7",
      url: "https://crm.example/7",
    });
    assert.deepEqual(
      [made.data.contact, made.data.conversationId],
      [source.data.contact, source.data.conversationId],
    );
    assert.equal(made.data.derived?.from, source.id);
    assert.deepEqual(parseBusMessage(Buffer.from(JSON.stringify(made))), made);
    const { url: _, ...plain } = contact;
    const changed = recordEvent(source, context, { ...plain, created: false });
    assert.equal(changed.type, "business.record.updated");
    assert.deepEqual(changed.data.business, { destination: "crm", object: "contact", id: "7" });
  });

  it("is the same to the last letter, however often it is made", () => {
    assert.deepEqual(
      recordEvent(source, context, contact),
      recordEvent(source, { ...context }, { ...contact }),
    );
  });

  it("is another for another record, delivery or event", () => {
    const other = { ...context, idempotencyKey: `${source.id}:crm:later` };
    const ids = [
      recordEvent(source, context, contact),
      recordEvent(source, context, { ...contact, id: "8" }),
      recordEvent(source, context, { ...contact, object: "deal" }),
      recordEvent(source, other, contact),
      recordEvent(makeText("another"), context, contact),
    ].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { now, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const numbers = { a: "700700700700700", b: "800800800800800" } as const;
const minute = 60_000;

/** One person writes to two of our numbers; a route takes one of their messages until `ends`. */
async function start(ends: "untilClosed" | "untilAnswered") {
  const flows = await startFlows([
    {
      name: "welcome",
      when: { type: ["whatsapp.message.*"] },
      once: { per: "contact", for: ends },
      to: ["crm"],
    },
  ]);
  const { clock } = flows;
  const come = async (number: keyof typeof numbers, type: string, data: object = {}) => {
    const account = { phoneNumberId: numbers[number] };
    const event = now(clock, { contact: person, account, type, data });
    await flows.receive(event);
    await clock.advance(minute);
    return event.id;
  };
  return { flows, come, told: () => flows.effects("crm") };
}

const message = "whatsapp.message.text";
const closed = "business.conversation.closed";
const sent = "whatsapp.outgoing.text";

describe("once per contact, where the person writes to several numbers", () => {
  it("untilClosed: ends when the conversation is closed in which it was", async () => {
    const { flows, come, told } = await start("untilClosed");
    const first = await come("a", message);
    await come("b", message);
    assert.deepEqual(told(), [first]);
    await come("b", closed, { business: {} });
    await come("b", message);
    await come("a", message);
    assert.deepEqual(told(), [first], "the one with a goes on");
    await come("a", closed, { business: {} });
    const second = await come("b", message);
    assert.deepEqual(told(), [first, second], "whichever number is written to next");
    await come("a", message);
    assert.deepEqual(told(), [first, second]);
    await come("b", closed, { business: {} });
    const third = await come("a", message);
    assert.deepEqual(told(), [first, second, third]);
    await flows.engine.end();
  });

  it("untilAnswered: ends when somebody writes where it was", async () => {
    const { flows, come, told } = await start("untilAnswered");
    const first = await come("a", message);
    await come("b", sent, { sentBy: "human" });
    await come("b", message);
    assert.deepEqual(told(), [first]);
    await come("a", sent, { sentBy: "human" });
    const second = await come("b", message);
    assert.deepEqual(told(), [first, second]);
    await flows.engine.end();
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestReply, type WaypostEvent } from "../../../src/contracts.ts";
import { marksOf } from "../../../src/deliver/flows/about.ts";
import { derivedEvent, mostDepth } from "../../../src/event/derived-event.ts";
import { hour, now } from "./flow-engine.ts";
import { startReplying } from "./replying.ts";

const person = { waId: "15555550123", name: "Mia" };
const rules = { replies: { senders: ["wa"], bots: ["bot"] } };
const inbound = { type: ["whatsapp.message.*"] };

const start = async (
  routes: Parameters<typeof startReplying>[0],
  options: Readonly<Record<string, unknown>> = {},
) => {
  const run = await startReplying(routes, { rules, options });
  const { clock, log, receive } = run;
  let count = 0;
  const say = async (data: Partial<WaypostEvent["data"]>, type = "whatsapp.message.text") => {
    count += 1;
    const message = { id: `wamid.${count}`, type: "text", text: { body: `text ${count}` } };
    const event = now(clock, { contact: person, type, data: { message, ...data } });
    await receive(event);
    await clock.advance(5_000);
    return event;
  };
  /** What the log has of what was sent, oldest first. */
  const outgoing = async () => {
    const conversation = now(clock, { contact: person }).data.conversationId ?? "";
    const types = ["whatsapp.outgoing.*"];
    const { items } = await log.events({ conversation, types }, { limit: 50 });
    return items.reverse().map(({ data: { ref, campaign, variant, sentBy } }) => ({
      ...{ ref, campaign, variant, sentBy },
    }));
  };
  return { ...run, say, outgoing };
};

describe("what a reply is about", () => {
  it("goes on through two steps: the next answer of the customer is about the same order", async () => {
    const { say, outgoing, engine, stubs, clock, receive } = await start([
      { name: "reply", when: inbound, to: ["wa"] },
      {
        name: "asks",
        when: inbound,
        emit: { type: "business.order.asked", data: { order: "{{ about.ref.order }}" } },
      },
      { name: "orders", when: { type: ["business.order.asked"] }, to: ["shop"] },
    ]);
    const ref = { order: "#1001" };
    const campaign = { campaign: "spring", variant: "b" };
    await say({ ref, ...campaign, sentBy: "campaign" }, "whatsapp.outgoing.text");
    await say({});
    const second = await say({});
    // A bot's answer is about it too.
    const at = new Date(clock.now());
    const asked = { via: "wa", reply: { text: "bot" }, purpose: "bot" } as const;
    const third = now(clock, { contact: person, type: "business.other", data: { business: {} } });
    await receive(third);
    await receive(requestReply({ source: third, route: "bot", at, ...asked }));
    await clock.advance(5_000);
    const orders = stubs["shop"]?.calls.map(({ event }) => event.data.business);
    assert.deepEqual(orders, [{ order: "#1001" }, { order: "#1001" }]);
    // Whoever answers an answer to a campaign sends none of its messages.
    const reply = { ref, campaign: undefined, variant: undefined, sentBy: "bot" };
    const sent = { ref, ...campaign, sentBy: "campaign" };
    assert.deepEqual(await outgoing(), [sent, reply, reply, reply]);
    assert.ok(second);
    await engine.end();
  });

  it("is what the route says, and of a campaign what follows from its own messages", async () => {
    const template = { name: "reminder", language: "en" };
    const { say, outgoing, engine } = await start(
      [
        {
          name: "unread",
          when: { type: ["whatsapp.outgoing.text"] },
          only: { not: { answered: { by: ["bot"] } } },
          emit: { type: "business.unread" },
        },
        { name: "again", when: { type: ["business.unread"] }, to: ["wa"] },
      ],
      { template, ref: "{{ business.nothing }}" },
    );
    const marks = { ref: "R1", campaign: "spring", variant: "b" };
    await say({ ...marks, sentBy: "campaign" }, "whatsapp.outgoing.text");
    assert.deepEqual((await outgoing()).at(-1), { ...marks, sentBy: "bot" });
    await engine.end();
    const own = await start([{ name: "reply", when: inbound, to: ["wa"] }], {
      ...{ ref: "{{ message.id | upcase }}", campaign: "autumn" },
    });
    await own.say({ ...marks, sentBy: "campaign" }, "whatsapp.outgoing.text");
    await own.clock.advance(hour);
    await own.say({});
    const told = { ref: "WAMID.2", campaign: "autumn", variant: undefined, sentBy: "bot" };
    assert.deepEqual((await own.outgoing()).at(-1), told);
    await own.engine.end();
  });

  it("is found behind as many events as may be made one of another", async () => {
    const { clock, log, engine } = await start([]);
    const at = new Date(clock.now());
    const told = now(clock, { contact: person, type: "business.order", data: { business: {} } });
    let last: WaypostEvent = { ...told, data: { ...told.data, ref: "R1" } };
    log.append([last]);
    for (let depth = 1; depth <= mostDepth; depth += 1) {
      const made = { type: "business.next", data: {} };
      last = derivedEvent({ source: last, route: `r${depth}`, at, ...made });
      log.append([last]);
    }
    assert.equal(last.data.derived?.depth, mostDepth);
    assert.deepEqual(await marksOf(last, last.id, log), { ref: "R1" });
    await engine.end();
  });
});

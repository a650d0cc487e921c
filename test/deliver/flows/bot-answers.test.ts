import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Destination } from "../../../src/contracts.ts";
import { carryOut } from "../../../src/destinations/webhook/carry-out.ts";
import { isQuarantined } from "../../../src/event/event.ts";
import { createWorld, now, startFlows } from "./flow-engine.ts";

const routes = [{ name: "to-bot", when: { type: ["whatsapp.message.*"] }, to: ["bot"] }];
const rules = { replies: { senders: ["wa"], bots: ["bot"] } };

describe("a bot's answer", () => {
  it("is kept with its row before anything of it is done: the first counts, whatever ends the process", async () => {
    const world = createWorld();
    let asked = 0;
    const bot: Destination = {
      kind: "webhook",
      idempotency: "native",
      async deliver(event, context) {
        asked += 1;
        // Another answer each time, with as much to say.
        const answer = { reply: { text: `answer ${asked}` }, emit: [{ type: "business.said" }] };
        return carryOut(answer, event, { asker: context, via: "wa", status: 200 });
      },
      preview: () => undefined,
      check: async () => [],
      close: async () => undefined,
    };
    const published = new Set<string>();
    const { publish } = world.bus;
    let fails = true;
    world.bus.publish = async (items) => {
      await publish(items);
      for (const item of items) {
        if (isQuarantined(item) || item.type !== "business.reply.requested") continue;
        published.add(JSON.stringify(item));
        // It is on the bus, and nobody is told so.
        if (fails) throw new Error("the bus has gone");
      }
    };
    const parts = { world, rules, destinations: { bot: bot as never } };
    const first = await startFlows(routes, parts);
    await first.receive(now(world.clock, { data: { message: { id: "wamid.1", type: "text" } } }));
    await first.engine.end();
    fails = false;
    const second = await startFlows(routes, parts);
    await world.clock.advance(120_000);
    assert.equal(asked, 1);
    assert.equal(published.size, 1, "two answers to one message");
    assert.match([...published].join(), /answer 1/);
    assert.deepEqual(await second.states("bot"), ["delivered"]);
    await second.engine.end();
  });
});

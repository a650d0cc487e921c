import assert from "node:assert/strict";
import { it } from "node:test";
import { createWorld, hour, now, startFlows } from "./flow-engine.ts";

it("a delivery of `flows` that opens later does what its route says, and not again what follows without one", async () => {
  const world = createWorld();
  const published: string[] = [];
  const { publish } = world.bus;
  world.bus.publish = async (events) => {
    published.push(...events.map(({ type }) => type));
    await publish(events);
  };
  const flows = await startFlows(
    [
      {
        name: "later",
        when: { type: ["whatsapp.message.*"] },
        after: { delayMs: hour },
        emit: { type: "business.asked" },
      },
      { name: "told", when: { type: ["business.conversation.opened"] }, to: ["crm"] },
    ],
    { world, rules: { consent: { stop: { "*": ["STOP"] }, start: { "*": ["START"] } } } },
  );
  const message = { id: "wamid.1", type: "text", text: { body: "STOP" } };
  const stop = now(world.clock, { contact: { waId: "15555550123" }, data: { message } });
  await flows.receive(stop);
  await world.clock.advance(3 * hour);
  assert.deepEqual(published.sort(), [
    "business.asked",
    "business.consent.revoked",
    "business.conversation.opened",
    "whatsapp.message.text",
  ]);
  await flows.engine.end();
});

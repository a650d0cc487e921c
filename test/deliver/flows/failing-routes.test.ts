import assert from "node:assert/strict";
import { it } from "node:test";
import { StoreError } from "../../../src/contracts.ts";
import { createWorld, now, startFlows } from "./flow-engine.ts";

const inbound = { type: ["whatsapp.message.*"] };
const tooMuch = "{{ message.text.body }}{{ message.text.body }}";
const body = "x".repeat(200_000);
const minute = 60_000;

it("tries routes that failed again as long as one of them may succeed, whatever came of the others", async () => {
  const world = createWorld();
  const { change } = world.contacts;
  let away = true;
  world.contacts.change = async (...args) => {
    if (away) throw new StoreError("outage", "away");
    return change(...args);
  };
  const flows = await startFlows(
    [
      { name: "broken", when: inbound, emit: { type: "business.broken", data: { text: tooMuch } } },
      { name: "mark", when: inbound, set: { tag: { add: ["wrote"], remove: [] } } },
    ],
    { world },
  );
  const event = now(world.clock, {
    contact: { waId: "15555550123" },
    data: { message: { id: "wamid.1", type: "text", text: { body } } },
  });
  await flows.receive(event);
  await world.clock.advance(10 * minute);
  const row = () => world.ledger.delivery(`flows:${event.id}`);
  assert.notEqual((await row())?.state, "dead");
  away = false;
  await world.clock.advance(10 * minute);
  assert.deepEqual((await world.contacts.of(event))?.tags, ["wrote"]);
  assert.equal((await row())?.state, "dead");
  assert.match((await row())?.reason ?? "", /^emit\.data of the route broken/);
  await flows.engine.end();
});

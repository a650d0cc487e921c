import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { now, startFlows } from "./flow-engine.ts";

const mia = { waId: "15555550123", name: "Mia" };

describe("`set: { topic }`", () => {
  it("is a template: each event's own topic is set, and read by what is sent", async () => {
    const flows = await startFlows([
      {
        name: "order-topic",
        when: { type: ["business.order.*"] },
        set: { topic: "order {{ business.number }}" },
      },
      {
        name: "of-7",
        when: { type: ["whatsapp.message.*"] },
        only: { topic: ["order 7"] },
        to: ["crm"],
      },
    ]);
    const { clock, contacts } = flows;
    const order = (business: { number: number }) =>
      now(clock, { type: "business.order.created", contact: mia, data: { business } });
    const seven = order({ number: 7 });
    await flows.receive(seven);
    assert.equal(await contacts.topic(seven.data.conversationId ?? ""), "order 7");
    const asks = now(clock, { contact: mia });
    await flows.receive(asks);
    assert.deepEqual(flows.effects("crm"), [asks.id]);
    await flows.engine.end();
  });

  it("of which nothing is left, changes nothing", async () => {
    const flows = await startFlows([
      {
        name: "topic",
        when: { type: ["business.order.*"] },
        set: { topic: "{{ business.about }}" },
      },
    ]);
    const { clock, contacts } = flows;
    for (const business of [{ about: "a cart" }, { about: " " }, { about: null }, {}]) {
      const event = now(clock, {
        type: "business.order.created",
        contact: mia,
        data: { business },
      });
      await flows.receive(event);
      assert.equal(await contacts.topic(event.data.conversationId ?? ""), "a cart");
    }
    assert.deepEqual(await flows.states("flows"), Array(4).fill("delivered"));
    await flows.engine.end();
  });
});

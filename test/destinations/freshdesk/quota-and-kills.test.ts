import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freshdesk } from "../../../src/destinations/freshdesk/freshdesk.ts";
import type { Clock } from "../../../src/support/clock.ts";
import { createFakeClock } from "../../deliver/fake-clock.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { burst, deliverBurst, killEverywhere } from "../vendor-engine.ts";
import { freshdeskKey, startFreshdeskStub } from "./stub.ts";

const makeFor = (baseUrl: string, clock: Clock) => {
  const options = { domain: "acme", apiKey: freshdeskKey, baseUrl };
  return freshdesk.create("desk", options, { log: createArrayLog(), clock } as never);
};

describe("Freshdesk under load and kills", () => {
  it("takes 2,000 events with 400 calls a minute, in order, without a 429", async () => {
    const clock = createFakeClock();
    const { stub, desk, refusedByLimit } = await startFreshdeskStub({ now: clock.now, limit: 400 });
    await deliverBurst({
      make: (given) => makeFor(stub.url, given),
      ...{ clock, events: burst(2_000, 40), config: { ratePerSecond: 10, concurrency: 4 } },
      effects: () => desk.effects,
    });
    assert.equal(refusedByLimit(), 0);
    assert.deepEqual([desk.contacts.size, desk.tickets.size], [40, 40]);
    await stub.close();
  });

  it("makes one contact, each ticket and each note once, killed at any call", async () => {
    const { receivedAt } = makeText("", { at: 0 }).data;
    const sent = { message: { id: "wamid.O", type: "text", text: { body: "It is" } } } as const;
    const events = [
      makeText("Is it here?", { at: 0 }),
      makeEvent({ type: "whatsapp.outgoing.text", at: 1, data: sent }),
      // After a silence that ends what was begun.
      makeText("Thanks", { at: 20 * 86_400, receivedAt }),
      makeText("Bye", { at: 20 * 86_400 + 1, receivedAt }),
    ];
    await killEverywhere({
      events: () => events,
      calls: 10,
      expected: { contacts: 1, tickets: 2, texts: ["Is it here?", "It is", "Thanks", "Bye"] },
      async open(clock) {
        const { stub, desk, held, served } = await startFreshdeskStub({
          now: clock.now,
          acts: () => true,
        });
        held.searchLagMs = 300_000;
        return {
          ...{ stub, served },
          make: () => makeFor(stub.url, clock),
          close: stub.close,
          books: () => ({
            contacts: desk.contacts.size,
            tickets: desk.tickets.size,
            texts: desk.effects.map((text) => /Is it here\?|It is|Thanks|Bye/.exec(text)?.[0]),
          }),
        };
      },
    });
  });
});

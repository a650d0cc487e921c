import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { intercom } from "../../../src/destinations/intercom/intercom.ts";
import type { Clock } from "../../../src/support/clock.ts";
import { createFakeClock } from "../../deliver/fake-clock.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { burst, deliverBurst, killEverywhere } from "../vendor-engine.ts";
import { intercomToken, startIntercomStub } from "./stub.ts";

const makeFor = (baseUrl: string, clock: Clock) =>
  intercom.create("desk", { token: intercomToken, baseUrl }, {
    log: createArrayLog(),
    clock,
  } as never);

describe("Intercom under load and kills", () => {
  it("takes 2,000 events in windows of ten seconds, in order, without a 429", async () => {
    const clock = createFakeClock();
    const { stub, workspace, refusedByLimit } = await startIntercomStub({
      now: clock.now,
      limit: 300,
    });
    await deliverBurst({
      make: (given) => makeFor(stub.url, given),
      ...{ clock, events: burst(2_000, 40), config: { ratePerSecond: 50, concurrency: 4 } },
      effects: () => workspace.effects.map(({ body }) => body),
    });
    assert.equal(refusedByLimit(), 0);
    assert.deepEqual([workspace.contacts.size, workspace.conversations.size], [40, 40]);
    await stub.close();
  });

  it("makes one contact, each conversation and each text once, killed at any call", async () => {
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
      calls: 9,
      expected: { contacts: 1, conversations: 2, texts: ["Is it here?", "It is", "Thanks", "Bye"] },
      async open(clock) {
        const { stub, workspace, held, served } = await startIntercomStub({
          now: clock.now,
          acts: () => true,
        });
        held.searchLagMs = 5_000;
        return {
          ...{ stub, served },
          make: () => makeFor(stub.url, clock),
          close: stub.close,
          books: () => ({
            contacts: workspace.contacts.size,
            conversations: workspace.conversations.size,
            // The line that links the one before may be missing after a crash.
            texts: workspace.effects
              .filter(({ body }) => !body.includes("Goes on from"))
              .map(({ body }) => /Is it here\?|It is|Thanks|Bye/.exec(body)?.[0]),
          }),
        };
      },
    });
  });
});

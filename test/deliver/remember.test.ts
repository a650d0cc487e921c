import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Destination, Link, WaypostEvent } from "../../src/contracts.ts";
import { createStub, event, outage, startEngine } from "./engine.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const second = 1_000;

/** A desk that makes a ticket, remembers it, and then writes a note into it: two effects in one delivery. */
function createDesk() {
  const tickets: string[] = [];
  const notes: { readonly event: string; readonly ticket: string }[] = [];
  const { links: _none, ...stub } = createStub("none");
  const desk = {
    tickets,
    notes,
    /** Between the ticket and its note. */
    between: async (_event: WaypostEvent): Promise<void> => undefined,
    destination: {
      ...stub,
      async deliver(event, { link, remember }) {
        let ticket = link?.["ticket"];
        if (ticket === undefined) {
          ticket = `ticket ${tickets.push(event.id)}`;
          await remember({ ticket });
        }
        await desk.between(event);
        notes.push({ event: event.id, ticket });
        return {};
      },
    } satisfies Destination as Destination,
  };
  return desk;
}

describe("what a destination remembers between two calls", () => {
  it("is there for the next attempt: the first effect is not made again", async () => {
    const desk = createDesk();
    let failures = 2;
    desk.between = async () => {
      if (failures > 0) {
        failures -= 1;
        throw outage({ maybeDone: true });
      }
    };
    const { clock, publish, end, ledger } = await startEngine({ crm: desk.destination });
    const first = event("cnv_a");
    await publish(first);
    assert.deepEqual(
      await ledger.link("crm", "cnv_a"),
      { ticket: "ticket 1" },
      "before it is done",
    );
    assert.equal(desk.notes.length, 0);
    await clock.advance(3_600 * second);
    const second_ = event("cnv_a");
    await publish(second_, event("cnv_b"));
    assert.deepEqual(
      desk.notes.map(({ ticket }) => ticket),
      ["ticket 1", "ticket 1", "ticket 2"],
    );
    await end();
  });

  it("is there for the next holder, when the first dies before its second call", async () => {
    const ledger = createMemoryLedger(false);
    const dying = createDesk();
    dying.between = () => new Promise(() => undefined);
    const first = await startEngine({ crm: dying.destination }, { ledger });
    const { clock } = first;
    const left = event("cnv_a");
    await first.publish(left);
    assert.equal(dying.tickets.length, 1);
    // What dies says nothing any more, and nobody renews for it.
    const { epoch } = await ledger.lease("crm");
    await ledger.takeLease("crm", await ledger.lease("crm"), "the next holder");
    await ledger.releaseLease("crm", epoch + 1);
    const desk = createDesk();
    const next = await startEngine({ crm: desk.destination }, { ledger, clock });
    await clock.advance(60 * second);
    assert.deepEqual(desk.tickets, []);
    assert.deepEqual(desk.notes, [{ event: left.id, ticket: "ticket 1" }]);
    await next.end();
  });

  it("is kept for the event itself where it has no conversation", async () => {
    const desk = createDesk();
    let failing = true;
    desk.between = async () => {
      if (failing) throw outage();
    };
    const { clock, publish, end, ledger } = await startEngine({ crm: desk.destination });
    const alone = event("unused");
    const { conversationId: _none, ...data } = alone.data;
    await publish({ ...alone, data } as WaypostEvent);
    assert.deepEqual(await ledger.link("crm", alone.id), { ticket: "ticket 1" });
    failing = false;
    await clock.advance(3_600 * second);
    assert.deepEqual(desk.notes, [{ event: alone.id, ticket: "ticket 1" }]);
    await end();
  });

  it("waits for a ledger that is away, and the second call waits with it", async () => {
    const desk = createDesk();
    const { clock, publish, end, ledger } = await startEngine({ crm: desk.destination });
    ledger.failing.add("saveLink");
    await publish(event("cnv_a"));
    assert.equal(desk.tickets.length, 1);
    assert.equal(desk.notes.length, 0);
    ledger.failing.delete("saveLink");
    await clock.advance(5 * second);
    assert.equal(desk.notes.length, 1);
    assert.equal(desk.tickets.length, 1);
    await end();
  });

  it("is refused to whom another has followed: its second call is not made", async () => {
    const ledger = createMemoryLedger(false);
    const desk = createDesk();
    const told: unknown[] = [];
    const { deliver } = desk.destination;
    desk.destination.deliver = async (event, context, signal) => {
      const later: Link = { ticket: "of the next holder" };
      await ledger.saveLink("crm", "cnv_a", later, (await ledger.lease("crm")).epoch + 1);
      return deliver(event, context, signal).catch((error: unknown) => {
        told.push(error);
        throw error;
      });
    };
    const { publish, end } = await startEngine({ crm: desk.destination }, { ledger });
    await publish(event("cnv_a"));
    assert.match(String(told[0]), /LeaseOver|lease/i);
    assert.ok(desk.notes.every(({ ticket }) => ticket === "of the next holder"));
    assert.deepEqual(await ledger.link("crm", "cnv_a"), { ticket: "of the next holder" });
    await end();
  });
});

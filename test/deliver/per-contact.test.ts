import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type {
  DeliveryContact,
  DeliveryContext,
  Destination,
  WaypostEvent,
} from "../../src/contracts.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import { createStub, event, startEngine } from "./engine.ts";
import { settled } from "./fake-clock.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

type Contact = NonNullable<WaypostEvent["data"]["contact"]>;
const both = { userId: "DE.741", waId: "5215512345678" };

/** To one of our two numbers. */
function from(contact: Contact, number = 0): WaypostEvent {
  const phoneNumberId = `70070070070070${number}`;
  const party = { userId: contact.userId, phone: contact.waId };
  return event(conversationIdOf(phoneNumberId, party) ?? "", {
    contact,
    account: { phoneNumberId },
  });
}

/** A CRM that looks for the contact and makes it where there is none, and needs a while for both. */
function createCrm(traits: Partial<Destination> = { serialize: "contact" }) {
  const { links: _none, ...stub } = createStub("native");
  const crm = {
    made: [] as string[],
    notes: [] as string[],
    waiting: [] as (() => void)[],
    /** Lets those go on that wait for the vendor. */
    async answer() {
      for (const go of crm.waiting.splice(0)) go();
      await settled();
    },
    destination: {
      ...stub,
      ...traits,
      async deliver(told, { contactLink, remember }) {
        let id = contactLink?.["id"];
        if (id === undefined) {
          await new Promise<void>((resolve) => crm.waiting.push(resolve));
          id = `contact ${crm.made.push(told.id)}`;
          await remember({ id }, { scope: "contact" });
        }
        crm.notes.push(`${told.id} ${id}`);
        return {};
      },
    } satisfies Destination as Destination,
  };
  return crm;
}

describe("find-or-create per contact", () => {
  it("makes one contact of one person in two lanes, and another's beside it", async () => {
    const crm = createCrm();
    const { publish, end, ledger } = await startEngine({ crm: crm.destination });
    const mia = { ...both, waId: "15555550123" };
    const events = [from(mia), from({ waId: mia.waId }, 1), from({ userId: "DE.9" })];
    await publish(...events);
    assert.equal(crm.waiting.length, 2, "one for each person");
    await crm.answer();
    const [one, two, other] = events.map(({ id }) => id);
    assert.deepEqual(crm.made.toSorted(), [one, other]);
    const contactOf = (id: string | undefined) =>
      crm.notes.find((note) => note.startsWith(`${id} `))?.slice(`${id} `.length);
    assert.equal(contactOf(one), contactOf(two));
    assert.notEqual(contactOf(one), contactOf(other));
    assert.deepEqual(await ledger.link("crm", ["user:DE.741"]), { id: contactOf(one) });
    assert.equal(await ledger.link("crm", events[0]?.data.conversationId ?? ""), undefined);
    await end();
  });

  it("takes turns with what goes into one call along a lane too, and knows the link there", async () => {
    const crm = createCrm();
    const batches: (string | undefined)[][] = [];
    const destination: Destination = {
      ...crm.destination,
      batch: { along: true, across: false, waitMs: 0, most: 10 },
      async deliverBatch(items, signal) {
        batches.push(items.map(({ context }) => context.contactLink?.["id"]));
        const outcomes = [];
        for (const { event: told, context } of items) {
          const contactLink = crm.made.length > 0 ? { id: "contact 1" } : context.contactLink;
          outcomes.push(await crm.destination.deliver(told, { ...context, contactLink }, signal));
        }
        return outcomes;
      },
    };
    const { publish, end } = await startEngine({ crm: destination });
    const events = [0, 0, 1, 1].map((number) => from(both, number));
    await publish(...events);
    assert.equal(crm.waiting.length, 1, "the other lane waits its turn");
    await crm.answer();
    assert.equal(crm.made.length, 1);
    assert.deepEqual(batches, [
      [undefined, undefined],
      ["contact 1", "contact 1"],
    ]);
    assert.equal(crm.notes.length, 4);
    await end();
  });

  it("would make two without its turn", async () => {
    const crm = createCrm({});
    const { publish, end } = await startEngine({ crm: crm.destination });
    await publish(from(both), from({ waId: both.waId }, 1));
    assert.equal(crm.waiting.length, 2);
    await crm.answer();
    await end();
  });

  it("knows the person by an id that the store has not learnt yet", async () => {
    const crm = createCrm();
    const ledger = createMemoryLedger();
    await ledger.saveLink("crm", `phone:${both.waId}`, { id: "of before" }, 0);
    const { bus, publish, end } = await startEngine({ crm: crm.destination }, { ledger });
    await bus.publish([from(both, 1)]);
    assert.deepEqual(crm.made, []);
    assert.match(crm.notes[0] ?? "", /of before$/);
    await publish(from({ userId: "DE.9" }));
    await crm.answer();
    await end();
  });

  it("remembers for the event itself where it is about nobody", async () => {
    const crm = createCrm();
    const { publish, end, ledger } = await startEngine({ crm: crm.destination });
    const alert = event("cnv_alert");
    await publish(alert);
    await crm.answer();
    assert.deepEqual(await ledger.link("crm", [alert.id]), { id: "contact 1" });
    await end();
  });
});

describe("who the contact is", () => {
  const asking = (ask: (context: DeliveryContext) => Promise<void>) => {
    const stub = createStub();
    return {
      ...stub,
      async deliver(told, context, signal) {
        await ask(context);
        return stub.deliver(told, context, signal);
      },
    } satisfies Destination as Destination;
  };

  it("is told with tags, consent and how else their phone is written, once a delivery", async () => {
    const told: (DeliveryContact | undefined)[] = [];
    const crm = asking(async ({ contact }) => {
      told.push(await contact(), await contact());
    });
    const { publish, end, ledger } = await startEngine({ crm });
    const first = from({ ...both, name: "Mia" });
    const known = await ledger.contacts.of(first);
    await ledger.contacts.change(known?.id ?? "", { addTags: ["vip"] });
    await publish(first);
    await publish(event("cnv_alert"));
    const [contact, again, nobody] = told;
    assert.equal(contact, again);
    assert.equal(contact?.id, known?.id);
    assert.deepEqual([contact?.name, contact?.tags], ["Mia", ["vip"]]);
    assert.deepEqual(contact?.phones, [both.waId]);
    assert.deepEqual(contact?.phoneCandidates, ["5215512345678", "525512345678"]);
    assert.equal(nobody, undefined);
    await end();
  });

  it("is an outage in which nothing was done, while the store is away", async () => {
    const { contacts, ...rest } = createMemoryLedger();
    let away = true;
    const of: typeof contacts.of = (about) =>
      away ? Promise.reject(new Error("away")) : contacts.of(about);
    const ledger = { ...rest, contacts: { ...contacts, of } };
    const stub = asking(async ({ contact }) => void (await contact()));
    const { publish, end, clock } = await startEngine({ crm: stub }, { ledger });
    const waiting = from(both);
    await publish(waiting);
    const row = await ledger.delivery(`crm:${waiting.id}`);
    assert.deepEqual([row?.state, row?.history[0]?.outcome], ["open", "outage"]);
    away = false;
    await clock.advance(60_000);
    assert.equal((await ledger.delivery(`crm:${waiting.id}`))?.state, "delivered");
    await end();
  });
});

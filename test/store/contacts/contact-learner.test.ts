import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { Tables } from "../../../src/contracts/table.ts";
import { StoreError } from "../../../src/contracts.ts";
import { createContactLearner } from "../../../src/store/contacts/contact-learner.ts";
import { contactsTable } from "../../../src/store/contacts/contact-tables.ts";
import { eventContact } from "../../../src/store/contacts/event-contact.ts";
import { payloadTime } from "../../../src/store/log/projection.ts";
import { createMemoryContacts } from "../../support/memory-contacts.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";
import { makeEvent, makeStatus, makeText } from "../make-events.ts";

const contact = { waId: "15555550123", userId: "DE.741", name: "Mia" };

/** Tables that count their calls, of which those from the nth on fail. */
function counted(tables = createMemoryTables()) {
  const calls = { count: 0, failFrom: Number.POSITIVE_INFINITY };
  const watched: Tables = {
    of: (spec) =>
      new Proxy(tables.of(spec), {
        get: (table, name) => {
          const method = Reflect.get(table, name);
          return (...args: unknown[]) => {
            calls.count += 1;
            if (calls.count > calls.failFrom) throw new StoreError("outage", "the table is away");
            return method.apply(table, args);
          };
        },
      }),
    atomically: (work) => work(watched),
  };
  return { tables: watched, calls };
}

it("asks nothing for a contact that it knows, until an hour has gone", async () => {
  const { tables, calls } = counted();
  let now = Date.now();
  const contacts = createMemoryContacts(
    tables,
    createContactLearner(() => now),
  );
  await contacts.learn([makeText("hi", { at: 1, contact })]);
  const first = calls.count;
  assert.ok(first > 0);
  for (let at = 2; at < 20; at += 1) {
    await contacts.learn([
      makeText("hi", { at, contact }),
      makeText("hi", { at, contact: { waId: contact.waId, userId: contact.userId } }),
      makeStatus("wamid.OUT", "read", { at, contact }),
    ]);
  }
  assert.equal(calls.count, first);
  await contacts.learn([makeText("hi", { at: 20, contact: { ...contact, name: "Mia K" } })]);
  assert.equal(calls.count, first + 1);
  now += 60 * 60 * 1_000 + 1;
  await contacts.learn([makeText("hi", { at: 21, contact })]);
  assert.ok(calls.count > first + 1);
});

it("does not take for kept what its caller could not make durable", async () => {
  const tables = createMemoryTables();
  const learner = createContactLearner();
  const event = makeText("hi", { contact });
  const contacts = [eventContact(event, payloadTime(event))];
  await learner.learn(createMemoryTables(), contacts);
  (await learner.learn(tables, contacts))();
  assert.ok(await createMemoryContacts(tables, learner).find(contact.waId));
});

it("loses nothing that was noted, wherever it ends on the way to the person's BSUID", async () => {
  for (let failFrom = 0; ; failFrom += 1) {
    const { tables, calls } = counted();
    // Of two contacts the older is meant: the phone's, by a millisecond.
    let now = Date.now() - 60_000;
    const learner = createContactLearner(() => now++);
    const contacts = createMemoryContacts(tables, learner);
    await contacts.learn([makeText("hi", { at: 1, contact: { waId: contact.waId } })]);
    const { id } = (await contacts.find(contact.waId)) ?? { id: "" };
    await contacts.change(id, { addTags: ["vip"] });
    const joining = [makeText("hi", { at: 2, contact })];
    calls.failFrom = calls.count + failFrom;
    const failed = await contacts.learn(joining).then(
      () => false,
      () => true,
    );
    calls.failFrom = Number.POSITIVE_INFINITY;
    assert.deepEqual((await contacts.find(id))?.tags, ["vip"]);
    await contacts.learn(joining);
    const system = { type: "user_changed_number", waId: "15555550124", previousWaId: contact.waId };
    const message = { id: "wamid.S", type: "system", system };
    await contacts.learn([
      makeEvent({ ...{ at: 3, type: "whatsapp.message.system" }, contact, data: { message } }),
      makeText("hi", { at: 4, contact: { waId: contact.waId, userId: "DE.9" } }),
    ]);
    const mia = await contacts.find(contact.userId);
    assert.deepEqual([mia?.id, mia?.tags], [id, ["vip"]]);
    assert.deepEqual((await contacts.find("DE.9"))?.tags, []);
    if (!failed) break;
  }
});

it("moves what was noted of a phone once, and writes nothing for a change that changes nothing", async () => {
  const tables = createMemoryTables();
  const contacts = createMemoryContacts(tables);
  await contacts.learn([makeText("hi", { at: 1, contact: { waId: contact.waId } })]);
  await contacts.learn([makeText("hi", { at: 2, contact })]);
  const { id } = (await contacts.find(contact.userId)) ?? { id: "" };
  const rows = () => structuredClone([...tables.rowsOf(contactsTable).values()]);
  await contacts.change(id, { addTags: ["a"] });
  const before = rows();
  await contacts.change(id, { addTags: ["a"] });
  assert.deepEqual(rows(), before);
  await contacts.change(id, { addTags: ["b"] });
  const idsOf = (all: typeof before) => all.map((row) => row["ids"]);
  assert.deepEqual(idsOf(rows()), idsOf(before));
});

it("says the same of a contact whatever the order and the batches of its events", async () => {
  const ids = [{ waId: contact.waId }, { userId: contact.userId }, contact];
  const events = ids.flatMap((each, i) => [
    makeText("hi", { id: `evt_${i}`, at: i, contact: { ...each, name: `Mia ${i}` } }),
    makeStatus(`wamid.${i}`, "sent", { at: i, contact: each }),
  ]);
  const shuffled = fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length });
  await fc.assert(
    fc.asyncProperty(shuffled, fc.integer({ min: 1, max: 5 }), async (order, size) => {
      const contacts = createMemoryContacts();
      for (let at = 0; at < order.length; at += size) {
        await contacts.learn(order.slice(at, at + size));
      }
      // Which ids it had before depends on what came first.
      const { id, formerIds: _, ...said } = (await contacts.find(contact.waId)) ?? {};
      assert.ok(id);
      assert.equal((await contacts.find(contact.userId))?.id, id);
      assert.deepEqual(said, {
        ...{ userIds: ["DE.741"], phones: ["15555550123"], name: "Mia 2" },
        ...{ tags: [], fields: {}, consent: {} },
        first: { at: "2026-11-20T10:00:00.000Z", eventId: "evt_0" },
      });
    }),
    { numRuns: 50 },
  );
});

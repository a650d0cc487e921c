import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { BusMessage, Contact, Contacts, WaypostEvent } from "../../src/contracts.ts";
import { makeEvent, makeStatus, makeText, second } from "../store/make-events.ts";
import { waitFor } from "../support/wait-for.ts";

export interface ContactsUnderTest {
  readonly contacts: Contacts;
  append(batch: readonly BusMessage[]): Promise<unknown>;
  close(): Promise<void>;
}

type Get = () => ContactsUnderTest;

const phone = "15555550123";
const userId = "DE.741";
const both = { waId: phone, userId };
const otherNumber = { wabaId: "900100200300401", phoneNumberId: "700700700700701" };

/** What is promised of contacts, over every store. `open` makes an empty one. */
export function testContacts(
  name: string,
  options: { skip: string | false },
  open: () => Promise<ContactsUnderTest>,
): void {
  describe(`contacts in ${name}`, options, () => {
    let opened: ContactsUnderTest;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    testFinding(() => opened);
    testFirst(() => opened);
    testJoining(() => opened);
    testChanges(() => opened);
    testTopics(() => opened);
  });
}

async function known({ contacts }: ContactsUnderTest, text: string): Promise<Contact> {
  const contact = await contacts.find(text);
  assert.ok(contact, `nobody is ${text}`);
  return contact;
}

/** The number's owner moved to another one; no BSUID is told. */
function moved(at: number, from: string, to: string): WaypostEvent {
  const system = { type: "user_changed_number", waId: to, previousWaId: from };
  const message = { id: `wamid.${at}`, type: "system", system };
  return makeEvent({
    at,
    type: "whatsapp.message.system",
    contact: { waId: from },
    data: { message },
  });
}

/** The owner, known by their BSUID, gave the number up. */
function left(at: number, from: string, to: string, newUserId: string): WaypostEvent {
  const system = {
    ...{ type: "user_changed_number", waId: to, previousWaId: from },
    ...{ userId: newUserId, previousUserId: userId },
  };
  const message = { id: `wamid.${at}`, type: "system", system };
  return makeEvent({
    ...{ at, type: "whatsapp.message.system" },
    contact: { waId: from, userId },
    data: { message },
  });
}

function testFinding(get: Get): void {
  it("knows who wrote, by every id and in any writing", async () => {
    await get().append([makeText("hello", { contact: { ...both, name: "Mia", username: "mia" } })]);
    const contact = await known(get(), userId);
    assert.match(contact.id, /^ctc_[\w-]{20}$/);
    assert.deepEqual(contact.userIds, [userId]);
    assert.deepEqual(contact.phones, [phone]);
    assert.deepEqual([contact.name, contact.username], ["Mia", "mia"]);
    assert.deepEqual([contact.tags, contact.fields, contact.consent], [[], {}, {}]);
    for (const text of [contact.id, phone, "+1 (555) 555-0123", "0015555550123"]) {
      assert.deepEqual(await get().contacts.find(text), contact);
    }
    for (const text of ["", "ctc_no", "DE.1", "15555550124"]) {
      assert.equal(await get().contacts.find(text), undefined);
    }
  });

  it("is one over all numbers, and made of an event that is asked about", async () => {
    const sent = makeStatus("wamid.OUT", "sent", { contact: { waId: phone } });
    await get().append([sent]);
    assert.equal(await get().contacts.find(phone), undefined);
    const contact = await get().contacts.of(sent);
    assert.deepEqual(contact?.phones, [phone]);
    assert.equal(contact?.first, undefined);
    const there = makeText("there", { account: otherNumber, contact: { waId: phone } });
    await get().append([there]);
    assert.equal((await get().contacts.of(there))?.id, contact?.id);
    assert.equal((await known(get(), phone)).id, contact?.id);
  });

  it("knows a phone in the writings from before and after a country's reform, the exact one first", async () => {
    const pairs = [
      ["5215512345678", "+52 55 1234 5678"],
      ["551187654321", "+55 11 9 8765-4321"],
      ["5491123456789", "+54 11 2345-6789"],
    ];
    for (const [waId, written] of pairs) {
      await get().append([makeText("hi", { contact: { waId: waId ?? "" } })]);
      const { id } = await known(get(), waId ?? "");
      assert.equal((await known(get(), written ?? "")).id, id);
      const told = { waId: written?.replace(/[^0-9]/g, "") ?? "" };
      const paid = makeEvent({ type: "business.payment.succeeded", contact: told });
      assert.equal((await get().contacts.of(paid))?.id, id);
      await get().append([makeText("hi", { contact: told })]);
      assert.notEqual((await known(get(), written ?? "")).id, id);
    }
  });

  it("knows nobody of a group, an account or an event of no person", async () => {
    const events = [
      makeText("all", { contact: both, data: { groupId: "grp_1" } }),
      makeEvent({ type: "whatsapp.account.alert", contact: {} }),
    ];
    await get().append(events);
    for (const event of events) assert.equal(await get().contacts.of(event), undefined);
    assert.equal(await get().contacts.find(phone), undefined);
  });

  it("learns from a synced phone book, whose names stand in for people's own", async () => {
    const synced = (action: string, contact: object) =>
      makeEvent({
        type: "whatsapp.contact.added",
        contact: {},
        data: { syncedContact: { action, fullName: "Mia of the shop", ...contact } },
      });
    await get().append([
      synced("add", { phoneNumber: "+1 555 555 0123", userId }),
      synced("remove", { phoneNumber: "+1 555 555 0199" }),
    ]);
    const contact = await known(get(), phone);
    assert.deepEqual([contact.userIds, contact.name], [[userId], "Mia of the shop"]);
    assert.equal(await get().contacts.find("15555550199"), undefined);
    await get().append([makeText("hello", { contact: { ...both, name: "Mia" } })]);
    await get().append([synced("add", { phoneNumber: phone, userId })]);
    assert.equal((await known(get(), phone)).name, "Mia");
  });

  it("has the name that was told last, whatever came last", async () => {
    const named = (name: string, at: number) => makeText("hi", { at, contact: { ...both, name } });
    await get().append([named("Mia", 10)]);
    await get().append([named("Mia K", 30)]);
    await get().append([named("M", 20), makeText("no name", { at: 40, contact: both })]);
    assert.equal((await known(get(), userId)).name, "Mia K");
    await get().append([named("Mia", 50)]);
    assert.equal((await known(get(), userId)).name, "Mia");
  });
}

function testFirst(get: Get): void {
  it("keeps the first inbound message by receipt and id, in whatever order they come", async () => {
    const at = (receivedAt: string, id: string) =>
      makeText("hi", { id, receivedAt, contact: both });
    const [late, b, a] = [at(second(9), "evt_0"), at(second(5), "evt_b"), at(second(5), "evt_a")];
    for (const event of [late, b, a, late]) await get().append([event]);
    const first = { at: second(5), eventId: "evt_a" };
    assert.deepEqual((await known(get(), phone)).first, first);
    assert.deepEqual((await get().contacts.of(late))?.first, first);
  });

  it("counts neither what our side sent nor what is no message", async () => {
    const system = { type: "user_changed_number", waId: "15555550124", previousWaId: phone };
    await get().append([
      makeStatus("wamid.OUT", "sent", { at: 1, contact: both }),
      makeText("ours", { at: 2, type: "whatsapp.echo.text", contact: both }),
      makeEvent({
        ...{ at: 3, type: "whatsapp.message.system", contact: both },
        data: { message: { id: "wamid.S", type: "system", system } },
      }),
    ]);
    assert.equal((await known(get(), userId)).first, undefined);
  });
}

function testJoining(get: Get): void {
  it("is one with the contact that its phone was, whose id stays and which keeps what was noted", async () => {
    await get().append([makeText("hi", { id: "evt_1", at: 1, contact: { waId: phone } })]);
    const byPhone = await known(get(), phone);
    await get().contacts.change(byPhone.id, { addTags: ["vip"], fields: { city: "Köln" } });
    await get().append([makeText("hi", { at: 2, contact: { userId } })]);
    const byUser = await known(get(), userId);
    // Of one millisecond neither is the later.
    const noted = Date.now();
    await waitFor("a later moment", () => Date.now() > noted);
    await get().contacts.change(byUser.id, { addTags: ["new"], fields: { city: "Bonn" } });
    await get().append([makeText("hi", { at: 3, contact: both })]);
    const contact = await known(get(), userId);
    assert.equal(contact.id, byPhone.id);
    assert.deepEqual(contact.tags, ["new", "vip"]);
    assert.deepEqual(contact.fields, { city: "Bonn" });
    assert.equal(contact.first?.eventId, "evt_1");
    for (const text of [phone, byPhone.id, byUser.id]) {
      assert.deepEqual(await known(get(), text), contact);
    }
    await get().contacts.change(byUser.id, { removeTags: ["vip"] });
    assert.deepEqual((await known(get(), phone)).tags, ["new"]);
  });

  it("never gives a number's next owner what the last one is", async () => {
    await get().append([makeText("hi", { at: 1, contact: { waId: phone } })]);
    const before = await known(get(), phone);
    await get().contacts.change(before.id, {
      addTags: ["vip"],
      owner: { pool: "sales", name: "Ana" },
    });
    await get().append([makeText("hi", { at: 2, contact: both })]);
    await get().append([left(3, phone, "15555550124", "DE.742")]);
    await get().append([makeText("hi", { at: 4, contact: { waId: phone, userId: "DE.9" } })]);
    const mia = await known(get(), "15555550124");
    assert.deepEqual(mia, await known(get(), before.id));
    assert.deepEqual([mia.tags, mia.owner], [["vip"], { pool: "sales", name: "Ana" }]);
    assert.deepEqual(mia.userIds, [userId, "DE.742"]);
    for (const text of [phone, "DE.9"]) {
      const other = await known(get(), text);
      assert.notEqual(other.id, mia.id);
      assert.deepEqual([other.tags, other.owner], [[], undefined]);
    }
  });

  it("follows somebody without a BSUID to their next number", async () => {
    await get().append([makeText("hi", { at: 1, contact: { waId: phone } })]);
    const before = await known(get(), phone);
    await get().contacts.change(before.id, { addTags: ["vip"] });
    await get().append([moved(2, phone, "15555550124")]);
    assert.deepEqual((await known(get(), "15555550124")).id, before.id);
    await get().append([makeText("new", { at: 3, contact: { waId: phone, userId: "DE.9" } })]);
    const after = await known(get(), "15555550124");
    assert.deepEqual([after.id, after.tags], [before.id, ["vip"]]);
    assert.deepEqual((await known(get(), "DE.9")).tags, []);
  });

  it("is the same in whatever order its events come", async () => {
    const events = [
      makeText("hi", { at: 1, contact: { waId: phone } }),
      makeText("hi", { at: 2, contact: { ...both, name: "Mia" } }),
      left(3, phone, "15555550124", "DE.742"),
      makeText("hi", { at: 4, contact: { waId: "15555550124", name: "Mia K" } }),
      makeStatus("wamid.OUT", "read", {
        at: 5,
        contact: { userId: "DE.742", waId: "15555550124" },
      }),
    ];
    for (const event of [4, 0, 3, 2, 1].flatMap((i) => events[i] ?? []))
      await get().append([event]);
    const contact = await known(get(), phone);
    assert.deepEqual(contact.userIds, [userId, "DE.742"]);
    assert.deepEqual(contact.phones, [phone, "15555550124"]);
    assert.equal(contact.name, "Mia K");
    for (const id of ["DE.742", userId, "15555550124", contact.id]) {
      assert.deepEqual(await known(get(), id), contact);
    }
  });
}

function testChanges(get: Get): void {
  const made = async () => {
    await get().append([makeText("hi", { contact: both })]);
    return (await known(get(), phone)).id;
  };

  it("changes what is told, and the same again changes nothing", async () => {
    const id = await made();
    const change = {
      ...{ addTags: ["b", "a"], removeTags: ["c"], fields: { city: "Köln", age: 7, vip: true } },
      ...{ owner: { pool: "sales", name: "Ana" } },
      consent: { marketing: "revoked", stopped: true, at: second(5) },
    } as const;
    const contact = await get().contacts.change(id, change);
    assert.deepEqual(contact?.tags, ["a", "b"]);
    assert.deepEqual(contact?.fields, { age: 7, city: "Köln", vip: true });
    assert.deepEqual(contact?.owner, { pool: "sales", name: "Ana" });
    assert.deepEqual(contact?.consent, { marketing: "revoked", stopped: true, at: second(5) });
    assert.deepEqual(await get().contacts.change(id, change), contact);
    assert.deepEqual(await known(get(), id), contact);
    const gone = { removeTags: ["a", "x"], fields: { city: null, no: null }, owner: null };
    const less = await get().contacts.change(id, gone);
    assert.deepEqual(
      [less?.tags, less?.fields, less?.owner],
      [["b"], { age: 7, vip: true }, undefined],
    );
  });

  it("changes nobody who is not there", async () => {
    assert.equal(await get().contacts.change("ctc_no", { addTags: ["a"] }), undefined);
  });

  it("lets who has an owner keep them", async () => {
    const id = await made();
    const owner = (name: string, unlessOwned: boolean) =>
      get().contacts.change(id, { owner: { pool: "sales", name, unlessOwned } });
    assert.equal((await owner("Ana", true))?.owner?.name, "Ana");
    assert.equal((await owner("Ben", true))?.owner?.name, "Ana");
    assert.equal((await owner("Ben", false))?.owner?.name, "Ben");
    await get().contacts.change(id, { owner: null });
    assert.equal((await owner("Ana", true))?.owner?.name, "Ana");
  });

  it("takes nothing back of what a later attempt has said, however late an earlier one writes", async () => {
    const id = await made();
    const { contacts } = get();
    const said = (fence: number, city: string) =>
      contacts.change(id, { fence, addTags: [city], fields: { city } });
    await said(5, "Köln");
    assert.equal((await said(7, "Bonn"))?.fields["city"], "Bonn");
    await contacts.change(id, { fence: 7, removeTags: ["Köln"], owner: null });
    const late = await said(6, "Köln");
    assert.deepEqual([late?.fields["city"], late?.tags], ["Bonn", ["Bonn"]]);
    // People change it as it is now, and an attempt of before does not know.
    await contacts.change(id, { fields: { city: "Kiel" } });
    assert.equal((await said(6, "Köln"))?.fields["city"], "Kiel");
    assert.equal((await said(7, "Trier"))?.fields["city"], "Trier");
    const owned = { owner: { pool: "sales", name: "Ana" } };
    assert.deepEqual((await contacts.change(id, { fence: 8, ...owned }))?.owner, owned.owner);
    const gone = await contacts.change(id, { fence: 7, owner: null });
    assert.deepEqual(gone?.owner, owned.owner);
  });

  it("takes consent by the time it was given, and of one moment the no", async () => {
    const id = await made();
    const consent = async (marketing: "revoked" | "granted", stopped: boolean, at: number) =>
      (await get().contacts.change(id, { consent: { marketing, stopped, at: second(at) } }))
        ?.consent;
    const no = { marketing: "revoked", stopped: true, at: second(5) };
    assert.deepEqual(await consent("revoked", true, 5), no);
    assert.deepEqual(await consent("granted", false, 4), no);
    assert.deepEqual(await consent("granted", false, 5), no);
    assert.deepEqual(await consent("granted", false, 6), { at: second(6) });
  });

  it("loses none of many changes at once", async () => {
    const id = await made();
    const names = Array.from({ length: 8 }, (_, i) => `t${i}`);
    await Promise.all([
      ...names.map((tag) => get().contacts.change(id, { addTags: [tag] })),
      get().append([makeText("at the same time", { contact: { ...both, name: "Mia" } })]),
    ]);
    const contact = await known(get(), id);
    assert.deepEqual([contact.tags, contact.name], [names, "Mia"]);
  });

  it("makes one contact of many events at once", async () => {
    const events = Array.from({ length: 8 }, (_, i) =>
      makeText("hi", { at: 60 + i, contact: both }),
    );
    const all = await Promise.all(events.map((event) => get().contacts.of(event)));
    assert.equal(new Set(all.map((contact) => contact?.id)).size, 1);
  });
}

function testTopics(get: Get): void {
  it("keeps what a conversation is about under all its ids, until it is taken away", async () => {
    const { contacts, append } = get();
    const [byPhone, byBoth] = [{ waId: phone }, both].map((contact) => makeText("hi", { contact }));
    const [one, two] = [byPhone, byBoth].map((event) => event?.data.conversationId ?? "");
    assert.equal(await contacts.topic(one ?? ""), undefined);
    await contacts.setTopic(one ?? "", "cart", { event: "evt_x", fence: 1 });
    await append([byPhone, byBoth].flatMap((event) => event ?? []));
    assert.equal(await contacts.topic(two ?? ""), "cart");
    await contacts.setTopic(two ?? "", "order", { event: "evt_x", fence: 2 });
    for (const id of [one, two]) assert.equal(await contacts.topic(id ?? ""), "order");
    await contacts.setTopic(one ?? "", undefined, { event: "evt_x", fence: 3 });
    await contacts.setTopic(one ?? "", undefined, { event: "evt_x", fence: 4 });
    for (const id of [one, two]) assert.equal(await contacts.topic(id ?? ""), undefined);
    // Who asks as of the event that ended it is still told.
    for (const id of [one, two]) assert.equal(await contacts.topic(id ?? "", "evt_x"), "order");
    assert.equal(await contacts.topic(one ?? "", "evt_y"), undefined);
    await contacts.setTopic(one ?? "", undefined, { event: "evt_y", fence: 5 });
    assert.equal(await contacts.topic(one ?? "", "evt_y"), undefined, "it had ended before");
    await contacts.setTopic(one ?? "", "again", { event: "evt_z", fence: 6 });
    assert.equal(await contacts.topic(two ?? ""), "again");
    // Each end stays what it was, whatever comes later.
    for (const id of [one, two]) {
      assert.equal(await contacts.topic(id ?? "", "evt_x"), "order");
      assert.equal(await contacts.topic(id ?? "", "evt_y"), undefined);
    }
    await contacts.setTopic(two ?? "", undefined, { event: "evt_v", fence: 7 });
    for (const id of [one, two]) assert.equal(await contacts.topic(id ?? "", "evt_v"), "again");
    assert.equal(await contacts.topic(one ?? ""), undefined);
  });

  it("keeps a topic that a later attempt has set, under whichever id, and one that it has ended", async () => {
    const { contacts, append } = get();
    const [byPhone, byBoth] = [{ waId: phone }, both].map((contact) => makeText("hi", { contact }));
    await append([byPhone, byBoth].flatMap((event) => event ?? []));
    const [one = "", two = ""] = [byPhone, byBoth].map((event) => event?.data.conversationId);
    await contacts.setTopic(one, "cart", { event: "evt_a", fence: 2 });
    await contacts.setTopic(two, "order", { event: "evt_b", fence: 4 });
    await contacts.setTopic(one, "cart", { event: "evt_a", fence: 3 });
    for (const id of [one, two]) assert.equal(await contacts.topic(id), "order");
    await contacts.setTopic(two, undefined, { event: "evt_c", fence: 5 });
    await contacts.setTopic(two, "order", { event: "evt_b", fence: 4 });
    for (const id of [one, two]) assert.equal(await contacts.topic(id), undefined);
    await contacts.setTopic(one, undefined, { event: "evt_d", fence: 4 });
    assert.equal(await contacts.topic(one, "evt_c"), "order");
  });

  it("loses no topic of several writers at once: the last attempt's stands", async () => {
    const { contacts } = get();
    const id = makeText("hi", { contact: both }).data.conversationId ?? "";
    const fences = [3, 1, 4, 2, 6, 5];
    await Promise.all(
      fences.map((fence) =>
        contacts.setTopic(id, `topic ${fence}`, { event: `evt_${fence}`, fence }),
      ),
    );
    assert.equal(await contacts.topic(id), "topic 6");
  });
}

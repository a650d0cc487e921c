import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { intercom } from "../../../src/destinations/intercom/intercom.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Delivering, delivering } from "../delivering.ts";
import { type IntercomStub, intercomToken, startIntercomStub } from "./stub.ts";
import { addContact } from "./workspace.ts";

describe("people in Intercom", () => {
  let server: IntercomStub;
  const closing: (() => Promise<void>)[] = [];
  const desk = (options: object = {}): Delivering => {
    const given = { token: intercomToken, baseUrl: server.stub.url, ...options };
    const destination = intercom.create("desk", given, { log: createArrayLog() });
    closing.push(destination.close);
    return delivering(destination);
  };
  const contacts = () => [...server.workspace.contacts.values()];
  beforeEach(async () => {
    server = await startIntercomStub();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await server.stub.close();
  });

  it("rule 1: are one, with and without Brazil's ninth digit or Mexico's 1", async () => {
    const there = [
      addContact(server.workspace, { phone: "+551187654321", name: "Bia" }),
      addContact(server.workspace, { phone: "+525512345678", name: "Memo" }),
    ];
    const { deliver } = desk();
    await deliver(makeText("oi", { contact: { waId: "5511987654321" } }));
    await deliver(makeText("hola", { contact: { waId: "5215512345678" } }));
    assert.deepEqual(
      contacts().map(({ id, external_id }) => [id, external_id]),
      there.map(({ id }, at) => [id, ["whatsapp:5511987654321", "whatsapp:5215512345678"][at]]),
    );
  });

  it("rule 2: are made once, and found by their mark when nothing is remembered", async () => {
    await desk().deliver(makeText("one", {}));
    await desk().deliver(makeText("two", {}));
    assert.deepEqual(
      contacts().map(({ external_id, phone, name, role }) => [external_id, phone, name, role]),
      [["whatsapp:15555550123", "+15555550123", "Mia", "user"]],
    );
  });

  it("rule 2: two who have one phone are two, where each has a mark", async () => {
    const { deliver } = desk();
    await deliver(makeText("hers", { contact: { waId: "15555550123" } }));
    const [hers] = contacts();
    assert.ok(hers);
    hers.external_id = "whatsapp:DE.1";
    await desk().deliver(makeText("his", { contact: { waId: "15555550123", userId: "DE.2" } }));
    assert.equal(contacts().length, 2);
  });

  it("rule 4: keep phone, name and id of the people who use Intercom", async () => {
    const given = { external_id: "customer-7", phone: "+15555550123", name: "Maria Meier" };
    addContact(server.workspace, given);
    await desk().deliver(makeText("hello", {}));
    const { external_id, phone, name } = contacts()[0] ?? {};
    assert.deepEqual({ external_id, phone, name }, given);
    assert.equal(contacts().length, 1);
  });

  it("rule 4: keep another phone that people gave them, where they are known by their mark", async () => {
    const given = { external_id: "whatsapp:15555550123", phone: "+4930901820", name: "Mia" };
    addContact(server.workspace, given);
    await desk().deliver(makeText("hello", {}));
    assert.deepEqual(
      contacts().map(({ external_id, phone, name }) => ({ external_id, phone, name })),
      [given],
    );
  });

  it("rule 5: get the profile's name where theirs is empty, the phone, or what was written last", async () => {
    const { deliver } = desk();
    const say = (name: string) =>
      deliver(makeText("x", { contact: { waId: "15555550123", name } }));
    addContact(server.workspace, { phone: "+15555550123", name: "+1 555 555 0123" });
    const shown = () => contacts()[0]?.name;
    await say("Mia");
    assert.equal(shown(), "Mia");
    await say("Mia M.");
    assert.equal(shown(), "Mia M.");
    const [mia] = contacts();
    assert.ok(mia);
    mia.name = "Frau Meier";
    await say("Mimi");
    assert.equal(shown(), "Frau Meier");
    await desk({ name: "always" }).deliver(
      makeText("x", { contact: { waId: "15555550123", name: "Mo" } }),
    );
    assert.equal(shown(), "Mo");
    await desk({ name: "never" }).deliver(
      makeText("x", { contact: { waId: "15555550123", name: "Mu" } }),
    );
    assert.equal(shown(), "Mo");
  });

  it("rule 6: have no phone while only their BSUID is known, and get it later", async () => {
    const { deliver } = desk();
    const contact = { id: "ctc_9" };
    await deliver(makeText("a", { contact: { userId: "DE.741" } }), { contact });
    const [first] = contacts();
    assert.deepEqual([first?.external_id, first?.phone], ["whatsapp:DE.741", null]);
    const known = { id: "ctc_9", phones: ["15555550123"], userIds: ["DE.741"] };
    const later = makeText("b", { contact: { userId: "DE.741", waId: "15555550123" } });
    await deliver(later, { contact: known });
    assert.equal(contacts().length, 1);
    assert.equal(contacts()[0]?.phone, "+15555550123");
  });

  it("rule 15: a user comes before a lead, the last changed before others, and none is merged", async () => {
    const phone = "+15555550123";
    addContact(server.workspace, { phone, role: "lead", updated_at: 1_780_000_000 });
    addContact(server.workspace, { phone, updated_at: 1_600_000_000 });
    const newest = addContact(server.workspace, { phone, updated_at: 1_700_000_000 });
    await desk().deliver(makeText("hello", {}));
    assert.equal(contacts().length, 3);
    assert.deepEqual(
      contacts().flatMap(({ id, external_id }) => (external_id === null ? [] : [id])),
      [newest.id],
    );
  });

  it("a lead alone is written to as one", async () => {
    const lead = addContact(server.workspace, { phone: "+15555550123", role: "lead" });
    const { deliver } = desk();
    await deliver(makeText("one", {}));
    await deliver(makeText("two", {}));
    assert.equal(contacts().length, 1);
    const [conversation] = server.workspace.conversations.values();
    assert.deepEqual([conversation?.contact, conversation?.parts.length], [lead.id, 1]);
    assert.equal(lead.external_id, null, "only users have one");
  });

  it("who was deleted is found out and made again, once", async () => {
    const { deliver } = desk();
    await deliver(makeText("one", {}));
    server.workspace.contacts.clear();
    server.workspace.conversations.clear();
    await deliver(makeText("two", {}));
    await deliver(makeText("three", {}));
    assert.equal(contacts().length, 1);
    assert.equal(server.workspace.conversations.size, 1);
  });

  it("who was deleted a moment ago, and whom the search still finds, is made again", async () => {
    const ghost = addContact(server.workspace, { phone: "+15555550123" });
    server.workspace.contacts.clear();
    server.held.ghost = ghost;
    await desk().deliver(makeText("one", {}));
    assert.deepEqual(
      contacts().map(({ id, external_id: mark }) => [id === ghost.id, mark]),
      [[false, "whatsapp:15555550123"]],
    );
    assert.equal(server.workspace.conversations.size, 1);
  });

  it("who was merged by a person is found by phone, and the conversation goes on with them", async () => {
    const { deliver } = desk();
    await deliver(makeText("one", {}));
    server.workspace.contacts.clear();
    server.workspace.conversations.clear();
    const kept = addContact(server.workspace, { phone: "+15555550123", external_id: "customer-7" });
    await deliver(makeText("two", {}));
    assert.deepEqual(contacts(), [kept]);
    const [conversation] = server.workspace.conversations.values();
    assert.equal(conversation?.contact, kept.id);
  });

  it("who was archived comes back when they write", async () => {
    addContact(server.workspace, { external_id: "whatsapp:15555550123", archived: true });
    await desk().deliver(makeText("hello again", {}));
    assert.deepEqual(
      contacts().map(({ archived }) => archived),
      [false],
    );
  });

  it("who comes back from the archive keeps the name, and is mailed nothing", async () => {
    const there = { external_id: "whatsapp:15555550123", name: "Maria", email: "m@example.org" };
    addContact(server.workspace, { ...there, archived: true });
    const { deliver } = desk();
    await deliver(makeText("hello again"));
    const message = { id: "wamid.1", type: "text", text: { body: "welcome" } };
    await deliver(makeEvent({ type: "whatsapp.outgoing.text", data: { message } }));
    assert.equal(server.workspace.effects.at(-1)?.part_type, "note");
    await deliver(makeText("x", { contact: { waId: "15555550123", name: "Mia M." } }));
    assert.equal(contacts()[0]?.name, "Maria");
  });

  it("are made for their own messages alone, or never, where told so", async () => {
    const sent = makeEvent({
      type: "whatsapp.outgoing.text",
      data: { message: { id: "wamid.1", type: "text", text: { body: "Hi" } } },
    });
    const told = await desk({ create: "inbound" }).deliver(sent);
    assert.match(told.answer ?? "", /no contact in Intercom/);
    await desk({ create: "never" }).deliver(makeText("hello", {}));
    assert.equal(contacts().length, 0);
    await desk({ create: "inbound" }).deliver(makeText("hello", {}));
    assert.equal(contacts().length, 1);
  });

  it("in shadow nothing is written, and it is said what would be", async () => {
    addContact(server.workspace, { phone: "+15555550123", external_id: "a", name: "A" });
    addContact(server.workspace, { phone: "+15555550123", external_id: "b", name: "B" });
    const { deliver } = desk();
    const known = await deliver(makeText("hello", {}), { shadow: true });
    assert.equal(known.answer, "would begin a conversation; 1 more with this phone");
    const other = makeText("hello", { contact: { waId: "491700000001" } });
    const both = "would create a contact, begin a conversation";
    assert.equal((await deliver(other, { shadow: true })).answer, both);
    assert.deepEqual([contacts().length, server.workspace.effects], [2, []]);
  });

  it("their custom attributes come from templates; one that is missing pauses with a remedy", async () => {
    const attributes = { whatsapp: "{{ contact.waId }}", nothing: "{{ contact.email }}" };
    const { deliver, fails } = desk({ attributes });
    const failed = await fails(makeText("hello", {}));
    assert.equal(failed.verdict, "config");
    assert.match(failed.message, /custom attribute of `attributes` is missing/);
    server.workspace.attributes.add("whatsapp");
    await deliver(makeText("hello", {}));
    assert.deepEqual(contacts()[0]?.custom_attributes, { whatsapp: "15555550123" });
  });
});

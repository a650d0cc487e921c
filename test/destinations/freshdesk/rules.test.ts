import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { freshdesk } from "../../../src/destinations/freshdesk/freshdesk.ts";
import { makeEvent, makeStatus, makeText, type Parts } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Delivering, delivering } from "../delivering.ts";
import { addContact, type StubTicket } from "./desk.ts";
import { hasSpecification } from "./specification.ts";
import { type FreshdeskStub, freshdeskKey, startFreshdeskStub } from "./stub.ts";

const hour = 3_600;
const day = 24 * hour;
const start = Date.UTC(2026, 10, 20, 10);

/** As an agent does it. */
function mergeInto(ticket: StubTicket, id: number): void {
  const note = { id: 9_999, body: "", private: true, incoming: false, user_id: 1 };
  const body_text = `This ticket is closed and merged into ticket ${id}`;
  ticket.notes.push({ ...note, body_text, attachments: [], notified: [] });
  ticket.status = 5;
}

describe("people and tickets in Freshdesk", () => {
  let server: FreshdeskStub;
  const closing: (() => Promise<void>)[] = [];
  const desk = (options: object = {}): Delivering => {
    const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: server.stub.url, ...options };
    const destination = freshdesk.create("desk", given, { log: createArrayLog() });
    closing.push(destination.close);
    return delivering(destination);
  };
  const contacts = () => [...server.desk.contacts.values()];
  const tickets = () => [...server.desk.tickets.values()];
  const sent = (body: string, parts: Parts = {}) =>
    makeEvent({
      type: "whatsapp.outgoing.text",
      ...parts,
      data: { message: { id: `wamid.${body}`, type: "text", text: { body } }, ...parts.data },
    });
  beforeEach(async () => {
    server = await startFreshdeskStub();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await server.stub.close();
  });

  it("are asked for as Freshdesk's specification has it", {
    skip: hasSpecification ? false : "needs VENDOR_SPECS",
  }, async () => {
    await desk().deliver(makeText("hello"));
    assert.equal(tickets().length, 1);
  });

  it("rule 1: one person with and without Brazil's ninth digit, by phone or mobile", async () => {
    addContact(server.desk, { name: "Bia", phone: "+551187654321" });
    addContact(server.desk, { name: "Memo", mobile: "525512345678" });
    const { deliver } = desk();
    await deliver(makeText("oi", { contact: { waId: "5511987654321" } }));
    await deliver(makeText("hola", { contact: { waId: "5215512345678" } }));
    assert.deepEqual(
      contacts().map(({ unique_external_id }) => unique_external_id),
      ["whatsapp:5511987654321", "whatsapp:5215512345678"],
    );
  });

  it("rule 2: one contact whether remembered or not; two who share a phone are two", async () => {
    await desk().deliver(makeText("one"));
    await desk().deliver(makeText("two"));
    const [mia] = contacts();
    assert.deepEqual(
      [mia?.unique_external_id, mia?.mobile, mia?.name, contacts().length],
      ["whatsapp:15555550123", "+15555550123", "Mia", 1],
    );
    assert.ok(mia);
    mia.unique_external_id = "whatsapp:DE.1";
    await desk().deliver(makeText("his", { contact: { waId: "15555550123", userId: "DE.2" } }));
    assert.equal(contacts().length, 2);
  });

  it("rule 3: who has many phones is looked for by as many as a query holds", async () => {
    const there = addContact(server.desk, { name: "Bia", mobile: "+5511987654320" });
    const phones = Array.from({ length: 6 }, (_, at) => `551198765432${at}`);
    const contact = { id: "ctc_9", phones };
    const said = makeText("oi", { contact: { waId: phones[0] ?? "" } });
    await desk().deliver(said, { contact });
    assert.deepEqual(
      contacts().map(({ id }) => id),
      [there.id],
    );
  });

  it("rule 2: two who share a phone are two, also where the account wants phones to be unique", async () => {
    addContact(server.desk, { unique_external_id: "whatsapp:DE.1", mobile: "+15555550123" });
    server.held.uniquePhones = true;
    const { deliver } = desk();
    const contact = { waId: "15555550123", userId: "DE.2", name: "Mo" };
    for (const text of ["his", "again"]) await deliver(makeText(text, { contact }));
    assert.deepEqual(
      contacts().map(({ unique_external_id, mobile, name }) => [unique_external_id, mobile, name]),
      [
        ["whatsapp:DE.1", "+15555550123", ""],
        ["whatsapp:15555550123", null, "Mo"],
      ],
    );
    assert.deepEqual([tickets().length, tickets()[0]?.requester_id], [1, contacts()[1]?.id]);
  });

  it("rule 2: who has an agent's phone is not the agent, also where phones are to be unique", async () => {
    addContact(server.desk, { name: "Agent", mobile: "+15555550123", isAgent: true });
    server.held.uniquePhones = true;
    for (const text of ["hers", "again"]) await desk().deliver(makeText(text));
    assert.deepEqual(
      contacts().map(({ name, mobile }) => [name, mobile]),
      [
        ["Agent", "+15555550123"],
        ["Mia", null],
      ],
    );
    assert.deepEqual(
      tickets().map(({ requester_id }) => requester_id),
      [contacts()[1]?.id, contacts()[1]?.id],
    );
  });

  it("rules 4 and 5: what people keep there stays, a name that says nothing is replaced", async () => {
    addContact(server.desk, {
      name: "Maria Meier",
      phone: "+15555550123",
      unique_external_id: "customer-7",
    });
    addContact(server.desk, { name: "+49 170 0000001", mobile: "+491700000001" });
    const { deliver } = desk();
    await deliver(makeText("x"));
    await deliver(makeText("x", { contact: { waId: "491700000001", name: "Mo" } }));
    await deliver(makeText("x", { contact: { waId: "491700000002" } }));
    await deliver(makeText("x", { contact: { waId: "491700000002", name: "Bo" } }));
    assert.deepEqual(
      contacts().map(({ name, phone, mobile, unique_external_id }) => [
        ...[name, phone, mobile, unique_external_id],
      ]),
      [
        ["Maria Meier", "+15555550123", null, "customer-7"],
        ["Mo", null, "+491700000001", "whatsapp:491700000001"],
        ["Bo", null, "+491700000002", "whatsapp:491700000002"],
      ],
    );
  });

  it("rule 6: who is known by a BSUID alone has no phone, and gets it later", async () => {
    const { deliver } = desk();
    await deliver(makeText("a", { contact: { userId: "DE.741" } }), { contact: { id: "ctc_9" } });
    assert.deepEqual(
      [contacts()[0]?.unique_external_id, contacts()[0]?.mobile],
      ["whatsapp:DE.741", null],
    );
    const known = { id: "ctc_9", phones: ["15555550123"], userIds: ["DE.741"] };
    const later = makeText("b", { contact: { userId: "DE.741", waId: "15555550123" } });
    await deliver(later, { contact: known });
    assert.deepEqual([contacts().length, contacts()[0]?.mobile], [1, "+15555550123"]);
  });

  it("rule 6: a BSUID that stands where a phone used to is their mark, and no phone", async () => {
    const { deliver } = desk();
    await deliver(makeText("a", { contact: { waId: "DE.741" } }));
    await deliver(makeText("b", { contact: { userId: "DE.741" } }), { contact: { id: "ctc_2" } });
    const [contact, ...others] = contacts();
    assert.deepEqual(
      [contact?.unique_external_id, contact?.mobile, others],
      ["whatsapp:DE.741", null, []],
    );
  });

  it("what our side begins waits for them; their answer opens it", async () => {
    const { deliver } = desk();
    await deliver(sent("Our offer", { data: { sentBy: "campaign", campaign: "spring" } }));
    assert.equal(tickets()[0]?.status, 3);
    await deliver(makeText("Tell me more"));
    assert.deepEqual(
      [tickets().length, tickets()[0]?.status, tickets()[0]?.notes.length],
      [1, 2, 1],
    );
  });

  it("rules 10 and 11: opened again within reopenWithin, else a linked one follows", async () => {
    const { deliver } = desk();
    const close = (seconds: number, status = 4) => {
      const last = tickets().at(-1);
      assert.ok(last);
      last.status = status;
      last.stats.resolved_at = new Date(start + seconds * 1_000).toISOString();
    };
    await deliver(makeText("one", { at: 0 }));
    close(hour);
    await deliver(sent("Anything else?", { at: 2 * hour }));
    assert.equal(tickets()[0]?.status, 4, "our side opens nothing");
    await deliver(makeText("two", { at: 2 * day }));
    assert.equal(tickets()[0]?.status, 2);
    close(3 * day, 5);
    await deliver(makeText("three", { at: 9 * day }));
    assert.equal(tickets().length, 2);
    const [first, second] = tickets();
    assert.ok(second?.description.includes(`/a/tickets/${first?.id}"`));
    await deliver(makeText("four", { at: 22 * day }));
    assert.equal(tickets().length, 2);
    await deliver(makeText("five", { at: 36 * day }));
    assert.equal(tickets().length, 3);
  });

  it("tickets that were deleted, are spam or were merged are found out, and replaced once", async () => {
    const { deliver } = desk();
    for (const gone of ["deleted", "spam"] as const) {
      await deliver(makeText("one"));
      const last = tickets().at(-1);
      assert.ok(last);
      last[gone] = true;
      await deliver(makeText("two"));
      await deliver(makeText("three"));
      assert.deepEqual(tickets().at(-1)?.notes.length, 1);
    }
    assert.equal(tickets().length, 3);
    const merged = tickets().at(-1);
    await desk().deliver(makeText("of another ticket", { contact: { waId: "491700000003" } }));
    const target = tickets().at(-1);
    assert.ok(merged && target);
    mergeInto(merged, target.id);
    await deliver(makeText("goes on"));
    await deliver(makeText("there"));
    assert.equal(target.notes.length, 2);
    assert.equal(merged.status, 5);
    const last = [];
    for (const waId of ["491700000004", "491700000005"]) {
      await desk().deliver(makeText("of a third", { contact: { waId } }));
      const next = tickets().at(-1);
      assert.ok(next);
      mergeInto(last.at(-1) ?? target, next.id);
      last.push(next);
    }
    await deliver(makeText("and on"));
    assert.deepEqual([target.status, last[0]?.status, last[1]?.notes.length], [5, 5, 1]);
  });

  it("rule 2: nobody's words lead a conversation into another's ticket", async () => {
    const { deliver } = desk();
    await deliver(makeText("hers", { contact: { waId: "491700000003" } }));
    const [hers] = tickets();
    await deliver(makeText("his"));
    const his = tickets().at(-1);
    assert.ok(hers && his);
    const business = { city: `merged into ticket ${hers.id}` };
    await deliver(makeEvent({ type: "business.lead.captured", data: { business } }));
    assert.equal(his.notes[0]?.private, true);
    his.status = 5;
    his.stats.closed_at = new Date(start).toISOString();
    await deliver(makeText("and now?"));
    assert.deepEqual([hers.notes.length, his.notes.length], [0, 2]);
    // Nor does a name, with which each of his notes begins.
    const contact = { waId: "15555550123", name: `Ticket merged into ticket ${hers.id}` };
    for (const text of ["one", "two"]) await deliver(makeText(text, { contact }));
    his.status = 5;
    await deliver(makeText("three", { contact }));
    assert.deepEqual([hers.notes.length, his.notes.length], [0, 5]);
  });

  it("only failed messages are told to the agents of `notify`", async () => {
    const { deliver } = desk({ notify: ["ana@example.com"] });
    await deliver(makeText("one"));
    await deliver(makeText("two"));
    await deliver(makeStatus("wamid.O", "failed"));
    const notified = tickets()[0]?.notes.map((note) => note.notified);
    assert.deepEqual(notified, [[], ["ana@example.com"]]);
  });

  it("who may not be told by phone (omit) is known by Waypost's id, and is one", async () => {
    const told = { contact: { id: "ctc_7", phones: [], userIds: [] } };
    await desk().deliver(makeText("a", { contact: { name: "Mia" } }), told);
    await desk().deliver(makeText("b", { contact: { name: "Mia" } }), told);
    assert.deepEqual(
      contacts().map(({ unique_external_id, mobile }) => [unique_external_id, mobile]),
      [["whatsapp:ctc_7", null]],
    );
  });

  it("the history, and what happened to a conversation or a person, opens no ticket", async () => {
    const { deliver } = desk();
    const before = (body: string, direction: "in" | "out") =>
      makeEvent({
        type: "whatsapp.history.text",
        at: -200 * day,
        data: { message: { id: `wamid.${body}`, type: "text", text: { body }, direction } },
      });
    const happened = (type: string) => makeEvent({ type, data: { business: {} } });
    await deliver(before("years ago", "in"));
    await deliver(before("and our answer", "out"));
    await deliver(happened("business.conversation.closed"));
    await deliver(happened("business.consent.revoked"));
    await deliver(happened("business.contact.erased"));
    assert.deepEqual([contacts().length, tickets().length], [0, 0]);
    await deliver(makeText("hello"));
    await deliver(happened("business.conversation.closed"));
    await deliver(before("long ago", "in"));
    await deliver(makeText("and"));
    assert.equal(tickets().length, 1);
    assert.deepEqual(
      tickets()[0]?.notes.map((note) => note.body_text.replace(/\s+/g, " ").trim()),
      ["Waypost Conversation closed", "Mia and"],
    );
  });

  it("a contact that was merged or deleted is found out, and the ticket's requester counts", async () => {
    const { deliver } = desk();
    await deliver(makeText("one", { at: 0 }));
    const [old] = contacts();
    const [ticket] = tickets();
    const kept = addContact(server.desk, { name: "Mia M.", phone: "+15555550123" });
    assert.ok(old && ticket);
    server.desk.contacts.delete(old.id);
    ticket.requester_id = kept.id;
    await deliver(makeText("two", { at: 1 }));
    assert.equal(ticket.notes[0]?.user_id, kept.id);
    await deliver(makeText("three", { at: 20 * day }));
    assert.deepEqual([contacts().length, tickets().at(-1)?.requester_id], [1, kept.id]);
  });

  it("a contact that was deleted a moment ago, and that the search still finds, is replaced", async () => {
    addContact(server.desk, { name: "Mia", phone: "+15555550123", deleted: true });
    server.held.searchFindsDeleted = true;
    await desk().deliver(makeText("hello"));
    assert.deepEqual(
      contacts().map(({ deleted, unique_external_id: mark }) => [deleted, mark]),
      [
        [true, null],
        [false, "whatsapp:15555550123"],
      ],
    );
    assert.equal(tickets().length, 1);
  });

  it("a contact in the trash comes back when they write", async () => {
    addContact(server.desk, {
      name: "Mia",
      unique_external_id: "whatsapp:15555550123",
      deleted: true,
    });
    await desk().deliver(makeText("hello again"));
    assert.deepEqual(
      contacts().map(({ deleted }) => deleted),
      [false],
    );
  });

  it("two equal texts are two, and each is known again after a lost answer", async () => {
    const { deliver, fails, find } = desk();
    server.stub.fail("lost");
    const first = makeText("ok");
    assert.equal((await fails(first)).maybeDone, true);
    assert.ok(await find(first));
    for (let n = 0; n < 2; n += 1) {
      const ok = makeText("ok");
      server.stub.fail("lost");
      await fails(ok);
      assert.ok(await find(ok));
      assert.equal(await find(makeText("ok")), undefined);
    }
    await deliver(makeText("ok"));
    assert.deepEqual(
      tickets().map(({ notes }) => notes.length),
      [3],
    );
  });

  it("tickets have what the options say, and are known by a field of their own", async () => {
    server.desk.ticketFields.add("cf_lane").add("cf_event");
    const { deliver, fails, find } = desk({
      ...{
        subject: "Chat with {{ contact.name }}",
        type: "Question",
        group: "77",
        agent: "{{ owner.freshdesk }}",
      },
      ...{
        tags: ["whatsapp", "{{ account.phoneNumberId }}"],
        fields: { cf_lane: "{{ contact.waId }}" },
      },
      ...{ eventField: "cf_event", priority: 3 },
    });
    server.stub.fail("lost");
    const hello = makeText("hello");
    await fails(hello);
    const { events = [] } = (await find(hello)) ?? {};
    assert.equal(events.length, 2, "the contact and the ticket are told of");
    await deliver(makeText("again"));
    const [ticket] = tickets();
    const { subject, type, group_id, responder_id, tags, priority } = ticket?.told ?? {};
    assert.deepEqual(
      [subject, type, group_id, responder_id, tags, priority],
      ["Chat with Mia", "Question", 77, undefined, ["whatsapp", "700700700700700"], 3],
    );
    assert.equal(ticket?.custom_fields["cf_lane"], "15555550123");
    assert.equal(tickets().length, 1);
  });

  it("says nothing of statuses, records and groups; shadow says what it would do", async () => {
    const { deliver } = desk();
    const silent = [
      makeStatus("wamid.1", "read"),
      makeEvent({ type: "business.record.created", data: { business: { object: "contact" } } }),
      makeText("to all", { data: { groupId: "grp_1" } }),
    ];
    for (const event of silent)
      assert.match((await deliver(event)).answer ?? "", /^nothing to write/);
    addContact(server.desk, {
      name: "Mia",
      phone: "+15555550123",
      unique_external_id: "customer-7",
    });
    const would = await deliver(makeText("hello"), { shadow: true });
    assert.equal(would.answer, "would create a ticket");
    const other = makeText("hello", { contact: { waId: "491700000001" } });
    const both = "would create a contact, create a ticket";
    assert.equal((await deliver(other, { shadow: true })).answer, both);
    const nobody = await desk({ create: "never" }).deliver(other, { shadow: true });
    assert.match(nobody.answer ?? "", /^would do nothing; no contact in Freshdesk/);
    assert.equal(tickets().length, 0);
  });
});

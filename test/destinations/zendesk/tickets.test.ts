import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError, type WaypostEvent } from "../../../src/contracts.ts";
import { type Desk, day, openDesk } from "./desk.ts";

const recordsOf = (events: readonly WaypostEvent[] = []) =>
  events.map(({ type, data }) => {
    const { object, id, url } = data.business as Record<string, string>;
    return [type, object, id, url?.replace(/^http:\/\/[^/]+/, "")];
  });

describe("which ticket a conversation has in Zendesk", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());
  const only = () => {
    const [ticket, ...others] = desk.tickets();
    assert.deepEqual(others, []);
    assert.ok(ticket);
    return ticket;
  };
  const last = () => desk.tickets().at(-1) ?? assert.fail("no ticket");
  const ours = (body: string) => desk.text(body, { type: "whatsapp.outgoing.text" });
  const handoff = () =>
    desk.event("business.handoff.requested", { business: { reason: "refund" } });

  it("is one, and what was made is told", async () => {
    const { remoteId, events } = await desk.say(desk.text("first"));
    const again = await desk.say(desk.text("second"));
    const { id, comments, subject, tags, external_id } = only();
    assert.deepEqual([remoteId, again.remoteId], [String(id), String(id)]);
    assert.deepEqual(
      [subject, tags, comments.length, external_id.startsWith("wa-conv:")],
      ["WhatsApp: Mia", ["whatsapp"], 2, true],
    );
    const user = String(desk.people()[0]?.id);
    assert.deepEqual(recordsOf(events), [
      ["business.record.created", "user", user, `/agent/users/${user}`],
      ["business.record.created", "ticket", String(id), `/agent/tickets/${id}`],
    ]);
    assert.deepEqual(again.events, []);
  });

  it("is not opened by the history, nor opened again", async () => {
    const before = (body: string) => desk.text(body, { type: "whatsapp.history.text" });
    await desk.say(before("years ago"));
    assert.deepEqual([desk.tickets(), desk.people()], [[], []]);
    await desk.say(desk.text("first"));
    desk.stub.books.set(only().id, { status: "solved" });
    await desk.sayAll(before("long ago"), before("later"));
    assert.deepEqual([only().status, only().comments.length], ["solved", 1]);
  });

  it("is found by its external id when nothing is remembered", async () => {
    await desk.say(desk.text("first"));
    desk.links.clear();
    await desk.say(desk.text("second"));
    assert.equal(only().comments.length, 2);
  });

  it("that waits or is solved opens again with the contact's message, within reopenWithin", async () => {
    await desk.say(desk.text("first"));
    for (const status of ["pending", "hold", "solved"]) {
      desk.stub.books.set(only().id, { status });
      await desk.clock.advance(2.9 * day);
      const { events } = await desk.say(desk.text("and"));
      assert.equal(only().status, "open", status);
      assert.deepEqual(
        recordsOf(events).map(([type]) => type),
        ["business.record.updated"],
      );
    }
  });

  it("keeps its state where our side speaks, and when it is new", async () => {
    await desk.say(desk.text("first"));
    await desk.say(desk.text("second"));
    assert.equal(only().status, "new");
    desk.stub.books.set(only().id, { status: "solved" });
    await desk.say(ours("thanks"));
    assert.equal(only().status, "solved");
  });

  it("is another one when it was solved longer ago, whoever spoke since", async () => {
    await desk.say(desk.text("first"));
    desk.stub.books.set(only().id, { status: "solved" });
    await desk.clock.advance(2 * day);
    await desk.say(ours("are you happy?"));
    await desk.clock.advance(1.1 * day);
    await desk.say(desk.text("no"));
    assert.deepEqual(
      desk.tickets().map(({ status }) => status),
      ["solved", "new"],
    );
    await desk.say(desk.text("not at all"));
    assert.equal(last().comments.length, 2);
    assert.equal(last().via_followup_source_id, undefined);
  });

  it("is another one after newAfter of silence", async () => {
    await desk.say(desk.text("first"));
    await desk.clock.advance(13.9 * day);
    await desk.say(desk.text("same"));
    await desk.clock.advance(14 * day);
    await desk.say(desk.text("new"));
    assert.deepEqual(
      desk.tickets().map(({ comments }) => comments.length),
      [2, 1],
    );
  });

  it("that is closed gets one linked follow-up, and the conversation moves there", async () => {
    await desk.say(desk.text("first"));
    const closed = only();
    desk.stub.books.set(closed.id, { status: "closed" });
    await desk.say(desk.text("second"));
    await desk.say(desk.text("third"));
    assert.equal(desk.tickets().length, 2);
    assert.equal(last().via_followup_source_id, closed.id);
    assert.deepEqual([closed.comments.length, last().comments.length], [1, 2]);
    assert.equal([...desk.links.values()][0]?.["ticket"], String(last().id));
  });

  it("that was merged into another by a person is closed as any", async () => {
    await desk.say(desk.text("first"));
    desk.stub.books.set(only().id, { status: "closed", tags: ["whatsapp", "closed_by_merge"] });
    await desk.say(desk.text("second"));
    await desk.say(desk.text("third"));
    assert.deepEqual(
      desk.tickets().map(({ comments }) => comments.length),
      [1, 2],
    );
  });

  it("that was deleted by a person is replaced, once", async () => {
    await desk.say(desk.text("first"));
    desk.stub.books.set(only().id, { status: "deleted" });
    const { events } = await desk.say(desk.text("second"));
    await desk.say(desk.text("third"));
    const alive = desk.tickets().filter(({ status }) => status !== "deleted");
    assert.deepEqual(
      alive.map(({ comments }) => comments.length),
      [2],
    );
    assert.deepEqual(
      recordsOf(events).map(([, object]) => object),
      ["ticket"],
    );
  });

  it("that is closed or deleted between the look and the update is found out then", async () => {
    for (const status of ["closed", "deleted"]) {
      const other = await openDesk();
      await other.say(other.text("first"));
      const ticket = other.tickets()[0] ?? assert.fail("no ticket");
      // The request is refused as by one that was changed a moment before; the next look shows it.
      other.stub.hit(({ method }) => {
        if (method === "PUT") other.stub.books.set(ticket.id, { status });
        return false;
      });
      await other.say(other.text("second"));
      assert.deepEqual(
        other.tickets().map(({ comments }) => comments.length),
        [1, 1],
        status,
      );
      await other.close();
    }
  });

  it("is opened by the contact and a hand-off alone where the option says so", async () => {
    const strict = desk.again({ opens: "contact" });
    const { answer } = await strict.say(ours("our campaign"));
    assert.match(answer ?? "", /nothing to write/);
    assert.deepEqual(desk.tickets(), []);
    await strict.say(handoff());
    await strict.say(ours("we come"));
    assert.equal(only().comments.length, 2);
    await strict.destination.close();
  });

  it("is opened for an agent by a hand-off, as an internal note", async () => {
    await desk.say(handoff());
    const [note] = only().comments;
    assert.equal(note?.public, false);
    assert.match(note?.html_body ?? "", /Handoff requested \(Reason: refund\)/);
    desk.stub.books.set(only().id, { status: "pending" });
    await desk.say(handoff());
    assert.equal(only().status, "open");
  });

  it("is not opened by what only happens to a conversation", async () => {
    const closed = desk.event("business.conversation.closed", { business: {} });
    assert.match((await desk.say(closed)).answer ?? "", /nothing to write/);
    assert.deepEqual(desk.tickets(), []);
  });

  it("has what the options say: words from templates, ids, custom fields", async () => {
    const options = {
      subject: "{{ contact.name }} ({{ contact.waId }})\n<b>{{ message.text.body }}</b>",
      tags: ["whatsapp", "Lang {{ contact.waId | slice: 0, 2 }}"],
      priority: "{% if message.text.body contains 'urgent' %}urgent{% endif %}",
      type: "question",
      group: 77,
      fields: { "360001": "{{ contact.waId }}", "360002": "{{ contact.unknown }}", "360003": true },
    };
    const other = desk.again(options);
    await other.say(desk.text("urgent"));
    const { subject, tags, given } = only();
    assert.equal(subject, "Mia (15555550123) <b>urgent</b>");
    assert.deepEqual(tags, ["whatsapp", "lang_15"]);
    const { priority, type, group_id, custom_fields } = given as Record<string, unknown>;
    assert.deepEqual([priority, type, group_id], ["urgent", "question", 77]);
    const values = [
      { id: 360001, value: "15555550123" },
      { id: 360003, value: true },
    ];
    assert.deepEqual(custom_fields, values);
    await other.destination.close();
  });

  it("of another Zendesk, before the configuration was changed, counts for nothing", async () => {
    await desk.say(desk.text("hers", { contact: { waId: "491700000003" } }));
    const hers = only();
    const text = desk.text("his");
    desk.contactLink = undefined;
    desk.links.set(String(text.data.conversationId), {
      ticket: String(hers.id),
      on: "old.zendesk.com",
    });
    await desk.say(text);
    assert.deepEqual([desk.tickets().length, hers.comments.length], [2, 1]);
  });

  it("takes as many events in one update as its metadata holds", async () => {
    const id = (at: number) => `evt_${"x".repeat(60)}${at}`;
    const texts = Array.from({ length: 25 }, (_, at) => desk.text(`m${at}`, { id: id(at) }));
    await desk.sayAll(...texts);
    assert.deepEqual(
      desk.stub.effects(),
      texts.map((text) => text.id),
    );
  });

  it("has no half characters and nothing unseen in its custom fields", async () => {
    const other = desk.again({ fields: { "360001": "{{ message | text }}" } });
    await other.say(desk.text("a\u0000b\ud83d \u202ec"));
    const { custom_fields } = only().given as Record<string, unknown>;
    assert.deepEqual(custom_fields, [{ id: 360001, value: "ab\ufffd c" }]);
    await other.destination.close();
  });

  it("gets the tags that it lacks, and keeps those of agents", async () => {
    await desk.say(desk.text("first"));
    desk.stub.books.set(only().id, { tags: ["agents_own"] });
    const tagging = desk.again({ tags: ["whatsapp", "vip"] });
    await tagging.say(desk.text("second"));
    assert.deepEqual(only().tags, ["agents_own", "whatsapp", "vip"]);
    await tagging.destination.close();
  });

  it("does not lose a tag that is added at the same moment", async () => {
    await desk.say(desk.text("first"));
    const tagging = desk.again({ tags: ["vip"] });
    await desk.clock.advance(1_000);
    desk.stub.hit(({ method }) => {
      if (method === "PUT") desk.stub.books.set(only().id, { tags: ["just_now"] });
      return false;
    });
    await desk.clock.advance(1_000);
    const outcome = await tagging.try(desk.text("second"));
    assert.ok(outcome instanceof DeliveryError);
    assert.deepEqual(
      [outcome.verdict, outcome.laneOnly, outcome.maybeDone],
      ["outage", true, false],
    );
    desk.stub.hit(() => false);
    await tagging.say(desk.text("second"));
    assert.deepEqual(only().tags, ["just_now", "vip"]);
    await tagging.destination.close();
  });

  it("is of one destination: two to the same Zendesk do not write into each other's", async () => {
    await desk.say(desk.text("first"));
    const other = desk.again();
    other.links.clear();
    other.surroundings = () => ({ destination: "sales" });
    await other.say(desk.text("second"));
    assert.equal(desk.tickets().length, 2);
    assert.equal(desk.people().length, 1);
    await other.destination.close();
  });

  it("of another address of Zendesk counts for nothing", async () => {
    await desk.say(desk.text("first"));
    for (const [about, link] of desk.links) desk.links.set(about, { ...link, on: "old.example" });
    desk.contactLink = { ...desk.contactLink, on: "old.example", user: "1" };
    await desk.say(desk.text("second"));
    assert.equal(only().comments.length, 2);
    assert.equal(desk.people().length, 1);
  });
});

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { makeEvent, makeText, second } from "../../store/make-events.ts";
import { type Desk, openDesk } from "./desk.ts";

let desk: Desk;
afterEach(() => desk.close());

const day = 86_400;
const options = { case: { when: ["business.handoff.requested"] } };
const handoff = (at: number) =>
  makeEvent({ type: "business.handoff.requested", at, data: { business: { reason: "refund" } } });
const close = (at: number) => {
  const [open] = desk.records("Case").slice(-1);
  Object.assign(open ?? {}, { Status: "Closed", IsClosed: true, ClosedDate: second(at) });
};
const cases = () => desk.records("Case").map(({ Status }) => Status);
const comments = () => desk.records("CaseComment").map(({ CommentBody }) => CommentBody);

describe("Salesforce: Cases", () => {
  it("opens one on a hand-off, with the Task in one request, and comments on it afterwards", async () => {
    desk = await openDesk({
      case: { ...options.case, eventId: "Waypost_Event_Id__c", fields: { Priority: "High" } },
    });
    desk.transcript = [
      { from: "contact", name: "Mia", message: { type: "text", text: { body: "help" } } },
    ];
    await desk.tell(makeText("help", { at: 0 }));
    assert.deepEqual(cases(), []);
    const { events } = await desk.tell(handoff(1));
    const opened = desk.first("Case");
    const { Subject, Description, Origin, ContactId, Priority, Waypost_Event_Id__c: id } = opened;
    const who = desk.records("Contact")[0]?.Id;
    assert.deepEqual(
      [Subject, Description, Origin, ContactId, Priority],
      ["WhatsApp: Mia", "Mia: help", "WhatsApp", who, "High"],
    );
    assert.match(String(id), /^evt_/);
    const [told] = events ?? [];
    const url = `${desk.under.stub.url}/lightning/r/Case/${opened.Id}/view`;
    assert.deepEqual(told?.data["business"], {
      destination: "crm",
      object: "case",
      id: opened.Id,
      url,
    });
    await desk.tell(makeText("are you there?", { at: 2 }));
    await desk.tell(handoff(3));
    assert.deepEqual(comments(), [
      "Mia: are you there?",
      "Waypost: Handoff requested (Reason: refund)",
    ]);
    assert.deepEqual(cases(), ["New"]);
    assert.equal(desk.records("Task").filter(({ WhatId }) => WhatId === opened.Id).length, 3);
  });

  it("rule 10: the contact opens it again within reopenWithin; an answer of the business does not", async () => {
    desk = await openDesk(options);
    await desk.tell(handoff(0));
    close(100);
    desk.passed += 60_000;
    const out = { id: "wamid.O", type: "text", text: { body: "solved!" }, direction: "out" };
    const echo = { type: "whatsapp.echo.text", data: { message: out as never } };
    await desk.tell(makeEvent({ ...echo, at: 200 }));
    assert.deepEqual(cases(), ["Closed"]);
    const { events } = await desk.tell(makeText("but it is not", { at: 300 }));
    assert.deepEqual(cases(), ["New"]);
    assert.deepEqual(
      events?.map(({ type }) => type),
      ["business.record.updated"],
    );
    close(400);
    await desk.tell(handoff(2 * day));
    assert.deepEqual(cases(), ["New"], "what opens Cases always reads it");
    assert.deepEqual(comments().slice(0, 2), ["Agent (phone): solved!", "Mia: but it is not"]);
  });

  it("the history does not open it again", async () => {
    desk = await openDesk(options);
    await desk.tell(handoff(0));
    close(100);
    desk.passed += 60_000;
    await desk.tell(makeText("years ago", { type: "whatsapp.history.text", at: 1 }));
    assert.deepEqual(cases(), ["Closed"]);
  });

  it("reads an open Case once a minute, not for each message", async () => {
    desk = await openDesk(options);
    await desk.tell(handoff(0));
    const before = desk.under.calls.length;
    for (let at = 1; at <= 10; at += 1) await desk.tell(makeText("and", { at }));
    assert.equal(desk.under.calls.length - before, 10);
    desk.passed += 60_000;
    await desk.tell(makeText("and", { at: 61 }));
    assert.equal(desk.under.calls.length - before, 12);
  });

  it("rule 11: later a hand-off opens another one below the closed one, and the conversation goes there", async () => {
    desk = await openDesk(options);
    await desk.tell(handoff(0));
    const first = desk.first("Case");
    close(100);
    await desk.tell(handoff(5 * day));
    const [, second] = desk.records("Case");
    assert.equal(second?.["ParentId"], first?.Id);
    await desk.tell(makeText("hello", { at: 5 * day + 1 }));
    assert.deepEqual(
      desk.records("CaseComment").map(({ ParentId }) => ParentId),
      [second?.Id],
    );
  });

  it("leaves a Case that was closed long ago alone, and after newAfter also an open one", async () => {
    desk = await openDesk({ ...options, newAfter: "10d" });
    await desk.tell(handoff(0));
    await desk.tell(makeText("years later", { at: 20 * day }));
    assert.deepEqual(comments(), []);
    await desk.tell(handoff(20 * day + 1));
    const [first, second] = desk.records("Case");
    assert.deepEqual([cases().length, second?.["ParentId"]], [2, first?.Id]);
  });

  it("finds out that a person has deleted or merged it, and replaces it once", async () => {
    desk = await openDesk(options);
    await desk.tell(handoff(0));
    const first = desk.first("Case");
    desk.org.delete("Case", first?.Id ?? "");
    await desk.tell(makeText("one", { at: 1 }));
    await desk.tell(makeText("two", { at: 2 }));
    assert.deepEqual(cases(), ["New"]);
    assert.deepEqual(comments(), ["Mia: two"]);
    const replaced = desk.first("Case");
    const kept = desk.org.seed("Case", { Status: "New", IsClosed: false });
    desk.org.merge("Case", replaced?.Id ?? "", kept.Id);
    await desk.tell(makeText("three", { at: 3 }));
    await desk.tell(makeText("four", { at: 4 }));
    assert.equal(
      desk.records("CaseComment").filter(({ ParentId }) => ParentId === kept.Id).length,
      2,
    );
    assert.equal(cases().length, 1);
  });

  it("of a lead says name and phone, for a Case has none", async () => {
    desk = await openDesk({ ...options, object: "Lead" });
    const event = handoff(0);
    await desk.tell(event);
    const opened = desk.first("Case");
    const { SuppliedName, SuppliedPhone, ContactId } = opened;
    assert.deepEqual([SuppliedName, SuppliedPhone, ContactId], ["Mia", "+15555550123", undefined]);
    assert.equal(desk.records("Task")[0]?.["WhatId"], undefined);
    desk.links.clear();
    const found = await desk.find(event);
    assert.equal(found?.link?.["case"], opened.Id);
  });
});

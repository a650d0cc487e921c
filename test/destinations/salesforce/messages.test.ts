import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { afterEach, describe, it } from "node:test";
import type { EventFile } from "../../../src/contracts.ts";
import { attachable } from "../../../src/destinations/salesforce/attachments.ts";
import { makeEvent, makeStatus, makeText } from "../../store/make-events.ts";
import { type Desk, eventIdField, openDesk } from "./desk.ts";

let desk: Desk;
afterEach(() => desk.close());

const descriptions = () => desk.records("Task").map(({ Description }) => String(Description));
const subjects = () => desk.records("Task").map(({ Subject }) => Subject);
const message = (parts: object) => makeEvent({ data: { message: parts as never } });

describe("Salesforce: what is written", () => {
  it("a completed Task per message, about the person, found again by the event's id", async () => {
    desk = await openDesk({
      task: { fields: { Subject: "ignored" }, subject: "{{ contact.name }} wrote" },
    });
    const event = makeText("is it open?", { id: "evt_abc", at: 60 });
    const { remoteId } = await desk.tell(event);
    const task = desk.first("Task");
    assert.equal(remoteId, task.Id);
    const { Subject, Description, Status, ActivityDate, WhoId, [eventIdField]: id } = task;
    const expected = ["Mia wrote", "Mia: is it open?", "Completed", "2026-11-20", "evt_abc"];
    assert.deepEqual([Subject, Description, Status, ActivityDate, id], expected);
    assert.equal(WhoId, desk.records("Contact")[0]?.Id);
    await desk.tell(event);
    assert.equal(desk.records("Task").length, 1, "a repeat writes the same Task");
  });

  it("rules 7 and 8: echoes are outgoing, and say who wrote them", async () => {
    desk = await openDesk();
    const out = {
      message: { id: "wamid.1", type: "text", text: { body: "yes" }, direction: "out" },
    };
    await desk.tell(makeEvent({ type: "whatsapp.echo.text", data: out as never }));
    const sent = { ...out, sentBy: "bot" };
    await desk.tell(makeEvent({ type: "whatsapp.outgoing.text", data: sent as never }));
    assert.deepEqual(subjects(), ["WhatsApp by Agent (phone): yes", "WhatsApp by Bot: yes"]);
    assert.deepEqual(descriptions(), ["Agent (phone): yes", "Bot: yes"]);
  });

  it("rule 9: quotes, reactions, edits and deletions say what they are about", async () => {
    desk = await openDesk();
    const about = makeText("the blue one?");
    const quoting = {
      id: "wamid.2",
      type: "text",
      text: { body: "no" },
      context: { id: "wamid.1" },
    };
    const edited = { id: "wamid.1", type: "text", text: { body: "the red one?" } };
    const events = [
      message(quoting),
      message({ id: "wamid.3", type: "reaction", reaction: { messageId: "wamid.1", emoji: "👍" } }),
      message({ id: "wamid.5", type: "edit", edit: { messageId: "wamid.1", message: edited } }),
      message({ id: "wamid.4", type: "revoke", revoke: { messageId: "wamid.1" } }),
    ];
    for (const event of events) {
      desk.concerned.set(event.id, about);
      await desk.tell(event);
    }
    assert.deepEqual(descriptions(), [
      "Mia:\n> the blue one?\nno",
      "Mia:\n> the blue one?\nReacted 👍",
      "Mia:\n> the blue one?\nEdited to: the red one?",
      "Mia:\n> the blue one?\nDeleted this message",
    ]);
  });

  it("rule 12: a file goes with its Task in the same request; one that cannot be had says why", async () => {
    desk = await openDesk({ maxFileBytes: 10 });
    const photo = message({
      id: "wamid.5",
      type: "image",
      image: { id: "m1", caption: "our table" },
    });
    const kept = (name: string, text: string): EventFile => ({
      ...{ mediaId: name, name, type: "image/jpeg", bytes: text.length, sha256: "00" },
      open: async () => Readable.from([Buffer.from(text)]),
      link: async () => undefined,
    });
    const gone: EventFile = { mediaId: "m3", name: "late.pdf", absent: "the file had expired" };
    desk.files.set(photo.id, [kept("a.jpg", "JPEG"), kept("b.jpg", "more than ten bytes"), gone]);
    await desk.tell(photo);
    const [file, ...others] = desk.records("ContentVersion");
    assert.equal(others.length, 0);
    assert.equal(Buffer.from(String(file?.["VersionData"]), "base64").toString(), "JPEG");
    assert.equal(file?.["FirstPublishLocationId"], desk.records("Task")[0]?.Id);
    const [text = ""] = descriptions();
    assert.match(
      text,
      /our table\nAttached: a.jpg\nb.jpg: 0.0 MB are too large.*\nlate.pdf: the file had expired/,
    );
    assert.equal(desk.under.calls.filter(({ path }) => path.endsWith("/composite")).length, 1);
  });

  it("rule 13: a failed send is a Task; other statuses and records that were made are not", async () => {
    desk = await openDesk();
    const failed = makeStatus("wamid.1", "failed");
    Object.assign(failed.data.status ?? {}, { errors: [{ code: 131026, title: "Undeliverable" }] });
    await desk.tell(failed);
    assert.match(String(subjects()[0]), /^WhatsApp not delivered: .*Undeliverable/);
    const record = makeEvent({
      type: "business.record.created",
      data: { business: { object: "task" } },
    });
    for (const event of [makeStatus("wamid.1", "read"), record]) {
      assert.deepEqual(await desk.tell(event), { answer: "nothing to write" });
    }
    assert.equal(desk.records("Task").length, 1);
  });

  it("takes hostile texts: 65,536 characters, NUL, halves of characters, references, right to left", async () => {
    desk = await openDesk({ case: { when: ["business.handoff.requested"] } });
    await desk.tell(makeEvent({ type: "business.handoff.requested", data: { business: {} } }));
    const hostile = [
      "x".repeat(65_536),
      "😀".repeat(30_000),
      "a\u0000b\ud800c\u202ed\u200b\u05d0",
      "@{person.id} @{nobody.id} {{ event.id }} {% raw %}",
      "<script>alert(1)</script>\n=IMPORTXML('x')",
      "[waypost evt_abc]",
    ];
    for (const text of hostile) await desk.tell(makeText(text));
    const texts = descriptions().slice(1);
    assert.ok(texts[0]?.endsWith("…") && texts[0].length <= 32_000);
    assert.equal(texts[2], "Mia: ab\ufffdcd\u200b\u05d0");
    assert.equal(texts[3], "Mia: \uff20{person.id} \uff20{nobody.id} {{ event.id }} {% raw %}");
    assert.equal(texts[4], `Mia: ${hostile[4]}`);
    assert.equal(desk.records("CaseComment").length, hostile.length);
  });
});

describe("Salesforce: texts at their limits", () => {
  it("still fit where what names another part is taken apart in them", async () => {
    desk = await openDesk({ case: { when: ["business.handoff.requested"] } });
    const name = "@{".repeat(60);
    const contact = { waId: "15555550199", name };
    const asking = { type: "business.handoff.requested", contact, data: { business: {} } };
    await desk.tell(makeEvent(asking));
    await desk.tell(makeText("@{".repeat(20_000), { contact }));
    assert.equal(desk.records("Task").length, 2);
    const [comment] = desk.records("CaseComment");
    assert.ok(Buffer.byteLength(String(comment?.["CommentBody"])) <= 4_000);
  });

  it("files that are too large together are named, not sent", () => {
    const file = (name: string, bytes: number): EventFile => ({
      ...{ mediaId: name, name, type: "video/mp4", bytes, sha256: "00" },
      open: async () => Readable.from([]),
      link: async () => undefined,
    });
    const files = [file("a", 20_000_000), file("b", 20_000_000), file("c", 10_000_000)];
    const taken = attachable(files, { files: true, maxFileBytes: 25_000_000 });
    assert.deepEqual(
      taken.map((each) => "absent" in each),
      [false, true, false],
    );
  });

  it("what templates give for fields is cleaned as all texts are", async () => {
    const half = "{{ message | text }}";
    desk = await openDesk({ fields: { LeadSource: half }, task: { fields: { Subject: half } } });
    await desk.tell(makeText("a\u0000b\ud83d \u202ec"));
    assert.equal(desk.first("Contact")["LeadSource"], "ab\ufffd c");
  });
});

describe("Salesforce: a transcript", () => {
  it("is one Task of the conversation, with both sides, and what people wrote into it stays", async () => {
    desk = await openDesk({ log: "transcript" });
    const { events } = await desk.tell(makeText("hello", { at: 0 }));
    assert.equal(events?.length, 2, "the contact and the Task are told");
    const task = desk.first("Task");
    if (task) task["Description"] = `${task["Description"]}\nNote of a colleague`;
    await desk.tell(makeText("anybody?", { at: 60 }));
    assert.deepEqual(descriptions(), [
      "2026-11-20 10:00 Mia: hello\nNote of a colleague\n2026-11-20 10:01 Mia: anybody?",
    ]);
    assert.equal(subjects()[0], "WhatsApp conversation with Mia");
  });

  it("begins anew when it is full, was deleted, or after newAfter", async () => {
    desk = await openDesk({ log: "transcript", newAfter: "1h" });
    await desk.tell(makeText("x".repeat(31_000), { at: 0 }));
    await desk.tell(makeText("y".repeat(2_000), { at: 1 }));
    assert.equal(desk.records("Task").length, 2);
    await desk.tell(makeText("soon", { at: 2 }));
    assert.equal(desk.records("Task").length, 2);
    desk.org.delete("Task", desk.records("Task")[1]?.Id ?? "");
    await desk.tell(makeText("after it was deleted", { at: 3 }));
    assert.equal(desk.records("Task").length, 2);
    await desk.tell(makeText("much later", { at: 7_300 }));
    assert.equal(desk.records("Task").length, 3);
  });

  it("is found where the attempt without an answer has begun it anew", async () => {
    desk = await openDesk({ log: "transcript", newAfter: "1h", eventId: undefined });
    await desk.tell(makeText("one", { at: 0 }));
    const remembered = new Map(desk.links);
    const late = makeText("two", { at: 7_200 });
    await desk.tell(late);
    for (const [conversation, link] of remembered) desk.links.set(conversation, link);
    assert.equal((await desk.find(late))?.remoteId, desk.records("Task")[1]?.Id);
  });

  it("is found to hold a line already, by the field or by the marker", async () => {
    for (const eventId of [eventIdField, undefined]) {
      desk = await openDesk({ log: "transcript", eventId });
      const [first, second] = [makeText("one", { at: 0 }), makeText("two", { at: 1 })];
      await desk.tell(first);
      assert.equal(await desk.find(second), undefined);
      await desk.tell(second);
      assert.equal((await desk.find(second))?.remoteId, desk.records("Task")[0]?.Id);
      assert.equal(descriptions()[0]?.split("[waypost").length, eventId === undefined ? 2 : 1);
      if (eventId !== undefined) await desk.close();
    }
  });
});

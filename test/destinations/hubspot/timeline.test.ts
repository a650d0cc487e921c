import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { EventFile, WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent, makeStatus, makeText } from "../../store/make-events.ts";
import { keptFile } from "../delivering.ts";
import { type OpenCrm, openCrm } from "./open-crm.ts";

const mia = { waId: "15555550123", name: "Mia" };
const about = (concerned: WaypostEvent) => ({ concerned: async () => concerned });
const sent = (type: string, body: string, data: Partial<WaypostEvent["data"]> = {}) =>
  makeText(body, { type, contact: mia, data });

describe("what both sides say, on the contact's timeline in HubSpot", () => {
  let crm: OpenCrm;
  beforeEach(async () => {
    crm = await openCrm();
  });
  afterEach(() => crm.close());
  const last = () => crm.messages().at(-1) ?? "";
  const note = () => crm.notes().at(-1) ?? "";

  it("is a WhatsApp message at its own time, with the delivery's mark, on the contact", async () => {
    const event = makeText("hello", { contact: mia });
    const { remoteId } = await crm.deliver(event);
    const [message] = crm.portal.all("communications");
    assert.deepEqual(message?.properties, {
      hs_communication_channel_type: "WHATS_APP",
      hs_communication_logged_from: "CRM",
      hs_communication_body: "<p><strong>Mia</strong></p><p>hello</p>",
      hs_timestamp: event.time,
      waypost_id: `${event.id}:under-test`,
    });
    assert.equal(remoteId, message?.id);
    const [contact] = crm.portal.all("contacts");
    assert.deepEqual([...(message?.associations ?? [])], [[contact?.id, [81]]]);
  });

  it("rules 7 and 8: what the business sends keeps its origin", async () => {
    await crm.deliver(sent("whatsapp.echo.text", "from the phone"));
    assert.match(last(), /<strong>Agent \(phone\)<\/strong>.*from the phone/);
    await crm.deliver(sent("whatsapp.outgoing.text", "beep", { sentBy: "bot" }));
    assert.match(last(), /<strong>Bot<\/strong>.*beep/);
    await crm.deliver(sent("whatsapp.outgoing.text", "by program"));
    assert.match(last(), /<strong>Sent by API<\/strong>.*by program/);
  });

  it("rule 9: quotes, reactions, edits and deletions say what they are about", async () => {
    const first = makeText("Is the table free?", { contact: mia });
    const message = (data: object) =>
      makeEvent({
        contact: mia,
        data: { message: { id: "wamid.2", type: "text", ...data } as never },
      });
    await crm.deliver(message({ text: { body: "yes" }, context: { id: "wamid.1" } }), about(first));
    assert.match(last(), /<blockquote>Is the table free\?<\/blockquote><p>yes/);
    await crm.deliver(message({ type: "reaction", reaction: { emoji: "👍" } }), about(first));
    assert.match(last(), /<blockquote>Is the table free\?<\/blockquote><p>Reacted 👍/);
    const taken = { messageId: "wamid.1", removed: true };
    await crm.deliver(message({ type: "reaction", reaction: taken }), about(first));
    assert.match(last(), /<blockquote>Is the table free\?<\/blockquote><p>Took back the reaction/);
    const edited = { id: "wamid.1", type: "text", text: { body: "Is the hall free?" } };
    const edit = { messageId: "wamid.1", message: edited };
    await crm.deliver(message({ type: "edit", edit }), about(first));
    assert.match(last(), /<blockquote>Is the table.*<p>Edited to: Is the hall free\?<\/p>/);
    await crm.deliver(
      message({ type: "revoke", revoke: { originalMessageId: "wamid.1" } }),
      about(first),
    );
    assert.match(last(), /<blockquote>Is the table free\?<\/blockquote><p>Deleted/);
  });

  it("rule 13: a message that failed is a note that says so; other statuses say nothing", async () => {
    const offer = sent("whatsapp.outgoing.text", "our offer");
    const errors = [{ code: 131026, title: "Message undeliverable" }];
    await crm.deliver(
      makeStatus("wamid.1", "failed", {
        contact: mia,
        data: { status: { messageId: "wamid.1", status: "failed", at: offer.time, errors } },
      }),
      about(offer),
    );
    assert.match(note(), /<blockquote>our offer<\/blockquote><p>Not delivered/);
    const { answer } = await crm.deliver(makeStatus("wamid.1", "read", { contact: mia }));
    assert.match(answer ?? "", /says nothing/);
    assert.deepEqual([crm.messages(), crm.notes().length], [[], 1]);
  });

  it("forms, leads and payments are notes with what they hold", async () => {
    const business = { amount: 129, currency: "EUR" };
    const data = { business };
    await crm.deliver(makeEvent({ type: "business.payment.succeeded", contact: mia, data }));
    assert.match(note(), /Payment succeeded \(Amount: 129, Currency: EUR\)/);
  });

  it("what destinations made is nothing to write: no loop", async () => {
    const data = { business: { destination: "crm", object: "deal", id: "1" } };
    await crm.deliver(makeEvent({ type: "business.record.created", contact: mia, data }));
    assert.deepEqual([crm.messages(), crm.stub.requests.length], [[], 0]);
  });

  it("consent is written where Waypost's own property is, and is a note", async () => {
    for (const what of ["revoked", "granted"]) {
      await crm.deliver(makeEvent({ type: `business.consent.${what}`, contact: mia }));
      assert.equal(crm.contacts()[0]?.["whatsapp_consent"], what);
      assert.match(note(), new RegExp(`Consent ${what}`));
    }
  });

  it("hostile texts stay texts: HTML, Markdown, NUL, what turns directions, half characters", async () => {
    const body = '<img src=x onerror="alert(1)"> **b** \u0000\u202etxt\u200b\ud83d =1+1 ';
    await crm.deliver(makeText(body, { contact: { waId: mia.waId, name: "<b>Mia</b>\u202e" } }));
    assert.match(last(), /&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt; \*\*b\*\*/);
    assert.match(last(), /<strong>&lt;b&gt;Mia&lt;\/b&gt;<\/strong>/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(last(), /[\u0000\u202e]|[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  it("takes 65,536 characters, escaped, and cuts what HubSpot would refuse", async () => {
    for (const letter of ["x", "&", "🌸"]) {
      await crm.deliver(makeText(letter.repeat(65_536), { contact: mia }));
      assert.ok(last().length <= 65_536 && last().length > 50_000, String(last().length));
      assert.match(last(), /…<\/p>$/);
    }
  });

  it("a file is attached, and one that cannot be had is a visible line (rule 12)", async () => {
    const bytes = Buffer.from("not really a photo");
    const photo: EventFile = {
      ...{
        mediaId: "m1",
        name: "photo.jpg",
        type: "image/jpeg",
        sha256: "ab",
        bytes: bytes.length,
      },
      open: async () => Readable.from(bytes),
      link: async () => undefined,
    };
    const gone: EventFile = { mediaId: "m2", name: "a.pdf", absent: "the file had expired" };
    const huge: EventFile = { ...photo, mediaId: "m3", name: "film.mp4", bytes: 30_000_000 };
    const event = makeText("see", { contact: mia });
    await crm.deliver(event, { files: async () => [photo, gone, huge] });
    const [file] = crm.portal.files;
    assert.equal(file?.[1].name, "photo.jpg");
    assert.equal(crm.bodies()[0]?.["hs_attachment_ids"], file?.[0]);
    assert.match(
      last(),
      /Attached: photo.jpg.*a.pdf: the file had expired.*film.mp4: not attached/,
    );
    assert.deepEqual(crm.links.get(event.data.conversationId ?? ""), {});
  });

  it("a file that is there already is not uploaded again when its message is", async () => {
    const event = makeText("see", { contact: mia });
    const surrounding = { files: async () => [keptFile("photo.jpg", "not really a photo")] };
    // The contact, the file, the message.
    crm.stub.fail("none", "none", { status: 503 });
    assert.equal((await crm.failure(event, surrounding)).verdict, "outage");
    await crm.deliver(event, surrounding);
    assert.deepEqual([crm.portal.files.size, crm.messages().length], [1, 1]);
  });
});

describe("what the configuration says of the timeline in HubSpot", () => {
  it("log: note writes notes, and log: none nothing but what events ask for", async () => {
    const notes = await openCrm({ log: "note" });
    await notes.deliver(makeText("<hello>", { contact: mia }));
    const [note] = notes.portal.all("notes");
    assert.match(note?.properties["hs_note_body"] ?? "", /<p>&lt;hello&gt;<\/p>/);
    assert.deepEqual([...(note?.associations.values() ?? [])], [[202]]);
    await notes.close();
    const none = await openCrm({ log: "none" });
    await none.deliver(makeText("hello", { contact: mia }));
    assert.deepEqual(none.stub.requests, []);
    await none.close();
  });

  it("files: mention names them, and says that they were not copied", async () => {
    const crm = await openCrm({ files: "mention" });
    const photo: EventFile = {
      ...{ mediaId: "m1", name: "photo.jpg", type: "image/jpeg", sha256: "ab", bytes: 3 },
      open: async () => Readable.from("abc"),
      link: async () => undefined,
    };
    await crm.deliver(makeText("see", { contact: mia }), { files: async () => [photo] });
    assert.match(crm.messages()[0] ?? "", /photo.jpg: not copied to HubSpot/);
    assert.equal(crm.portal.files.size, 0);
    await crm.close();
  });

  it("text is a template, and what it says is escaped too", async () => {
    const crm = await openCrm({ text: "{{ contact.name }} says <{{ message | text }}>" });
    await crm.deliver(makeText("hello", { contact: mia }));
    assert.match(crm.messages()[0] ?? "", /<p>Mia says &lt;hello&gt;<\/p>/);
    await crm.close();
  });

  it("shadow writes nothing and says what it would do", async () => {
    const crm = await openCrm({ ticket: { when: ["whatsapp.message.*"] } });
    const { answer } = await crm.deliver(makeText("hello", { contact: mia }), { shadow: true });
    assert.equal(answer, "would create a contact, create a ticket, log a WhatsApp message");
    assert.deepEqual(crm.writes(), []);
    await crm.close();
  });
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { freshdesk } from "../../../src/destinations/freshdesk/freshdesk.ts";
import { makeEvent, makeStatus, makeText, type Parts } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Delivering, delivering, keptFile } from "../delivering.ts";
import { type FreshdeskStub, freshdeskKey, startFreshdeskStub } from "./stub.ts";

describe("what stands in Freshdesk's tickets and notes", () => {
  let server: FreshdeskStub;
  const closing: (() => Promise<void>)[] = [];
  const desk = (options: object = {}): Delivering => {
    const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: server.stub.url, ...options };
    const destination = freshdesk.create("desk", given, { log: createArrayLog() });
    closing.push(destination.close);
    return delivering(destination);
  };
  const tickets = () => [...server.desk.tickets.values()];
  const notes = () => tickets().flatMap((ticket) => ticket.notes.map(({ body }) => body));
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

  it("rules 7, 8, 9 and 13: both sides with origin, quotes; failures for agents alone", async () => {
    const { deliver } = desk({ notify: ["ana@example.org"] });
    const first = makeText("Tulips or roses?");
    await deliver(first);
    await deliver(sent("Both", { type: "whatsapp.echo.text" }));
    const reply = {
      id: "wamid.2",
      type: "text",
      text: { body: "Roses" },
      context: { id: "wamid.1" },
    };
    await deliver(makeEvent({ data: { message: reply as never } }), { concerned: first });
    const failed = {
      messageId: "wamid.9",
      status: "failed",
      at: "2026-11-20T10:00:00Z",
      errors: [{ code: 131047 }],
    };
    await deliver(makeStatus("wamid.9", "failed", { data: { status: failed as never } }), {
      concerned: sent("Offer"),
    });
    const [ticket] = tickets();
    assert.match(ticket?.description ?? "", /<strong>Mia<\/strong>.*Tulips or roses\?/);
    const [echo, quoting, failure] = ticket?.notes ?? [];
    assert.match(echo?.body ?? "", /<strong>Agent \(phone\)<\/strong>.*Both/);
    assert.match(quoting?.body ?? "", /<blockquote>Tulips or roses\?<\/blockquote><p>Roses/);
    assert.deepEqual(
      ticket?.notes.map(({ incoming, private: isPrivate }) => [incoming, isPrivate]),
      [
        [false, false],
        [true, false],
        [false, true],
      ],
    );
    assert.equal(quoting?.user_id, ticket?.requester_id);
    assert.match(failure?.body ?? "", /Not delivered/);
    assert.deepEqual(failure?.notified, ["ana@example.org"]);
  });

  it("rule 9: reactions, edits and deletions say what they are about", async () => {
    const { deliver } = desk();
    const first = makeText("Tulips or roses?");
    await deliver(first);
    const about = (message: object) =>
      deliver(makeEvent({ data: { message: { id: "wamid.2", ...message } as never } }), {
        concerned: first,
      });
    const messageId = "wamid.1";
    await about({ type: "reaction", reaction: { messageId, emoji: "🌹" } });
    await about({ type: "reaction", reaction: { messageId, removed: true } });
    const edited = { id: messageId, type: "text", text: { body: "Tulips or lilies?" } };
    await about({ type: "edit", edit: { messageId, message: edited } });
    await about({ type: "revoke", revoke: { messageId } });
    const quote = "<p><strong>Mia</strong></p><blockquote>Tulips or roses?</blockquote>";
    assert.deepEqual(notes(), [
      `${quote}<p>Reacted 🌹</p>`,
      `${quote}<p>Took back the reaction</p>`,
      `${quote}<p>Edited to: Tulips or lilies?</p>`,
      `${quote}<p>Deleted this message</p>`,
    ]);
  });

  it("rule 12: files are attached, or it is said why not", async () => {
    const { deliver } = desk();
    const image = (id: string) =>
      makeEvent({ data: { message: { id, type: "image", image: { id: "media_1" } } as never } });
    await deliver(image("wamid.1"), { files: [keptFile('a"\r\n.jpg', "bytes of a")] });
    assert.deepEqual(tickets()[0]?.attachments, ["a___.jpg:bytes of a"]);
    await deliver(image("wamid.2"), { files: [keptFile("b.jpg", "bytes of b")] });
    assert.deepEqual(tickets()[0]?.notes[0]?.attachments, ["b.jpg:bytes of b"]);
    const late = { mediaId: "media_3", name: "c.jpg", absent: "the file had expired" };
    await deliver(image("wamid.3"), { files: [late] });
    assert.match(tickets()[0]?.notes[1]?.body ?? "", /c\.jpg: the file had expired/);
    server.held.takesFiles = false;
    await deliver(image("wamid.4"), { files: [keptFile("d.jpg", "x")] });
    assert.match(tickets()[0]?.notes[2]?.body ?? "", /d\.jpg: Freshdesk did not take the file/);
    const large = { ...keptFile("e.jpg", "x"), bytes: 30_000_000 };
    await deliver(image("wamid.5"), { files: [large] });
    assert.match(tickets()[0]?.notes[3]?.body ?? "", /e\.jpg: Freshdesk takes 20 MB at most/);
  });

  it("takes hostile texts only as text", async () => {
    const { deliver } = desk();
    const odd = "\u0000\u0007 \u202egnp.exe \ud800 \u200b \u05e9\u05dc\u05d5\u05dd";
    const hostile = `<script>alert(1)</script> [x](javascript:1) **b** ${odd}`;
    await deliver(
      makeText(hostile, { contact: { waId: "15555550123", name: "<b>\ud800\u202eMia" } }),
    );
    await deliver(sent(hostile));
    const shown = [tickets()[0]?.description ?? "", notes()[0] ?? ""];
    for (const html of shown) {
      const text = "&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:1) **b**";
      assert.ok(html.includes(`${text}  gnp.exe \ufffd \u200b \u05e9\u05dc\u05d5\u05dd`), html);
    }
    assert.ok(shown[0]?.startsWith("<p><strong>&lt;b&gt;\ufffdMia</strong></p>"), shown[0]);
    assert.equal(tickets()[0]?.subject, "WhatsApp: <b>\ufffdMia");
  });

  it("has no half characters and nothing unseen in custom fields", async () => {
    const says = "{{ message | text }}";
    server.desk.ticketFields.add("cf_says");
    const { deliver } = desk({ fields: { cf_says: says }, contactFields: { cf_first: says } });
    await deliver(makeText("a\u0000b\ud83d \u202ec"));
    const [contact] = server.desk.contacts.values();
    assert.deepEqual(
      [tickets()[0]?.custom_fields, contact?.custom_fields],
      [{ cf_says: "ab\ufffd c" }, { cf_first: "ab\ufffd c" }],
    );
  });

  it("cuts 65,536 characters with a mark, and takes as many in a template", async () => {
    await desk().deliver(makeText("&".repeat(65_536)));
    await desk({ text: "{{ message.text.body }}{{ message.text.body }}" }).deliver(
      makeText("b".repeat(40_000), { contact: { waId: "491700000003" } }),
    );
    const texts = server.desk.effects.map((each) => each.trim());
    assert.deepEqual(
      texts.map((text) => [/[&b]{2,}/.exec(text)?.[0].length, text.endsWith("…")]),
      [
        [59_999, true],
        [59_999, true],
      ],
    );
  });
});

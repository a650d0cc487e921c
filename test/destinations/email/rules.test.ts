import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent, makeStatus, makeText } from "../../store/make-events.ts";
import { delivering } from "../delivering.ts";
import { createEmailTo, keptFile, type Mailing, startMailing } from "./mailing.ts";

const message = (type: string, parts: object, family = "message") =>
  makeEvent({
    type: `whatsapp.${family}.${type}`,
    data: { message: { id: `wamid.${type}`, type, ...parts } },
  });
const business = (what: string, data: object = {}) =>
  makeEvent({ type: `business.${what}`, data: { business: { ...data } } });

describe("a mail, by what people complain about elsewhere", () => {
  let mailing: Mailing;
  before(async () => {
    mailing = await startMailing({}, {}, { opsUrl: "https://ops.acme.example" });
  });
  after(() => mailing.close());
  afterEach(() => {
    mailing.links.clear();
    mailing.server.mails.length = 0;
  });
  const received = async (...given: Parameters<Mailing["deliver"]>) => {
    const before = mailing.server.mails.length;
    await mailing.deliver(...given);
    return mailing.server.mails[before] ?? assert.fail("no mail came");
  };

  it("tells who wrote, what, to which number and when, and where to look", async () => {
    const event = makeText("Is my order there?", { at: 0 });
    const { email, from, to } = await received(event);
    assert.deepEqual([from, to], ["waypost@acme.example", ["sales@acme.example"]]);
    assert.equal(email.subject, "WhatsApp: Mia (+15555550123)");
    for (const words of [
      "Mia: Is my order there?",
      "Mia (+15555550123)",
      "WhatsApp number 700700700700700, 2026-11-20 10:00 UTC",
      `https://ops.acme.example/console#/events/${event.id}`,
    ]) {
      assert.ok(email.text?.includes(words), `${words} in ${email.text}`);
    }
    assert.match(email.html ?? "", /<strong>Mia<\/strong>/);
    assert.match(email.html ?? "", /<a href="https:\/\/ops\.acme\.example\/console#/);
  });

  it("is answered by nobody's out-of-office, and says what it is about to filters", async () => {
    const event = makeText("hello");
    const mail = await received(event);
    assert.equal(mail.header("Auto-Submitted"), "auto-generated");
    assert.equal(mail.header("X-Auto-Response-Suppress"), "All");
    assert.equal(mail.header("X-Waypost-Event"), event.id);
    assert.equal(mail.header("X-Waypost-Destination"), "desk");
  });

  it("6: shows a person known by a BSUID by that, never as a phone", async () => {
    const { email } = await received(makeText("hi", { contact: { userId: "DE.7411223344" } }));
    assert.equal(email.subject, "WhatsApp: DE.7411223344");
    assert.ok(!`${email.text}${email.html}`.includes("+DE"));
  });

  it("7, 8: has replies from the phone, and credits each to whoever wrote it", async () => {
    const own = { text: { body: "on my way" } };
    const echo = await received(message("text", own, "echo"));
    assert.match(echo.email.text ?? "", /^Agent \(phone\): on my way/);
    const bot = message("text", own, "outgoing");
    const sent = await received({ ...bot, data: { ...bot.data, sentBy: "bot" } } as WaypostEvent);
    assert.match(sent.email.text ?? "", /^Bot: on my way/);
  });

  it("9: quotes what is answered, and what a reaction is about", async () => {
    const concerned = makeText("Shall we say <Tuesday>?");
    const reaction = message("reaction", { reaction: { messageId: "wamid.1", emoji: "👎" } });
    const { email } = await received(reaction, { concerned });
    assert.match(email.text ?? "", /^Mia:\n> Shall we say <Tuesday>\?\nReacted 👎/);
    assert.match(email.html ?? "", /<blockquote dir="auto">Shall we say &lt;Tuesday&gt;\?</);
  });

  it("10: goes on in one thread, with one subject, until a silence of newAfter", async () => {
    const first = await received(makeText("one", { at: 0 }));
    const second = await received(makeText("two", { at: 60 }));
    const third = await received(makeText("three", { at: 120 }));
    const late = await received(makeText("four", { at: 120 + 14 * 86_400 }));
    const id = (mail: typeof first) => mail.header("Message-ID") ?? "";
    assert.equal(second.email.subject, "Re: WhatsApp: Mia (+15555550123)");
    assert.equal(second.header("In-Reply-To"), id(first));
    assert.equal(second.header("References"), id(first));
    assert.equal(third.header("In-Reply-To"), id(second));
    assert.equal(third.header("References"), `${id(first)} ${id(second)}`);
    assert.equal(late.header("In-Reply-To"), undefined);
    assert.equal(late.email.subject, "WhatsApp: Mia (+15555550123)");
  });

  it("keeps the threads of other recipients, and of what is no message, apart", async () => {
    const first = await received(makeText("one"));
    await received(business("erasure.requested"));
    const other = createEmailTo(mailing.server.url, { to: ["privacy@acme.example"] });
    const elsewhere = delivering(other);
    elsewhere.links.set("x", {});
    for (const [about, link] of mailing.links) elsewhere.links.set(about, link);
    await elsewhere.deliver(makeText("two"));
    await other.close();
    const third = await received(makeText("three"));
    assert.deepEqual(
      mailing.server.mails.slice(1, 3).map((mail) => mail.header("In-Reply-To")),
      [undefined, undefined],
    );
    assert.equal(third.header("In-Reply-To"), first.header("Message-ID"));
  });

  it("12: has the files, and a line that says why one is missing", async () => {
    const image = message("image", { image: { id: "media-1", caption: "our table" } });
    const pdf = keptFile("plan\r\nBcc: evil@example.org/..\\plan.pdf", Buffer.from("%PDF-1.7"));
    const large = { ...keptFile("film.mp4", Buffer.from(""), "video/mp4"), bytes: 16_000_000 };
    const absent = { mediaId: "m", name: "gone.jpg", absent: "the file had expired" };
    const mail = await received(image, { files: [pdf, large, absent] });
    assert.deepEqual(
      mail.email.attachments.map(({ filename, mimeType }) => [filename, mimeType]),
      [["plan Bcc: evil@example.org_.._plan.pdf", "application/pdf"]],
    );
    assert.deepEqual(mail.to, ["sales@acme.example"]);
    assert.match(mail.email.text ?? "", /film\.mp4: the file has 16\.0 MB, too much for a mail/);
    assert.match(mail.email.text ?? "", /gone\.jpg: the file had expired/);
  });

  it("12: has files up to the limit in all, and a line for the others", async () => {
    const image = message("image", { image: { id: "media-1" } });
    const files = ["a.pdf", "b.pdf"].map((name) => ({
      ...keptFile(name, Buffer.from("%PDF-1.7")),
      bytes: 6_000_000,
    }));
    const { email } = await received(image, { files });
    assert.deepEqual(
      email.attachments.map(({ filename }) => filename),
      ["a.pdf"],
    );
    assert.match(email.text ?? "", /b\.pdf: the file has 6\.0 MB, too much for a mail/);
  });

  it("12: arrives without its files where the server does not take them, and says so", async () => {
    const image = message("image", { image: { id: "media-1", caption: "our table" } });
    for (const reply of ["552 5.3.4 Too big", "552 5.7.0 Blocked: a security issue"]) {
      mailing.server.faults.push({ at: "data", reply });
      const mail = await received(image, { files: [keptFile("a.js", Buffer.from("alert(1)"))] });
      assert.equal(mail.email.attachments.length, 0);
      assert.match(mail.email.text ?? "", /a\.js: the mail server did not take the file/);
      assert.match(mail.email.text ?? "", /our table/);
    }
    const small = await startMailing({}, { size: 100_000 });
    await small.deliver(image, { files: [keptFile("b.pdf", Buffer.alloc(200_000))] });
    assert.match(small.server.mails[0]?.email.text ?? "", /did not take the file/);
    await small.close();
  });

  it("13: says that a message of ours did not arrive, why, and which", async () => {
    const status = makeStatus("wamid.1", "failed");
    const { email } = await received(status, { concerned: makeText("your appointment") });
    assert.match(email.text ?? "", /> your appointment\nNot delivered\./);
  });

  it("14: one that is over quota waits, and is not lost", async () => {
    mailing.server.faults.push({ at: "data", reply: "550 5.4.5 Daily sending quota exceeded" });
    const { verdict, afterMs } = await mailing.fails(makeText("later"));
    assert.deepEqual([verdict, afterMs], ["outage", 3_600_000]);
  });

  it("reads well of what is no message, with what was said before", async () => {
    const { email } = await received(business("erasure.requested", { asked: "on the phone" }));
    assert.equal(email.subject, "Erasure requested: Mia (+15555550123)");
    assert.match(email.text ?? "", /^Erasure requested: Mia \(\+15555550123\)\n\nThey ask that/);
    assert.match(email.text ?? "", /\nAsked: on the phone\n/);
    const lead = await received(business("lead.captured", { city: "Berlin", budget: 500 }));
    assert.match(lead.email.text ?? "", /^Lead captured: Mia .*\n\nCity: Berlin\nBudget: 500\n/);
    assert.match(lead.email.html ?? "", /<td[^>]*>Budget<\/td><td[^>]*>500<\/td>/);
  });

  it("has something to say of every event", async () => {
    const types = ["whatsapp.account.update", "whatsapp.status.read", "business.record.created"];
    for (const type of types) {
      const { email } = await received(makeEvent({ type }));
      assert.ok((email.subject ?? "").length > 5, email.subject);
    }
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { parseAddress } from "../../../src/destinations/email/addresses.ts";
import { makeText } from "../../store/make-events.ts";
import { keptFile, type Mailing, startMailing } from "./mailing.ts";

const hostile = [
  `<img src=x onerror=alert(1)><script>alert("1")</script>`,
  `"><a href="javascript:alert(1)">x</a>`,
  "Mia\r\nBcc: evil@example.org\r\n\r\nI am another mail",
  "Mia\nBcc: evil@example.org",
  "Mia\u2028Bcc: evil@example.org",
  "=?utf-8?Q?=0D=0ABcc=3A_evil=40example.org?=",
  "\u202egpj.exe\u0000\u0007 \ud800",
  "مرحبا كيف حالك 👩‍👩‍👧‍👦 שלום",
  ".\r\n.\r\nMAIL FROM:<evil@example.org>\r\n..",
  `${"long ".repeat(13_107)}!`,
  "{{ 7 | times: 6 }} {% raw %}",
];

describe("a mail of what strangers wrote", () => {
  let mailing: Mailing;
  let templates: Mailing;
  before(async () => {
    mailing = await startMailing();
    templates = await startMailing({
      subject: "{{ contact.name }} writes",
      text: "Own words: {{ message.text.body }}",
      html: '<h1 title="{{ contact.name }}">{{ contact.name | escape }}</h1>{{ message.text.body | newline_to_br }}',
    });
  });
  after(async () => {
    await mailing.close();
    await templates.close();
  });
  afterEach(() => {
    for (const { links, server } of [mailing, templates]) {
      links.clear();
      server.mails.length = 0;
    }
  });

  for (const text of hostile) {
    it(`is one mail to us, without markup of theirs: ${JSON.stringify(text.slice(0, 40))}`, async () => {
      for (const { deliver, server, links } of [mailing, templates]) {
        const files = [keptFile(text.slice(0, 500), Buffer.from("x"))];
        await deliver(makeText(text, { contact: { waId: "15555550123", name: text } }), { files });
        const [mail, ...more] = server.mails;
        assert.ok(mail);
        assert.deepEqual([more, mail.to], [[], ["sales@acme.example"]]);
        const { html = "", text: plain = "", subject = "", attachments } = mail.email;
        const tags = [...html.matchAll(/<\s*\/?([a-z!][a-z0-9]*)/gi)].map(([, tag]) => tag);
        const ours = "doctype html body p strong h1 h3 br ul li a table tr td !doctype".split(" ");
        assert.deepEqual(
          tags.filter((tag) => !ours.includes((tag ?? "").toLowerCase())),
          [],
        );
        assert.ok(!/<a [^>]*javascript:/i.test(html), html);
        const names = mail.raw.slice(0, mail.raw.indexOf("\r\n\r\n")).match(/^[A-Za-z-]+(?=:)/gm);
        assert.ok(!names?.includes("Bcc"), String(names));
        assert.equal(new Set(names).size, names?.length);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        assert.ok(!/[\u0000\u0007\u202e\ud800]/.test(`${html}${plain}${subject}`));
        assert.ok(subject.length > 0 && !/[\r\n]/.test(subject));
        assert.equal(attachments.length, 1);
        assert.ok(Math.max(...mail.raw.split("\r\n").map((line) => line.length)) <= 998);
        links.clear();
      }
    });
  }

  it("shows emoji and every script as they were written", async () => {
    const text = "مرحبا 👩‍👩‍👧‍👦 שלום Grüße 你好";
    await mailing.deliver(makeText(text, { contact: { waId: "15555550123", name: text } }));
    const [mail] = mailing.server.mails;
    assert.equal(mail?.email.subject, `WhatsApp: ${text} (+15555550123)`);
    assert.ok(mail?.email.text?.includes(text));
    assert.ok(mail?.email.html?.includes(`<p dir="auto">${text}</p>`));
    // RFC 2047: nothing but ASCII in the head.
    assert.match(mail?.raw.slice(0, mail.raw.indexOf("\r\n\r\n")) ?? "", /^[\x20-\x7e\r\n\t]*$/);
  });

  it("holds a file that is a mail or has parts of its own as a file, byte for byte", async () => {
    const bytes = Buffer.from(`From: x\n\n.\n--mixed\n\0\xff${"z".repeat(3_000)}`, "latin1");
    for (const type of ["message/rfc822", "Multipart/Mixed", "message/delivery-status"]) {
      await mailing.deliver(makeText("see"), { files: [keptFile("a.eml", bytes, type)] });
      const { email, raw = "" } = mailing.server.mails.at(-1) ?? {};
      const [file, ...more] = email?.attachments ?? [];
      assert.deepEqual([file?.filename, file?.mimeType], ["a.eml", "application/octet-stream"]);
      assert.ok(file && Buffer.from(file.content as ArrayBuffer).equals(bytes), type);
      assert.deepEqual(more, []);
      assert.ok(Math.max(...raw.split("\r\n").map((line) => line.length)) <= 998);
    }
  });

  it("goes to a domain in another script by the name that every server takes", () => {
    const parsed = parseAddress("Jörg <info@müller.example>");
    assert.deepEqual(parsed, { name: "Jörg", address: "info@xn--mller-kva.example" });
    assert.equal(parseAddress("info@xn--a.müller"), undefined);
  });

  it("puts a name into an address only as a name", async () => {
    const to = ["{{ contact.name }} <sales@acme.example>"];
    const named = await startMailing({ to });
    const names = ['Mia, "the boss"', "evil@example.org,", "<evil@example.org>", "x\r\nBcc: y"];
    for (const name of names) {
      const event = makeText("x", { contact: { waId: "15555550123", name } });
      await named.deliver(event).catch((error: { verdict?: string }) => {
        assert.equal(error.verdict, "refused");
      });
    }
    for (const mail of named.server.mails) assert.deepEqual(mail.to, ["sales@acme.example"]);
    await named.close();
  });

  it("renders own templates, escaped where they are markup", async () => {
    const contact = { waId: "15555550123", name: "Mia & <Tom>" };
    await templates.deliver(makeText("one\ntwo", { contact }));
    const [mail] = templates.server.mails;
    assert.equal(mail?.email.subject, "Mia & <Tom> writes");
    assert.match(mail?.email.text ?? "", /^Own words: one\ntwo\n/);
    const escaped = "Mia &amp; &lt;Tom&gt;";
    assert.equal(mail?.email.html?.trim(), `<h1 title="${escaped}">${escaped}</h1>one<br>two`);
  });
});

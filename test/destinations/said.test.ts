import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { EventFile, WaypostEvent } from "../../src/contracts.ts";
import { cleanText, said, saidAsHtml, saidAsText } from "../../src/destinations/said.ts";
import { fileArrivedEvent } from "../../src/event/file-arrived.ts";
import { makeEvent, makeStatus, makeText, type Parts } from "../store/make-events.ts";

const folder = new URL("../../fixtures/events/", import.meta.url);
const eventsOf = (name: string) =>
  JSON.parse(readFileSync(new URL(name, folder), "utf8")) as WaypostEvent[];
const fixtures = readdirSync(folder).flatMap((name) =>
  eventsOf(name).map((event) => [name, event] as const),
);

function fixture(name: string): WaypostEvent {
  const [event] = eventsOf(`${name}.json`);
  assert.ok(event);
  return event;
}
const textOf = (event: WaypostEvent, concerned?: WaypostEvent, files?: readonly EventFile[]) => {
  const words = said(event, concerned, files);
  return words && saidAsText(words);
};
const sent = (type: string, data: Parts["data"] = {}) =>
  makeEvent({ type, data: { message: { type: "text", text: { body: "Hallo" } }, ...data } });
const who = (event: WaypostEvent) => said(event)?.who;
const tulips = makeText("Ihre Tulpen\nsind da");

/** What could change the look of what stands around it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u;

describe("what an event says in a conversation", () => {
  it("is safe for every event that there is", () => {
    for (const [name, event] of fixtures) {
      const words = said(event, event);
      if (words === undefined) continue;
      for (const shown of [saidAsText(words), words.who, words.quote ?? ""]) {
        assert.doesNotMatch(shown, unsafe, name);
      }
      assert.doesNotMatch(words.who, /\n/, name);
      assert.notEqual(words.who, "", name);
      assert.doesNotMatch(
        saidAsHtml(words).replace(/<\/?(p|strong|blockquote|ul|li|br)>/g, ""),
        /[<>"']/,
      );
      assert.ok(Number.isFinite(Date.parse(words.at)));
    }
  });

  it("is nothing where nobody speaks: other statuses, records of destinations, what is not known", () => {
    const speaking = new Set(["message", "echo", "outgoing", "history", "standby"]);
    for (const [name, event] of fixtures) {
      const family = event.type.split(".")[1] ?? "";
      const speaks = event.data.message
        ? speaking.has(family)
        : event.data.status?.status === "failed";
      assert.equal(said(event) !== undefined, speaks, name);
    }
    for (const type of ["business.record.created", "business.contact.erased"]) {
      assert.equal(said(makeEvent({ type, data: { business: { id: "1" } } })), undefined, type);
    }
  });

  it("is the contact's name and the text, as it came", () => {
    const event = fixture("message-text");
    assert.deepEqual(said(event), {
      direction: "in",
      who: "Lena Albrecht",
      text: "Habt ihr noch Pfingstrosen?",
      at: event.time,
      files: [],
    });
    assert.equal(textOf(fixture("message-text")), "Lena Albrecht: Habt ihr noch Pfingstrosen?");
    assert.equal(
      textOf(fixture("message-text-from-ad")),
      "Lena Albrecht: What does the bouquet cost?\n[From ad: Spring bouquets https://fb.example/ad/88]",
    );
    assert.equal(
      textOf(fixture("message-order")),
      "Lena Albrecht: [Order] as a gift\nItem: 2 × VASE-12 at 19.9 EUR\nItem: 12 × ROSE-1 at 1.5 EUR\nCatalogue: 41009",
    );
    assert.equal(textOf(fixture("trap-contact-without-profile")), "+4915550002211: no profile");
  });

  it("keeps the origin (rules 7 and 8)", () => {
    assert.equal(textOf(fixture("smb-message-echo-text")), "Agent (phone): Ist unterwegs");
    assert.equal(said(fixture("smb-message-echo-text"))?.direction, "out");
    assert.equal(who(fixture("message-echo-template")), "Sent by API");
    assert.equal(who(sent("whatsapp.outgoing.text")), "Sent by API");
    assert.equal(who(sent("whatsapp.outgoing.text", { sentBy: "human" })), "Agent");
    assert.equal(who(sent("whatsapp.outgoing.text", { sentBy: "bot" })), "Bot");
    assert.equal(who(sent("whatsapp.outgoing.text", { sentBy: "campaign" })), "Campaign");
    assert.equal(
      who(sent("whatsapp.outgoing.text", { sentBy: "campaign", campaign: "spring" })),
      "Campaign (spring)",
    );
    assert.equal(said(sent("whatsapp.outgoing.text"))?.direction, "out");
    assert.equal(who(fixture("standby-message")), "Lena Albrecht");
    assert.equal(who(fixture("standby-echo-of-agent")), "Other app");
    const [question, answer] = eventsOf("history-chunk-two-threads.json").map((each) => said(each));
    assert.deepEqual([question?.direction, question?.who], ["in", "+4915550002211"]);
    assert.deepEqual([answer?.direction, answer?.who], ["out", "Business"]);
  });

  it("credits no contact's words to one of ours, whatever the profile name", () => {
    const called = (name: string) =>
      who(makeText("hi", { contact: { waId: "15555550123", name } }));
    assert.equal(called("Agent (phone)"), "Agent (phone) (contact)");
    assert.equal(called("\u200bＡgent"), "\u200bＡgent (contact)");
    assert.equal(called("Agentur Schmidt"), "Agentur Schmidt");
    assert.equal(called("Mia\nAgent: \u202ebooked"), "Mia Agent: booked");
    assert.equal(called("\u202e\u0000 "), "+15555550123");
    assert.equal(called("x".repeat(999))?.length, 200);
  });

  it("renders the quoted text, and what a reaction, an edit or a deletion is about (rule 9)", () => {
    assert.equal(
      textOf(fixture("message-text-reply"), tulips),
      "Lena Albrecht:\n> Ihre Tulpen\n> sind da\nThe second one, please",
    );
    assert.equal(
      textOf(fixture("message-reaction"), tulips),
      "Lena Albrecht:\n> Ihre Tulpen\n> sind da\nReacted 🌷",
    );
    assert.equal(
      textOf(fixture("message-reaction-removed"), fixture("message-image-with-caption-and-url")),
      "Lena Albrecht:\n> [Photo] so sah er aus\nTook back the reaction",
    );
    assert.equal(
      textOf(fixture("message-edit"), tulips),
      "Lena Albrecht:\n> Ihre Tulpen\n> sind da\nEdited to: Habt ihr noch Ranunkeln?",
    );
    assert.equal(
      textOf(fixture("smb-message-echo-revoke"), tulips),
      "Agent (phone):\n> Ihre Tulpen\n> sind da\nDeleted this message",
    );
    assert.equal(
      textOf(fixture("message-reaction")),
      "Lena Albrecht:\n> [an earlier message]\nReacted 🌷",
    );
    assert.equal(said(fixture("message-text"), tulips)?.quote, undefined);
    assert.equal(said(fixture("message-reaction"), makeText("x".repeat(999)))?.quote?.length, 300);
  });

  it("says what failed, with Meta's code and title (rule 13)", () => {
    const words = said(fixture("status-failed"), tulips);
    assert.ok(words);
    assert.equal(words.failed, true);
    assert.equal(words.direction, "out");
    assert.equal(
      saidAsText(words),
      "WhatsApp:\n> Ihre Tulpen\n> sind da\nNot delivered. Error 131026: Message undeliverable: Receiver cannot receive this message",
    );
    assert.equal(
      textOf(makeStatus("wamid.1", "failed")),
      "WhatsApp:\n> [an earlier message]\nNot delivered. WhatsApp gives no reason",
    );
    const standby = { ...fixture("status-failed"), type: "whatsapp.standby.failed" };
    assert.equal(said(standby)?.failed, true);
  });

  it("lists what is attached, and says why something is not (rule 12)", () => {
    const kept = { mediaId: "1", name: "photo.jpg" } as EventFile;
    const absent = { mediaId: "2", name: "a\nb<i>.pdf", absent: "files are not fetched" };
    const words = said(fixture("message-image-with-caption-and-url"), undefined, [kept, absent]);
    assert.ok(words);
    assert.deepEqual(words.files, [kept, absent]);
    assert.equal(
      saidAsText(words),
      "Lena Albrecht: [Photo] so sah er aus\nAttached: photo.jpg\na b<i>.pdf: files are not fetched",
    );
    assert.equal(
      saidAsHtml(words),
      "<p><strong>Lena Albrecht</strong></p><p>[Photo] so sah er aus</p><ul><li>Attached: photo.jpg</li><li>a b&lt;i&gt;.pdf: files are not fetched</li></ul>",
    );
  });

  it("says a derived event in one short line, by its type and what scalars it holds", () => {
    const derived = (what: string, business?: { [key: string]: unknown }) =>
      said(makeEvent({ type: `business.${what}`, data: business ? { business } : {} }));
    assert.equal(derived("handoff.requested")?.text, "Handoff requested");
    assert.equal(derived("csat.received", { stars: 4 })?.text, "CSAT received (Stars: 4)");
    const lead = derived("lead.captured", {
      city: "Berlin\n> x",
      budget: 500,
      tags: ["a"],
      raw: { a: 1 },
    });
    assert.equal(lead?.text, "Lead captured (City: Berlin > x, Budget: 500)");
    assert.equal(lead?.note, true);
    assert.equal(lead?.who, "Waypost");
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`key${i}`, "x".repeat(999)]),
    );
    assert.ok((derived("form.sent", many)?.text.length ?? 0) < 2_400);
  });
});

describe("said as text and HTML", () => {
  const hostile = "<script>alert(1)</script> & \"x\" 'y'\r\n</p>\u202eevil\u0000\ud800\u2028end";

  it("escapes everything and keeps line breaks", () => {
    const event = makeText(hostile, { contact: { name: "<b>Mia</b>", waId: "15555550123" } });
    const words = said(event);
    assert.ok(words);
    assert.equal(
      saidAsHtml(words),
      "<p><strong>&lt;b&gt;Mia&lt;/b&gt;</strong></p><p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot; &#39;y&#39;<br>&lt;/p&gt;evil\ufffd<br>end</p>",
    );
    assert.equal(
      saidAsText(words),
      "<b>Mia</b>: <script>alert(1)</script> & \"x\" 'y'\n</p>evil\ufffd\nend",
    );
  });

  it("puts the quote above what is said about it", () => {
    const words = said(fixture("message-text-reply"), makeText('1 < 2\n"3"'));
    assert.ok(words);
    assert.equal(
      saidAsHtml(words),
      "<p><strong>Lena Albrecht</strong></p><blockquote>1 &lt; 2<br>&quot;3&quot;</blockquote><p>The second one, please</p>",
    );
  });

  it("cuts the text to what fits, never a tag or an entity", () => {
    const words = said(makeText('"'.repeat(65_536)), undefined);
    assert.ok(words);
    assert.equal(words.text.length, 60_000);
    for (const max of [65_536, 500, 60]) {
      const html = saidAsHtml(words, max);
      assert.ok(html.length <= max && html.length > max - 40, String(html.length));
      assert.match(html, /^<p><strong>Mia<\/strong><\/p><p>(&quot;)+…<\/p>$/);
      const text = saidAsText(words, max);
      assert.ok(text.length <= max && text.endsWith("…"));
    }
  });

  it("cleans any text, to any length, and cleaning it again changes nothing", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc
        .array(fc.constantFrom("\ud83d", "\ude00", "\u202e", "\r\n", "\u0000", "a", "👩‍🌾"))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, fc.nat(40), (text, max) => {
        const clean = cleanText(text, max);
        assert.ok(clean.length <= max);
        assert.doesNotMatch(clean, unsafe);
        assert.equal(cleanText(clean, max), clean);
      }),
    );
    assert.equal(cleanText("می\u200cخواهم \u200fשלום", 99), "می\u200cخواهم \u200fשלום");
  });
});

describe("a file that came later than its message", () => {
  it("is said of whoever sent the message, with the file", () => {
    const source = makeEvent({
      type: "whatsapp.message.image",
      data: { message: { id: "wamid.1", type: "image", image: { id: "810", caption: "receipt" } } },
    });
    const file = { mediaId: "810", name: "image.jpg", type: "image/jpeg" };
    const arrived = fileArrivedEvent(source, file, { without: [], at: new Date() });
    const absent = { mediaId: "810", name: "image.jpg", absent: "it is gone again" };
    const line = said(arrived, source, [absent]);
    assert.equal(line?.direction, "in");
    assert.equal(line?.who, "Mia");
    assert.equal(line?.note, undefined);
    assert.match(line?.quote ?? "", /receipt/);
    assert.deepEqual(line?.files, [absent]);
  });
});

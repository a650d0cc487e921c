import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WaypostEvent } from "../../src/contracts.ts";
import { slackMessage } from "../../src/destinations/slack/blocks.ts";
import { escapedClip, escapedPieces } from "../../src/destinations/slack/mrkdwn.ts";
import { makeEvent, makeText } from "../store/make-events.ts";

const folder = new URL("../../fixtures/events/", import.meta.url);
const fixtures = readdirSync(folder).flatMap((name) =>
  (JSON.parse(readFileSync(new URL(name, folder), "utf8")) as WaypostEvent[]).map(
    (event) => [name, event] as const,
  ),
);

interface TextObject {
  readonly type: string;
  readonly text: string;
}
const render = (event: WaypostEvent, mention = "") =>
  slackMessage([{ event }], { opens: true, mention });
const textsIn = ({ blocks }: ReturnType<typeof render>): TextObject[] =>
  (blocks as unknown as { text?: TextObject; elements?: TextObject[] }[]).flatMap(
    ({ text, elements = [] }) => (text ? [text, ...elements] : elements),
  );
const textsOf = (event: WaypostEvent, mention = "") => textsIn(render(event, mention));
const shown = (event: WaypostEvent) =>
  textsOf(event)
    .map(({ text }) => text)
    .join("\n");

/** Slack's limits, and nothing that it would read as a command. */
function assertSafe(event: WaypostEvent): void {
  const message = render(event);
  const { text, blocks } = message;
  const texts = textsIn(message);
  assert.ok(blocks.length <= 50);
  assert.ok(text.length > 0 && text.length <= 3000);
  for (const { text: each } of texts) assert.ok(each.length > 0 && each.length <= 3000, each);
  assert.ok(texts.reduce((sum, each) => sum + each.text.length, 0) <= 13_000);
  for (const each of [
    text,
    ...texts.filter(({ type }) => type === "plain_text").map((t) => t.text),
  ]) {
    assert.doesNotMatch(each, /[<>]/);
    assert.doesNotMatch(each, /&(?!amp;|lt;|gt;)/);
    assert.doesNotMatch(each, /\p{Surrogate}|[\u202a-\u202e\u2066-\u2069]/u);
    assert.doesNotMatch(each, /(?![\n\t])\p{Cc}/u);
  }
  for (const each of texts.filter(({ type }) => type === "mrkdwn")) {
    assert.match(
      each.text,
      /^<https:\/\/www\.google\.com\/maps\?q=-?[\d.]+,-?[\d.]+\|Open the map>$/,
    );
  }
  encodeURIComponent(JSON.stringify(blocks) + text);
}

describe("slackMessage", () => {
  it("renders every fixture within Slack's limits, safely, and says what it is", () => {
    assert.ok(fixtures.length > 100);
    for (const [name, event] of fixtures) {
      assertSafe(event);
      assert.ok(shown(event).length > 20, name);
    }
  });

  it("shows what a person would look for", () => {
    const expected: Record<string, string[]> = {
      "message-text.json": ["Habt ihr noch Pfingstrosen?", "Lena Albrecht (+4915550002211)"],
      "message-image-with-caption-and-url.json": ["Photo", "so sah er aus"],
      "message-document.json": ["Document", "bitte prüfen", "Rechnung März/2026.pdf"],
      "message-audio-voice-note.json": ["Voice message"],
      "message-location-of-business.json": [
        "Blumen am Kanal",
        "Uferweg 3, Berlin",
        "maps?q=52.5,13.39",
      ],
      "message-contacts-card.json": ["Dr. Ada Boll", "+49 30 5550 1300", "ada@boll.example"],
      "message-interactive-button-reply.json": ["Button tapped", "Bestätigen", "confirm"],
      "message-interactive-list-reply.json": ["Friday", "10 to 12", "fri-10"],
      "message-interactive-flow-reply.json": ["Form completed", "Stars: 4"],
      "message-button-of-template.json": ["Verschieben", "RESCHEDULE"],
      "message-order.json": ["2 × VASE-12 at 19.9 EUR", "as a gift"],
      "message-reaction.json": ["Reaction 🌷"],
      "message-system-number-changed.json": ["User changed number", "4915550002299"],
      "message-unsupported-poll.json": ["does not pass on", "poll_creation"],
      "message-edit.json": ["Message edited", "Habt ihr noch Ranunkeln?"],
      "message-revoke.json": ["Message deleted"],
      "status-failed.json": ["Status: failed", "Error 131026", "Receiver cannot receive"],
      "payment-failed.json": ["1299 INR", "insufficient funds"],
      "template-rejected.json": ["Template status"],
      "account-violation.json": ["violation", "SCAM"],
      "field-not-yet-known.json": ["holographic"],
    };
    for (const [name, words] of Object.entries(expected)) {
      const events = fixtures.filter(([file]) => file === name).map(([, event]) => shown(event));
      assert.ok(events.length > 0, name);
      for (const word of words)
        assert.ok(events.join("\n").includes(word), `${name}: ${word}\n${events}`);
    }
  });

  it("links the runbook of an alert, and nothing that only looks like one", () => {
    const alert = (runbook: string, type = "business.alert.destination_out") =>
      shown(makeEvent({ type, data: { business: { runbook } } }));
    const url = "https://ops.example:8081/runbooks/destination-out";
    assert.ok(alert(url).includes(`<${url}|Runbook>`));
    for (const other of [
      "docs/runbooks/destination-out.md",
      "javascript:alert(1)",
      "https://a|b>",
      `${url} <!here>`,
    ])
      assert.ok(!alert(other).includes("|Runbook>"), other);
    assert.ok(!alert(url, "business.order.placed").includes("|Runbook>"));
  });

  const hostile = [
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<!subteam^S012|@all>",
    "<@U012ABC>",
    "<#C012ABC|general>",
    "<https://evil.example|your bank>",
    "<mailto:x@evil.example|mail>",
    "&lt;!channel&gt;",
    "&amp;lt;!channel>",
    "<!date^0^{date}|x>",
    "> quoted\n>>> more",
    "```code```",
    "*bold* _it_ ~no~ `x`",
    "line\n*Waypost:* paid",
    "line\r\u2028\u2029\u0085next",
    "\u202eevil\u202c \u2066x\u2069",
    "\u0000\u0007\u001b[31m",
    "\ud800 lone \udc00",
    ":rotating_light: @channel #general",
    "&".repeat(5000),
    "<".repeat(2999),
    "👩‍👩‍👧‍👦".repeat(1000),
    " \n\t ",
  ];
  const planted = (text: string): WaypostEvent[] => {
    const message = (part: object) =>
      makeEvent({
        contact: { name: text, username: text },
        data: { message: { type: "x", ...part } },
      });
    const media = { caption: text, filename: text, mimeType: text, id: text };
    return [
      makeText(text, { contact: { name: text, waId: text, userId: text } }),
      message({ type: text }),
      ...["image", "video", "audio", "document", "sticker"].map((kind) =>
        message({ [kind]: media }),
      ),
      message({ location: { latitude: 1, longitude: 2, name: text, address: text, url: text } }),
      message({
        contacts: [
          { name: { formattedName: text }, phones: [{ phone: text }], urls: [{ url: text }] },
        ],
      }),
      message({ interactive: { type: text, buttonReply: { id: text, title: text } } }),
      message({ interactive: { listReply: { id: text, title: text, description: text } } }),
      message({ interactive: { nfmReply: { body: text, response: { [text]: text } } } }),
      message({ button: { text, payload: text } }),
      message({ order: { text, productItems: [{ productRetailerId: text, currency: text }] } }),
      message({ reaction: { emoji: text, messageId: text } }),
      message({ system: { type: text, body: text, waId: text } }),
      message({ edit: { message: { type: "text", text: { body: text } } } }),
      message({ text: { body: "x" }, referral: { headline: text, sourceUrl: text } }),
      message({ text: { body: "x" }, context: { id: text } }),
      message({ errors: [{ code: 1, title: text, details: text }] }),
      makeEvent({
        type: "whatsapp.status.failed",
        data: { status: { messageId: text, status: text, errors: [{ title: text }] } },
      }),
      makeEvent({
        type: "whatsapp.template.status",
        data: { template: { name: text, reason: text } },
      }),
      makeEvent({ type: "business.note", data: { business: { [text]: text, deep: [{ text }] } } }),
      makeEvent({ account: { displayPhoneNumber: text, phoneNumberId: "1" }, data: {} }),
    ];
  };

  it("lets no text, name, caption, filename, id or title be a command, a link or a line of its own", () => {
    let count = 0;
    for (const text of hostile) {
      for (const event of planted(text)) {
        assertSafe(event);
        count += 1;
      }
    }
    assert.ok(count >= 300, String(count));
  });

  it("is safe and within the limits with any text in any place", () => {
    const mixed = fc.string({
      unit: fc.constantFrom("<", ">", "&", "!", "|", "@", "\n", "a", "🌷", "\ud800", "\u202e", ";"),
      maxLength: 4000,
      size: "max",
    });
    const check = (text: string) => planted(text).forEach(assertSafe);
    fc.assert(fc.property(mixed, check), { numRuns: 60 });
  });

  it("keeps names and titles on one line", () => {
    const event = makeText("x", { contact: { name: "Mia\nPaid: yes", waId: "1" } });
    assert.ok(render(event).text.startsWith("Mia Paid: yes (+1): "));
    assert.ok(!textsOf(event).some(({ text }) => text.includes("\nPaid")));
  });

  it("shows a long text in full as far as Slack takes it, and says when it does not", () => {
    const long = Array.from({ length: 800 }, (_, at) => `w${at}`).join(" ");
    assert.ok(long.length > 3000 && long.length < 4096);
    const { blocks } = render(makeText(long, {}));
    const sections = blocks.flatMap((block) =>
      block.type === "section" ? [block.text?.text] : [],
    );
    assert.equal(sections.length, 2);
    assert.equal(sections.join(""), long);
    assert.match(shown(makeText("x".repeat(50_000), {})), /shortened/);
  });

  it("puts a mention only where it is told to", () => {
    assert.equal(
      textsOf(makeText("x", {}), "<!here>").filter(({ text }) => text === "<!here>").length,
      1,
    );
    assert.ok(!shown(makeText("x", {})).includes("<!here>"));
  });
});

describe("escapedPieces", () => {
  const text = fc.string({ unit: fc.constantFrom("<", "&", ">", "a", "🌷"), maxLength: 200 });
  const escaped = (plain: string) =>
    plain.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  it("cuts neither entities nor characters, and loses nothing", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 5, max: 50 }), (plain, limit) => {
        const pieces = escapedPieces(plain, limit);
        assert.equal(pieces.join(""), escaped(plain));
        for (const piece of pieces) {
          assert.ok(piece.length <= limit && !/\p{Surrogate}/u.test(piece));
          assert.doesNotMatch(piece, /&(?!amp;|lt;|gt;)/);
        }
      }),
    );
  });
  it("clips to the limit with an ellipsis, only where something is missing", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 6, max: 50 }), (plain, limit) => {
        const clipped = escapedClip(plain, limit);
        assert.ok(clipped.length <= limit);
        if (escaped(plain).length <= limit) assert.equal(clipped, escaped(plain));
        else assert.ok(clipped.endsWith("…"));
      }),
    );
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { textOf } from "../../src/event/message-in-words.ts";
import { createTemplates } from "../../src/support/template.ts";
import { statusEvent, textEvent } from "../support/sample-events.ts";

/** What the first event of a golden file says. */
const golden: Readonly<Record<string, string>> = {
  "message-text": "Habt ihr noch Pfingstrosen?",
  "message-image-with-caption-and-url": "[Photo] so sah er aus",
  "message-audio-voice-note": "[Voice message]",
  "message-document": "[Document] bitte prüfen\nFile: Rechnung März/2026.pdf",
  "message-location-pin": "[Location]\nCoordinates: 52.4986,-13.4",
  "message-interactive-button-reply": "[Button tapped] Bestätigen",
  "message-interactive-list-reply": "[Chosen from a list] Friday\n10 to 12",
  "message-interactive-flow-reply": "[Form completed] Sent\nStars: 4\nNote: schön",
  "message-order":
    "[Order] as a gift\nItem: 2 × VASE-12 at 19.9 EUR\nItem: 12 × ROSE-1 at 1.5 EUR\nCatalogue: 41009",
  "message-contacts-answer-to-phone-request":
    "[Contact card]\nName: Tomás Rey\nPhone: +34 655 500 112",
  "message-reaction": "[Reaction 🌷]",
  "message-edit": "[Message edited] Habt ihr noch Ranunkeln?",
  "message-echo-template": "[Template] order_ready",
  "message-of-a-type-not-yet-known": "[Hologram]",
};

function goldenEvent(name: string): { data: { message: object } } {
  const path = new URL(`../../fixtures/events/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"))[0];
}

describe("textOf", () => {
  for (const [name, expected] of Object.entries(golden)) {
    it(`tells ${name}, as an event and as a message`, () => {
      const event = goldenEvent(name);
      assert.equal(textOf(event), expected);
      assert.equal(textOf(event.data.message), expected);
    });
  }

  it("tells why a file is missing", () => {
    assert.match(
      textOf(goldenEvent("message-image-with-download-error")),
      /^\[Image\]\nError \d+: /,
    );
  });

  it("tells a transcript line by line, with time and name", () => {
    const message = (body: string) => textEvent(1, body).data.message;
    const transcript = [
      { at: "2026-11-20T10:00:59.000Z", from: "contact", name: "Mia", message: message("Hi") },
      { at: "2026-11-20T10:01:00.000Z", from: "business", message: message("Hello\nMia") },
      { from: "contact", message: message("again") },
      { message: message("nobody") },
    ];
    assert.equal(
      textOf(transcript),
      "2026-11-20 10:00 Mia: Hi\n2026-11-20 10:01 Business: Hello\nMia\nContact: again\nnobody",
    );
  });

  it("says nothing of what holds no message", () => {
    for (const value of [undefined, null, 1, {}, [], { message: 1 }, statusEvent(1, "read")]) {
      assert.equal(textOf(value), "", JSON.stringify(value));
    }
    assert.equal(textOf("as it is"), "as it is");
  });

  it("serves as a filter of templates, which gives nothing of other shapes", () => {
    const { compile } = createTemplates({ filters: { text: textOf } });
    const template = compile("<{{ message | text }}>");
    assert.equal(template.render(goldenEvent("message-reaction").data), "<[Reaction 🌷]>");
    assert.equal(template.render({ message: { type: "text", text: { body: 1 } } }), "<>");
    assert.equal(template.render({ message: { type: "order", order: { productItems: 3 } } }), "<>");
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { messageTexts } from "../../src/event/message-texts.ts";
import { renderMessage } from "../../src/event/render-message.ts";
import { searchableTexts } from "../../src/store/log/searchable-texts.ts";
import { makeEvent } from "../store/make-events.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;

/** By file: what its first message says, and what `all` adds to it. */
const golden: Readonly<Record<string, { says: string[]; all?: string[] }>> = {
  "message-text.json": { says: ["Habt ihr noch Pfingstrosen?"] },
  "message-image-with-caption-and-url.json": { says: ["so sah er aus"] },
  "message-video.json": { says: [] },
  "message-audio-voice-note.json": { says: [] },
  "message-voice-legacy-type.json": { says: [] },
  "message-document.json": { says: ["bitte prüfen"] },
  "message-sticker-animated.json": { says: [] },
  "message-location-of-business.json": { says: [] },
  "message-contacts-card.json": { says: [] },
  "message-interactive-button-reply.json": { says: ["Bestätigen"] },
  "message-interactive-list-reply.json": { says: ["Friday"], all: ["Friday", "10 to 12"] },
  "message-interactive-flow-reply.json": { says: ["Sent"] },
  "message-interactive-address-reply.json": { says: ["Uferweg 3"] },
  "message-interactive-call-permission-granted.json": { says: [] },
  "message-button-of-template.json": { says: ["Verschieben"] },
  "message-order.json": { says: ["as a gift"] },
  "message-reaction.json": { says: [] },
  "message-system-number-changed.json": {
    says: [],
    all: ["User Lena changed from 4915550002211 to 4915550002299"],
  },
  "message-edit.json": { says: ["Habt ihr noch Ranunkeln?"] },
  "message-edit-caption.json": { says: ["so sieht er aus"] },
  "message-revoke.json": { says: [] },
  "message-unsupported-poll.json": { says: [] },
  "message-echo-template.json": { says: [] },
  "message-media-placeholder.json": { says: [] },
  "message-request-welcome.json": { says: [] },
  "message-of-a-type-not-yet-known.json": { says: [] },
  "message-without-type.json": { says: ["no type at all"] },
  "trap-status-upper-case-and-type-with-dots.json": { says: ["type does not fit a routing key"] },
};

const made: [title: string, message: Omit<Message, "id">, says: string[], all?: string[]][] = [
  ["a video's caption", { type: "video", video: { caption: "look" } }, ["look"]],
  ["an audio's caption", { type: "audio", audio: { caption: "hear" } }, ["hear"]],
  ["a sticker's caption", { type: "sticker", sticker: { caption: "haha" } }, ["haha"]],
  [
    "an interactive message that was sent",
    { type: "interactive", interactive: { header: "Order 7", body: "It is ready", footer: "Bye" } },
    ["It is ready"],
    ["Order 7", "It is ready", "Bye"],
  ],
  [
    "an edited edit",
    {
      type: "edit",
      edit: {
        message: { type: "edit", edit: { message: { type: "text", text: { body: "new" } } } },
      },
    },
    ["new"],
  ],
  ["nothing in empty texts", { type: "text", text: { body: "" } }, []],
  ["nothing that is no text", { type: "text", text: { body: 7 } as never }, []],
];

const folder = new URL("../../fixtures/events/", import.meta.url);
const eventsOf = (name: string): WaypostEvent[] =>
  JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const withMessage = readdirSync(folder).flatMap((name) =>
  eventsOf(name).filter(({ data }) => data.message !== undefined),
);

describe("messageTexts", () => {
  for (const [name, { says, all = says }] of Object.entries(golden)) {
    it(`of ${name}`, () => {
      const message = eventsOf(name).find(({ data }) => data.message !== undefined)?.data.message;
      assert.ok(message);
      assert.deepEqual(messageTexts(message), says);
      assert.deepEqual(messageTexts(message, { all: true }), all);
    });
  }

  for (const [title, message, says, all = says] of made) {
    it(`says ${title}`, () => {
      assert.deepEqual(messageTexts(message), says);
      assert.deepEqual(messageTexts(message, { all: true }), all);
    });
  }

  it("of no message are none", () => {
    assert.deepEqual(messageTexts(undefined, { all: true }), []);
  });

  it("is told here of every type that a fixture has", () => {
    const told = Object.keys(golden).flatMap(eventsOf);
    const types = (events: WaypostEvent[]) => new Set(events.map(({ data }) => data.message?.type));
    assert.deepEqual(
      [...types(withMessage)].filter((type) => !types(told).has(type)),
      [],
    );
  });

  it("are what Slack shows and what search finds, of every fixture", () => {
    const events = [...withMessage, ...made.map(([, message]) => makeEvent({ data: { message } }))];
    for (const event of events) {
      const { message } = event.data;
      assert.ok(message);
      const all = messageTexts(message, { all: true });
      assert.deepEqual(renderMessage(message).texts, all);
      const found = new Set(searchableTexts(event));
      assert.deepEqual(
        all.filter((text) => !found.has(text)),
        [],
        event.id,
      );
    }
  });
});

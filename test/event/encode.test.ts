import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { encodeEvent } from "../../src/event/encode.ts";
import { isQuarantined } from "../../src/event/event.ts";
import type { WaypostEvent } from "../../src/event/generated.ts";
import { parseBusMessage } from "../../src/event/parse.ts";
import { quarantinedPost } from "../../src/event/quarantined-post.ts";

/** Each of these ended a destination, a store or a renderer with a TypeError. */
const misshapen: [Record<string, unknown>, RegExp][] = [
  [{ account: null }, /no data\.account /],
  [{ account: undefined }, /no data\.account /],
  [{ account: { phoneNumberId: 7 } }, /no data\.account\.phoneNumberId /],
  [{ contact: "secret" }, /no data\.contact /],
  [{ contact: null }, /no data\.contact /],
  [{ contact: { waId: 15555550123 } }, /no data\.contact\.waId /],
  [{ contact: { userId: {} } }, /no data\.contact\.userId /],
  [{ conversationId: 3 }, /no data\.conversationId /],
  [{ groupId: ["secret"] }, /no data\.groupId /],
  [{ receivedAt: undefined }, /no data\.receivedAt /],
  [{ receivedAt: "secret" }, /no time in data\.receivedAt/],
  [{ message: [] }, /no data\.message /],
  [{ message: {} }, /no data\.message\.type /],
  [{ message: { type: "text", id: 9 } }, /no data\.message\.id /],
  [{ message: { type: "text", text: {} } }, /no data\.message\.text\.body /],
  [{ message: { type: "system", system: { waId: 9 } } }, /no data\.message\.system\.waId /],
  [{ message: { type: "order", order: { productItems: {} } } }, /no data\..*productItems /],
  [{ message: { type: "contacts", contacts: [null] } }, /no data\.message\.contacts\[\] /],
  [{ message: { type: "edit", edit: { message: { type: 1 } } } }, /edit\.message\.type /],
  [{ errors: [null] }, /no data\.errors\[\] /],
  [{ status: { status: "failed", messageId: "m", errors: {} } }, /no data\.status\.errors /],
  [{ status: { messageId: "m" } }, /no data\.status\.status /],
  [{ idChange: { previousUserId: true } }, /no data\.idChange\.previousUserId /],
];

const folder = new URL("../../fixtures/events/", import.meta.url);
const events: WaypostEvent[] = readdirSync(folder).flatMap((name) =>
  JSON.parse(readFileSync(new URL(name, folder), "utf8")),
);
const post = { receivedAt: "2026-11-20T10:00:00.000Z", postId: "post_1" };

describe("encoded events", () => {
  it("carry an event unread and unchanged", () => {
    for (const event of events) {
      const encoded = encodeEvent(event);
      assert.equal(encoded.id, event.id);
      assert.equal(encoded.type, event.type);
      assert.equal(
        encoded.routingKey,
        `${event.type}.${event.data.account.phoneNumberId ?? "none"}`,
      );
      assert.deepEqual(parseBusMessage(encoded.bytes), event);
    }
  });

  it("carry a quarantined POST, with the same id for the same bytes", () => {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const problems = Array.from({ length: 150 }, (_, i) => ({ path: `entry[${i}]`, reason: "r" }));
    const item = quarantinedPost(bytes, problems, post);
    assert.match(item.id, /^qrn_[a-z2-7]{32}$/);
    const later = { receivedAt: "2026-11-21T10:00:00.000Z", postId: "post_2" };
    assert.equal(quarantinedPost(Buffer.from(bytes), [], later).id, item.id);
    const other = quarantinedPost(bytes, [], { ...later, source: "/hooks/other" });
    assert.match(other.id, /^qrn_[a-z2-7]{32}$/);
    assert.notEqual(other.id, item.id);
    assert.equal(other.source, "/hooks/other");
    assert.notEqual(quarantinedPost(Buffer.from([1]), [], post).id, item.id);

    const encoded = encodeEvent(item);
    assert.equal(encoded.routingKey, "waypost.quarantine.none");
    const parsed = parseBusMessage(encoded.bytes);
    assert.ok(isQuarantined(parsed));
    assert.deepEqual(Buffer.from(parsed.data_base64, "base64"), bytes);
    assert.equal(JSON.parse(parsed.problems).length, 100);
  });

  it("may be a view on a larger buffer", () => {
    const [event] = events;
    assert.ok(event);
    const { bytes } = encodeEvent(event);
    const padded = Buffer.concat([Buffer.from("junk"), bytes, Buffer.from("junk")]);
    assert.deepEqual(
      parseBusMessage(new Uint8Array(padded.buffer, padded.byteOffset + 4, bytes.length)),
      event,
    );
  });

  it("that hold anything else are refused without showing what", () => {
    const [event] = events;
    const bad: [string, RegExp][] = [
      ["", /not JSON/],
      ["secret", /not JSON/],
      ["null", /not an object/],
      ['"secret"', /not an object/],
      ["{}", /specversion/],
      [JSON.stringify({ ...event, id: 7 }), /no id/],
      [JSON.stringify({ ...event, type: "" }), /no type/],
      [JSON.stringify({ ...event, data: "secret" }), /no data/],
      [JSON.stringify({ ...event, data: {} }), /no data/],
      [JSON.stringify({ ...event, type: "waypost.quarantine" }), /data_base64/],
      [JSON.stringify({ ...event, id: "with space" }), /no id/],
      [JSON.stringify({ ...event, id: "nul\0" }), /no id/],
      [JSON.stringify({ ...event, type: "whatsapp.Message" }), /no type/],
      [JSON.stringify({ ...event, source: 1 }), /no source/],
      [JSON.stringify({ ...event, time: undefined }), /no time/],
      [JSON.stringify({ ...event, dataversion: "2" }), /no dataversion/],
      ...misshapen.map(([parts, where]): [string, RegExp] => [
        JSON.stringify({ ...event, data: { ...event?.data, ...parts } }),
        where,
      ]),
    ];
    for (const [text, reason] of bad) {
      assert.throws(
        () => parseBusMessage(Buffer.from(text)),
        (error: Error) => reason.test(error.message) && !error.message.includes("secret"),
        text,
      );
    }
  });
});

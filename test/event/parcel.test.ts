import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { isQuarantined } from "../../src/event/event.ts";
import type { WaypostEvent } from "../../src/event/generated.ts";
import { parcelOf } from "../../src/event/parcel.ts";
import { parseCarried } from "../../src/event/parse.ts";
import { quarantinedPost } from "../../src/event/quarantined-post.ts";

const folder = new URL("../../fixtures/events/", import.meta.url);
const events: WaypostEvent[] = readdirSync(folder).flatMap((name) =>
  JSON.parse(readFileSync(new URL(name, folder), "utf8")),
);
const post = { receivedAt: "2026-11-20T10:00:00.000Z", postId: "post_1" };

describe("parcels", () => {
  it("carry an event unread and unchanged", () => {
    for (const event of events) {
      const parcel = parcelOf(event);
      assert.equal(parcel.id, event.id);
      assert.equal(parcel.type, event.type);
      assert.equal(
        parcel.routingKey,
        `${event.type}.${event.data.account.phoneNumberId ?? "none"}`,
      );
      assert.deepEqual(parseCarried(parcel.bytes), event);
    }
  });

  it("carry a quarantined POST, with the same id for the same bytes", () => {
    const bytes = Buffer.from([0, 255, 128, 10]);
    const problems = Array.from({ length: 150 }, (_, i) => ({ path: `entry[${i}]`, reason: "r" }));
    const item = quarantinedPost(bytes, problems, post);
    assert.match(item.id, /^qrn_[a-z2-7]{32}$/);
    const later = { receivedAt: "2026-11-21T10:00:00.000Z", postId: "post_2", source: "/other" };
    const again = quarantinedPost(Buffer.from(bytes), [], later);
    assert.equal(again.id, item.id);
    assert.equal(again.source, "/other");
    assert.notEqual(quarantinedPost(Buffer.from([1]), [], post).id, item.id);

    const parcel = parcelOf(item);
    assert.equal(parcel.routingKey, "waypost.quarantine.none");
    const parsed = parseCarried(parcel.bytes);
    assert.ok(isQuarantined(parsed));
    assert.deepEqual(Buffer.from(parsed.data_base64, "base64"), bytes);
    assert.equal(JSON.parse(parsed.problems).length, 100);
  });

  it("may be a view on a larger buffer", () => {
    const [event] = events;
    assert.ok(event);
    const { bytes } = parcelOf(event);
    const padded = Buffer.concat([Buffer.from("junk"), bytes, Buffer.from("junk")]);
    assert.deepEqual(
      parseCarried(new Uint8Array(padded.buffer, padded.byteOffset + 4, bytes.length)),
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
    ];
    for (const [text, reason] of bad) {
      assert.throws(
        () => parseCarried(Buffer.from(text)),
        (error: Error) => reason.test(error.message) && !error.message.includes("secret"),
        text,
      );
    }
  });
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { conversationIdOf, normalizePhone } from "../../src/event/conversation.ts";
import { hashId, shortHash } from "../../src/event/hash-id.ts";

/** RFC 4648, by way of a big number. */
function base32(bytes: Uint8Array): string {
  let bits = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (let i = 0; i < 32; i += 1, bits >>= 5n) {
    text = "abcdefghijklmnopqrstuvwxyz234567".charAt(Number(bits & 31n)) + text;
  }
  return text;
}

describe("ids", () => {
  it("are the first 160 bits of a SHA-256 in base32", () => {
    for (const data of ["", "a", "wamid.HBgL", "ü", "x".repeat(1_000)]) {
      const digest = createHash("sha256").update(data).digest().subarray(0, 20);
      assert.equal(shortHash(data), base32(digest));
    }
  });

  it("do not change from one version to the next", () => {
    assert.equal(hashId("evt_", ["m", "7", "wamid.A"]), EVENT_ID);
    assert.equal(conversationIdOf("7", { phone: "49155" }), PHONE_ID);
  });

  it("tell apart parts that are cut elsewhere, missing or empty", () => {
    const lists = [
      ["a", "b"],
      ["ab"],
      ["a", "b", null],
      ["a", "b", ""],
      ['a","b'],
      ["\ud800"],
      ["\udfff"],
    ];
    assert.equal(new Set(lists.map((parts) => hashId("", parts))).size, lists.length);
  });
});

describe("conversations", () => {
  it("are with the group, else the BSUID, else the phone", () => {
    const all = { groupId: "G", userId: "DE.1", phone: "49155" };
    const { groupId, ...person } = all;
    assert.equal(conversationIdOf("7", all), conversationIdOf("7", { groupId }));
    assert.equal(conversationIdOf("7", person), conversationIdOf("7", { userId: "DE.1" }));
    const phones = ["49155", "+49 155", "0049155".slice(2)].map((phone) =>
      conversationIdOf("7", { phone }),
    );
    assert.equal(new Set(phones).size, 1);
  });

  it("differ by number and by kind of id", () => {
    const ids = [
      conversationIdOf("7", { phone: "1" }),
      conversationIdOf("8", { phone: "1" }),
      conversationIdOf("7", { userId: "1" }),
      conversationIdOf("7", { groupId: "1" }),
    ];
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id ?? "", /^cnv_[a-z2-7]{32}$/);
  });

  it("need both sides", () => {
    assert.equal(conversationIdOf(undefined, { phone: "1" }), undefined);
    assert.equal(conversationIdOf("7", {}), undefined);
    assert.equal(conversationIdOf("7", { phone: "unknown", userId: "", groupId: "" }), undefined);
  });

  it("know a phone by its digits", () => {
    assert.equal(normalizePhone(" +1 (555) 555-0123 "), "15555550123");
    assert.equal(normalizePhone("none"), "");
  });
});

const EVENT_ID = "evt_7t67i2yml4h3llv3cgmu6xbrsyijm3lx";
const PHONE_ID = "cnv_chxboubn2lljuscbh4lktehdku3v4aii";

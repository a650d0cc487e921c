import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lengthOf, safeText } from "../../../src/ops/masking/texts.ts";

describe("a masked text", () => {
  it("is its length in characters that people count", () => {
    assert.equal(lengthOf(""), "0 characters");
    assert.equal(lengthOf("🌷"), "1 character");
    assert.equal(lengthOf("Where is my order?"), "18 characters");
    assert.equal(lengthOf("x".repeat(20_000)), "20000 characters");
  });
});

describe("a text that is safe in a way", () => {
  it("as one word of a vocabulary", () => {
    for (const word of ["text", "whatsapp.message.text", "TIER_10K", "en_US", "2026-11"]) {
      assert.equal(safeText(word, "code"), word);
    }
    for (const other of [
      "Mia Weber",
      "a@b.example",
      "+15555550123",
      "x15555550123",
      "DE.7410258963",
      "DE.mnbvcxylkjhgf",
      "wamid.HBgLAbCdEfGhIjKlMnOpQrSt",
      `cnv_${"a".repeat(32)}`,
      "",
      "<b>",
    ]) {
      assert.equal(safeText(other, "code"), lengthOf(other));
    }
  });

  it("as a file type", () => {
    for (const type of ["image/jpeg", "audio/ogg; codecs=opus", "application/vnd.ms-excel"]) {
      assert.equal(safeText(type, "mime"), type);
    }
    for (const other of ["Rechnung März.pdf", "image/jpeg; name=Mia/Weber"]) {
      assert.equal(safeText(other, "mime"), lengthOf(other));
    }
  });

  it("as our own words, without what leads to somebody", () => {
    const words = "out since 2026-11-20T02:13:00.000Z: 1,204 wait, drains in about 6 min";
    assert.equal(safeText(words, "words"), words);
    assert.equal(
      safeText("until 2026-11-20, 422 of 1234", "words"),
      "until 2026-11-20, 422 of 1234",
    );
    const received = "Received in the POST pst_0abbcc6c1234567ae12345678d7e4da0.";
    assert.equal(safeText(received, "words"), received);
    assert.equal(safeText("pst_15555550123", "words"), "pst_…");
    for (const somebody of [
      "+1 (555) 555-0123",
      "15555550123",
      "0049 151/234 567-89",
      "DE.7410258963",
      "wamid.HBgLMTU1NTU1NTAxMjM=",
      `cnv_${"a".repeat(32)}`,
      "mia@weber.example",
    ]) {
      assert.equal(safeText(`refused for ${somebody} today`, "words"), "refused for … today");
    }
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { attachment } from "../../src/support/attachment.ts";

describe("the name of a file to be saved", () => {
  for (const [name, plain, escaped] of [
    ["photo.jpg", "photo.jpg", "photo.jpg"],
    ["Überweisung (März).pdf", "_berweisung (M_rz).pdf", "%C3%9Cberweisung%20%28M%C3%A4rz%29.pdf"],
    ['a"b\\c%41.pdf', "a_b_c_41.pdf", "a%22b%5Cc%2541.pdf"],
    ["it's*.pdf", "it's*.pdf", "it%27s%2A.pdf"],
    ["a\r\nSet-Cookie: b", "a__Set-Cookie: b", "a%0D%0ASet-Cookie%3A%20b"],
    ["half \ud800.png", "half _.png", "half%20_.png"],
    ["😀.png", "__.png", "%F0%9F%98%80.png"],
  ] as const) {
    it(`stands in the header in ASCII and in UTF-8: ${JSON.stringify(name)}`, () => {
      const header = attachment(name);
      assert.equal(header, `attachment; filename="${plain}"; filename*=UTF-8''${escaped}`);
      assert.match(header, /^[\x20-\x7e]+$/);
    });
  }
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { cut, duration, escapeControls, pad, safeJson } from "../../../src/cli/common/terminal.ts";

describe("text for a terminal", () => {
  it("holds no control or direction character, whatever came", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 50 }), (text) => {
        assert.doesNotMatch(
          escapeControls(text),
          /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
        );
      }),
    );
  });

  it("stays the same JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value));
        for (const indent of [undefined, 2]) {
          const text = safeJson(value, indent);
          assert.deepEqual(JSON.parse(text), expected);
          assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
        }
      }),
    );
  });

  it("is cut between whole characters, wide ones counted double", () => {
    assert.equal(cut("abcdef", 6), "abcdef");
    assert.equal(cut("abcdef", 5), "abcd…");
    assert.equal(cut("日本語", 6), "日本語");
    assert.equal(cut("日本語", 5), "日…");
    assert.equal(cut("👨‍👩‍👧 ok then", 6), "👨‍👩‍👧 ok…");
    assert.equal(cut("abc", Number.POSITIVE_INFINITY), "abc");
  });

  it("is filled up by columns, not by characters", () => {
    assert.equal(`${pad("ab", 4)}|`, "ab  |");
    assert.equal(`${pad("日本", 5)}|`, "日本 |");
    assert.equal(`${pad("शर्मा", 4)}|`, "शर्मा  |");
    assert.equal(pad("abcdef", 4), "abcdef");
  });

  it("gives a duration in its two largest units", () => {
    const cases = [
      [-5, "0 s"],
      [999, "0 s"],
      [59_000, "59 s"],
      [60_000, "1 min"],
      [11_520_000, "3 h 12 min"],
      [90_061_000, "1 d 1 h"],
    ] as const;
    for (const [ms, text] of cases) assert.equal(duration(ms), text);
  });
});

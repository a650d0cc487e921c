import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { indexWords, queryWords } from "../../../src/store/log/words.ts";

it("makes words of runs of letters and digits, without Latin marks", () => {
  assert.deepEqual(indexWords(["Crème-brûlée №5, 2×!"]), ["creme", "brulee", "no5", "2"]);
});

it("keeps the marks of other scripts", () => {
  assert.deepEqual(indexWords(["कहाँ مُحَمَّد ё"]), ["कहाँ", "مُحَمَّد".normalize("NFKC"), "ё"]);
});

it("makes pairs where a script has no spaces, and single characters last", () => {
  assert.deepEqual(indexWords(["黒い猫 ok"]), ["黒い", "い猫", "ok", "黒", "い", "猫"]);
  assert.deepEqual(queryWords("黒い猫"), ["黒い", "い猫"]);
  assert.deepEqual(queryWords("猫"), ["猫"]);
});

it("reads emoji as words, whatever their skin tone", () => {
  assert.deepEqual(indexWords(["👍🏽"]), indexWords(["👍"]));
  assert.deepEqual(queryWords("!? …"), []);
});

it("keeps at most 256 words of at most 64 characters", () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `w${i}`).join(" ");
  assert.equal(indexWords([many]).length, 256);
  assert.equal(indexWords(["字".repeat(10) + many]).length, 256);
  assert.deepEqual(indexWords(["x".repeat(70)]), queryWords("x".repeat(70)));
  assert.equal(queryWords("x".repeat(70))[0]?.length, 64);
});

it("finds every text by every part of itself that ends at a space", () => {
  const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 10 }),
      fc.nat(),
      fc.nat(),
      (all, a, b) => {
        const [from, to] = [a % all.length, b % all.length].sort((x, y) => x - y);
        const indexed = new Set(indexWords([all.join(" ")]));
        const asked = queryWords(all.slice(from, (to ?? 0) + 1).join(" "));
        for (const each of asked) assert.ok(indexed.has(each), `${each} of ${all.join(" ")}`);
      },
    ),
    { numRuns: 1_000 },
  );
});

it("takes hostile texts without holding the process up", () => {
  const hostile = [
    "a\u0301".repeat(200_000),
    "ﷺ".repeat(100_000),
    "\ud800".repeat(100_000),
    "👩‍👩‍👧‍👦".repeat(50_000),
  ];
  for (const text of hostile) {
    const since = performance.now();
    indexWords([text]);
    assert.ok(performance.now() - since < 50, "a word list within 50 ms");
  }
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hold, type Page } from "../../console/api/hold.ts";

type Row = { readonly id: string; readonly state?: string };

/** "a b c" on the page, of which those that are written "b:taken" have changed. */
const pageOf = (words: string, next: string | null = null): Page<Row> => ({
  items: words.split(" ").map((word) => {
    const [id = "", state] = word.split(":");
    return { id, ...(state && { state }) };
  }),
  next,
});
const wordsOf = ({ items }: Page<Row>) =>
  items.map(({ id, state }) => (state ? `${id}:${state}` : id)).join(" ");

describe("a list that somebody reads", () => {
  const cases = [
    [
      "new ones above wait, and rows change where they are",
      "a b c",
      "x y a b:taken c",
      "a b:taken c",
      2,
    ],
    ["who left it goes", "a b c", "x a c", "a c", 1],
    ["who moved within it is not new", "a b c", "c:moved a b", "a b c:moved", 0],
    ["what comes behind is shown", "a b c", "x a b c d", "a b c d", 1],
    ["nothing that was there is left: it is as it comes", "a b c", "x y", "x y", 0],
  ] as const;
  for (const [title, was, now, shown, fresh] of cases) {
    it(title, () => {
      const held = hold(pageOf(was), pageOf(now), []);
      assert.equal(wordsOf(held), shown);
      assert.equal(held.fresh, fresh);
      assert.equal(held.isMore, false);
    });
  }

  it("what somebody has in hand stays although it left the list", () => {
    assert.equal(wordsOf(hold(pageOf("a b c"), pageOf("x a c"), ["b"])), "a b c");
  });

  it("rows that new ones push off the page stay, and the next page begins behind them", () => {
    const held = hold(pageOf("a b c d", "behind d"), pageOf("x y a b", "behind b"), []);
    assert.equal(wordsOf(held), "a b c d");
    assert.equal(held.next, "behind d");
  });

  it("those among them that left the list go all the same", () => {
    const held = hold(pageOf("a b c d", "behind d"), pageOf("x a c d", "behind d"), []);
    assert.equal(wordsOf(held), "a c d");
    const behind = hold(pageOf("a b c d", "behind d"), pageOf("a b c e", "behind e"), []);
    assert.equal(wordsOf(behind), "a b c e");
    assert.equal(behind.next, "behind e");
  });

  it("more new ones than a page has, at once or bit by bit, move nothing", () => {
    const first = hold(pageOf("a b c", "behind c"), pageOf("x y a", "behind a"), []);
    const second = hold(first, pageOf("u v w", "behind w"), []);
    assert.equal(wordsOf(second), "a b c");
    assert.equal(second.next, "behind c");
    assert.equal(second.fresh, 3);
    assert.equal(second.isMore, true);
  });

  it("who moved up does not make those it has passed look as if they had left", () => {
    const held = hold(pageOf("a b c", "behind c"), pageOf("c:moved x y", "behind y"), []);
    assert.equal(wordsOf(held), "a b c:moved");
    assert.equal(held.fresh, 2);
  });
});

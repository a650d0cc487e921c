import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gathered } from "../../src/support/gathered.ts";

function createAsked() {
  const asked: { keys: readonly string[]; answer: (text: string) => void; fail: () => void }[] = [];
  const ask = gathered<string, string>(
    (keys) =>
      new Promise((resolve, reject) => {
        const answer = (text: string) => resolve((key) => `${key} ${text}`);
        asked.push({ keys, answer, fail: () => reject(new Error("away")) });
      }),
  );
  return { asked, ask };
}
const nextTick = () => new Promise((resolve) => setImmediate(resolve));

describe("what is asked together", () => {
  it("is one question, each key once; what comes meanwhile is the next", async () => {
    const { asked, ask } = createAsked();
    const first = ["a", "b", "a"].map(ask);
    await nextTick();
    // Asked after the question began: its answer may be older than this.
    const later = ["a", "c"].map(ask);
    await nextTick();
    assert.deepEqual(
      asked.map(({ keys }) => keys),
      [["a", "b"]],
    );
    asked[0]?.answer("then");
    assert.deepEqual(await Promise.all(first), ["a then", "b then", "a then"]);
    await nextTick();
    assert.deepEqual(asked[1]?.keys, ["a", "c"]);
    asked[1]?.answer("now");
    assert.deepEqual(await Promise.all(later), ["a now", "c now"]);
  });

  it("is at most a hundred keys, and fails for those that share it alone", async () => {
    const { asked, ask } = createAsked();
    const all = Array.from({ length: 130 }, (_, i) => ask(`k${i}`));
    const outcomes = Promise.allSettled(all);
    await nextTick();
    assert.equal(asked[0]?.keys.length, 100);
    asked[0]?.fail();
    await nextTick();
    assert.equal(asked[1]?.keys.length, 30);
    asked[1]?.answer("there");
    const kinds = (await outcomes).map(({ status }) => status);
    assert.deepEqual(kinds.lastIndexOf("rejected"), 99);
    assert.equal(kinds[100], "fulfilled");
    const more = ask("k");
    await nextTick();
    asked[2]?.answer("still works");
    assert.equal(await more, "k still works");
  });
});

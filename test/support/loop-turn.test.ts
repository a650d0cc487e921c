import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isTurnOver, nextTurn } from "../../src/support/loop-turn.ts";

const work = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe("a turn of the event loop", () => {
  it("is over after 3 ms for all who ask, and begins anew with the next", async () => {
    await nextTurn();
    assert.equal(isTurnOver(), false);
    work(4);
    assert.equal(isTurnOver(), true);
    await Promise.resolve();
    assert.equal(isTurnOver(), true, "another that goes on in the same turn");
    await nextTurn();
    assert.equal(isTurnOver(), false);
  });

  it("lets what waits outside go on between two turns of long work", async () => {
    let turns = 0;
    let over = false;
    const others = (async () => {
      while (!over) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        turns += 1;
      }
    })();
    for (let i = 0; i < 200; i += 1) {
      work(0.5);
      if (isTurnOver()) await nextTurn();
    }
    over = true;
    await others;
    assert.ok(turns >= 10, `${turns} turns of others within 100 ms of work`);
  });
});

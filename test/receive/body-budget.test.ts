import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBodyBudget } from "../../src/receive/body-budget.ts";

const budgetBytes = 1_000;

function setUp() {
  let time = 3_600_000;
  const budget = createBodyBudget<string>(budgetBytes, () => time);
  const sizes = new Map<string, number>();
  const dropped: string[] = [];
  const most = { held: 0 };
  return {
    budget,
    dropped,
    most,
    wait: (ms: number) => {
      time += ms;
    },
    receive: (owner: string, bytes: number) => {
      const size = (sizes.get(owner) ?? 0) + bytes;
      sizes.set(owner, size);
      budget.hold(owner, size, () => {
        sizes.delete(owner);
        dropped.push(owner);
      });
      most.held = Math.max(
        most.held,
        [...sizes.values()].reduce((sum, each) => sum + each, 0),
      );
    },
  };
}

describe("the budget of bodies", () => {
  it("drops nobody while there is room, however slow", () => {
    const { receive, wait, dropped } = setUp();
    for (let count = 0; count < 100; count += 1) {
      receive("slow", 10);
      wait(60_000);
    }
    assert.deepEqual(dropped, []);
  });

  it("drops whoever has stalled, not the newcomer that is one too many", () => {
    const { receive, wait, dropped } = setUp();
    receive("stalled", 400);
    wait(2_000);
    receive("steady", 400);
    wait(10);
    receive("new", 300);
    assert.deepEqual(dropped, ["stalled"]);
  });

  it("drops the slowest, whether it came first or last", () => {
    for (const order of [
      ["steady", "stalled"],
      ["stalled", "steady"],
    ]) {
      const { receive, wait, dropped } = setUp();
      for (const owner of order) receive(owner, owner === "stalled" ? 300 : 10);
      for (let count = 0; count < 20; count += 1) {
        wait(100);
        receive("steady", 10);
      }
      receive("new", 600);
      assert.deepEqual(dropped, ["stalled"]);
    }
  });

  it("counts what came in a moment ago, not the last chunk alone", () => {
    const { receive, wait, dropped } = setUp();
    receive("fast", 500);
    receive("slow", 100);
    wait(10);
    receive("fast", 1);
    wait(10);
    receive("new", 450);
    assert.deepEqual(dropped, ["slow"]);
  });

  it("takes a newcomer for as fast as it began, though others have had time to send more", () => {
    const { receive, wait, dropped } = setUp();
    for (let count = 0; count < 50; count += 1) {
      receive("steady", 12);
      wait(100);
    }
    receive("new", 50);
    wait(10);
    receive("large", 400);
    assert.deepEqual(dropped, ["steady"]);
  });

  it("drops a sender of a byte now and then, however fast it began and however lately it sent", () => {
    const { receive, wait, dropped } = setUp();
    receive("dripping", 800);
    for (let count = 0; count < 50; count += 1) {
      wait(100);
      receive("dripping", 1);
    }
    for (let count = 0; count < 10; count += 1) {
      receive("steady", 20);
      wait(100);
    }
    assert.deepEqual(dropped, ["dripping"]);
  });

  it("drops as many as it takes, and itself when all others are here", () => {
    const { budget, receive, wait, dropped } = setUp();
    for (const owner of ["a", "b", "c"]) {
      receive(owner, 300);
      wait(100);
    }
    receive("large", 900);
    assert.deepEqual(dropped, ["a", "b", "c"]);
    budget.keep("large");
    wait(5_000);
    receive("late", 200);
    assert.deepEqual(dropped, ["a", "b", "c", "late"]);
    budget.release("large");
    receive("later", 900);
    assert.deepEqual(dropped.length, 4);
  });

  it("never holds more, whatever comes", () => {
    const { receive, wait, dropped, most } = setUp();
    for (let count = 0; count < 5_000; count += 1) {
      receive(`sender ${count % 37}`, 1 + ((count * 7_919) % 40));
      wait((count * 31) % 17);
    }
    assert.ok(dropped.length > 50);
    assert.ok(most.held <= budgetBytes, String(most.held));
  });

  it("counts what was given back once", () => {
    const { budget, receive, dropped } = setUp();
    receive("a", 900);
    budget.release("a");
    budget.release("a");
    receive("b", 600);
    receive("c", 500);
    assert.equal(dropped.length, 1);
  });

  it("lets go nobody whose body is here, though it holds more than there is, nor one that holds nothing", () => {
    const { budget, receive, dropped } = setUp();
    budget.keep("small");
    receive("a", 900);
    budget.keep("a");
    receive("a", 200);
    assert.deepEqual(dropped, []);
    receive("b", 1);
    assert.deepEqual(dropped, ["b"]);
  });

  it("goes by the time of the process", () => {
    const budget = createBodyBudget<string>(budgetBytes);
    const dropped: string[] = [];
    budget.hold("first", 600, () => dropped.push("first"));
    const at = performance.now();
    while (performance.now() === at);
    budget.hold("new", 600, () => dropped.push("new"));
    assert.deepEqual(dropped, ["first"]);
  });
});

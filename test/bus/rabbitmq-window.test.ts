import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createWindow, type PublishCall } from "../../src/bus/rabbitmq/window.ts";

const mebibyte = 1024 * 1024;

describe("the window of unconfirmed publishes", () => {
  it("sends at most 1,000 messages at once, the rest in the order of coming", () => {
    const { window, sent } = fill();
    const calls = [call(600), call(400), call(1), call(2)];
    for (const one of calls) window.enter(one);
    assert.deepEqual(sent, calls.slice(0, 2));
    window.leave(calls[0] as PublishCall);
    assert.deepEqual(sent, calls);
  });

  it("sends at most 8 MiB at once", () => {
    const { window, sent } = fill();
    const [first, second, third] = [call(1, 5 * mebibyte), call(1, 3 * mebibyte), call(1, 1)];
    for (const one of [first, second, third]) window.enter(one);
    assert.deepEqual(sent, [first, second]);
  });

  it("lets a call larger than the window into an empty one, and nothing beside it", () => {
    const { window, sent } = fill();
    const [small, large, after] = [call(1), call(1500), call(1)];
    for (const one of [small, large, after]) window.enter(one);
    assert.deepEqual(sent, [small]);
    window.leave(small);
    assert.deepEqual(sent, [small, large]);
    window.leave(large);
    assert.deepEqual(sent, [small, large, after]);
  });

  it("lets nobody overtake a call that waits for room", () => {
    const { window, sent } = fill();
    const [first, large, small] = [call(500), call(800), call(1)];
    for (const one of [first, large, small]) window.enter(one);
    assert.deepEqual(sent, [first]);
  });

  it("forgets a call that gave up waiting", () => {
    const { window, sent } = fill();
    const [first, second, third] = [call(1000), call(900), call(900)];
    for (const one of [first, second, third]) window.enter(one);
    window.giveUp(second);
    window.leave(first);
    assert.deepEqual(sent, [first, third]);
  });

  it("sends nothing while it may not, and is idle again when all have left or were rejected", async () => {
    const { window, sent, state } = fill();
    const [first, second] = [call(1000), call(1)];
    window.enter(first);
    window.enter(second);
    const idle = window.idle();
    state.open = false;
    window.reject(new Error("gone"), "waiting");
    window.leave(first);
    await idle;
    assert.deepEqual(sent, [first]);
    assert.deepEqual([first.failure, second.failure?.message], [undefined, "gone"]);
  });
});

describe("a window of unconfirmed publishes", () => {
  it("has the bytes free again that left", () => {
    const { window, sent } = fill();
    const calls = [call(1, 8 * mebibyte), call(1, 4 * mebibyte), call(1, 4 * mebibyte)];
    for (const one of calls) window.enter(one);
    assert.deepEqual(sent, calls.slice(0, 1));
    window.leave(calls[0] as PublishCall);
    assert.deepEqual(sent, calls);
  });

  it("rejects those in flight only when it is to reject all, and they stay there", () => {
    const { window } = fill();
    const [first, second, third] = [call(1000), call(1), call(1)];
    window.enter(first);
    window.enter(second);
    window.reject(new Error("no channel"), "waiting");
    assert.deepEqual([first.failure, second.failure?.message], [undefined, "no channel"]);
    window.enter(third);
    window.reject(new Error("blocked"), "all");
    assert.deepEqual([first.failure?.message, third.failure?.message], ["blocked", "blocked"]);
    assert.deepEqual([...window.calls()], [first]);
    window.leave(first);
    assert.deepEqual([...window.calls()], []);
  });

  it("lets in at once what a call kept back that gave up waiting, and keeps what is in flight", () => {
    const { window, sent } = fill();
    const [first, large, small, late] = [call(500), call(800), call(1), call(600)];
    for (const one of [first, large, small, late]) window.enter(one);
    window.giveUp(large);
    assert.deepEqual(sent, [first, small]);
    window.giveUp(first);
    assert.deepEqual([...window.calls()], [first, small]);
    window.leave(first);
    assert.deepEqual(sent, [first, small, late]);
  });

  it("is idle when nothing waits and nothing is in flight", async () => {
    const { window, state } = fill();
    let idle = 0;
    const count = async () => {
      void window.idle().then(() => {
        idle += 1;
      });
      await turn();
      return idle;
    };
    assert.equal(await count(), 1, "when it is new");
    const [first, second, third] = [call(1), call(1), call(1)];
    window.enter(first);
    assert.equal(await count(), 1, "one is in flight");
    window.enter(second);
    window.leave(first);
    assert.equal(await count(), 1, "another is in flight");
    state.open = false;
    window.enter(third);
    assert.equal(await count(), 1, "as many wait as are in flight");
    window.leave(second);
    assert.equal(await count(), 1, "one waits");
    state.open = true;
    window.giveUp(third);
    assert.equal(await count(), 6, "nothing is left");
  });
});

function fill() {
  const sent: PublishCall[] = [];
  const state = { open: true };
  const window = createWindow(
    () => state.open,
    (one) => void sent.push(one),
  );
  return { window, sent, state };
}

function call(count: number, bytes = count): PublishCall {
  const encoded = { id: "evt_1", type: "t", routingKey: "t.none", bytes: new Uint8Array() };
  const made: PublishCall = {
    events: Array.from({ length: count }, () => encoded),
    bytes,
    diverted: undefined,
    unconfirmed: count,
    failure: undefined,
    settle: (error) => {
      made.failure = error;
    },
  };
  return made;
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createWindow, type Post } from "../../src/bus/rabbitmq/window.ts";

const mebibyte = 1024 * 1024;

describe("the window of unconfirmed publishes", () => {
  it("sends at most 1,000 messages at once, the rest in the order of coming", () => {
    const { window, sent } = fill();
    const posts = [post(600), post(400), post(1), post(2)];
    for (const one of posts) window.enter(one);
    assert.deepEqual(sent, posts.slice(0, 2));
    window.leave(posts[0] as Post);
    assert.deepEqual(sent, posts);
  });

  it("sends at most 8 MiB at once", () => {
    const { window, sent } = fill();
    const [first, second, third] = [post(1, 5 * mebibyte), post(1, 3 * mebibyte), post(1, 1)];
    for (const one of [first, second, third]) window.enter(one);
    assert.deepEqual(sent, [first, second]);
  });

  it("lets a post larger than the window into an empty one, and nothing beside it", () => {
    const { window, sent } = fill();
    const [small, large, after] = [post(1), post(1500), post(1)];
    for (const one of [small, large, after]) window.enter(one);
    assert.deepEqual(sent, [small]);
    window.leave(small);
    assert.deepEqual(sent, [small, large]);
    window.leave(large);
    assert.deepEqual(sent, [small, large, after]);
  });

  it("lets nobody overtake a post that waits for room", () => {
    const { window, sent } = fill();
    const [first, large, small] = [post(500), post(800), post(1)];
    for (const one of [first, large, small]) window.enter(one);
    assert.deepEqual(sent, [first]);
  });

  it("forgets a post that gave up waiting", () => {
    const { window, sent } = fill();
    const [first, second, third] = [post(1000), post(900), post(900)];
    for (const one of [first, second, third]) window.enter(one);
    window.giveUp(second);
    window.leave(first);
    assert.deepEqual(sent, [first, third]);
  });

  it("sends nothing while it may not, and is idle again when all have left or were rejected", async () => {
    const { window, sent, state } = fill();
    const [first, second] = [post(1000), post(1)];
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
    const posts = [post(1, 8 * mebibyte), post(1, 4 * mebibyte), post(1, 4 * mebibyte)];
    for (const one of posts) window.enter(one);
    assert.deepEqual(sent, posts.slice(0, 1));
    window.leave(posts[0] as Post);
    assert.deepEqual(sent, posts);
  });

  it("rejects those in flight only when it is to reject all, and they stay there", () => {
    const { window } = fill();
    const [first, second, third] = [post(1000), post(1), post(1)];
    window.enter(first);
    window.enter(second);
    window.reject(new Error("no channel"), "waiting");
    assert.deepEqual([first.failure, second.failure?.message], [undefined, "no channel"]);
    window.enter(third);
    window.reject(new Error("blocked"), "all");
    assert.deepEqual([first.failure?.message, third.failure?.message], ["blocked", "blocked"]);
    assert.deepEqual([...window.posts()], [first]);
    window.leave(first);
    assert.deepEqual([...window.posts()], []);
  });

  it("lets in at once what a post kept back that gave up waiting, and keeps what is in flight", () => {
    const { window, sent } = fill();
    const [first, large, small, late] = [post(500), post(800), post(1), post(600)];
    for (const one of [first, large, small, late]) window.enter(one);
    window.giveUp(large);
    assert.deepEqual(sent, [first, small]);
    window.giveUp(first);
    assert.deepEqual([...window.posts()], [first, small]);
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
    const [first, second, third] = [post(1), post(1), post(1)];
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
  const sent: Post[] = [];
  const state = { open: true };
  const window = createWindow(
    () => state.open,
    (one) => void sent.push(one),
  );
  return { window, sent, state };
}

function post(count: number, bytes = count): Post {
  const encoded = { id: "evt_1", type: "t", routingKey: "t.none", bytes: new Uint8Array() };
  const made: Post = {
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

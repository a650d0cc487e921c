import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBreaker, createRate } from "../../src/deliver/breaker.ts";
import { createFakeClock } from "./fake-clock.ts";

describe("a breaker", () => {
  it("probes a second after it opened, however many attempts were under way", async () => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    for (let i = 0; i < 20; i += 1) breaker.recordFailure(undefined);
    assert.ok(breaker.waitMs(0) <= 1_250, `${breaker.waitMs(0)} ms`);
    breaker.recordFailure(30_000);
    assert.equal(breaker.waitMs(0), 30_000, "but a late Retry-After counts");
    await clock.advance(30_000);
    breaker.recordFailure(undefined);
    assert.ok(breaker.waitMs(0) >= 1_500, "a failed probe doubles the wait");
  });
});

describe("a breaker that one lane has opened", () => {
  const opened = (lanes: readonly (readonly string[])[], afterMs?: number) => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    for (let i = 0; i < 6; i += 1) breaker.recordFailure(afterMs, lanes[i % lanes.length]);
    return { clock, breaker };
  };

  it("probes with another at once, and waits as ever when that has failed too", async () => {
    const { clock, breaker } = opened([["a", "alias"]]);
    breaker.offered(["alias"]);
    assert.ok(breaker.waitMs(0) > 0, "it is the same one");
    breaker.offered(["b"]);
    assert.equal(breaker.waitMs(0), 0);
    assert.equal(breaker.waitMs(1), Number.POSITIVE_INFINITY, "one probe at a time");
    await clock.advance(1);
    breaker.recordFailure(undefined, ["b"]);
    breaker.offered(["c"]);
    assert.ok(breaker.waitMs(0) > 0);
  });

  it("is told from one that several have opened, or that nobody knows who, and heeds a Retry-After", () => {
    for (const { breaker } of [opened([["a"], ["b"]]), opened([[]]), opened([["a"]], 30_000)]) {
      breaker.offered(["c"]);
      assert.ok(breaker.waitMs(0) > 0);
    }
  });

  it("forgets who failed once something has succeeded", () => {
    const { breaker } = opened([["a"], ["b"]]);
    breaker.recordSuccess();
    for (let i = 0; i < 5; i += 1) breaker.recordFailure(undefined, ["b"]);
    breaker.offered(["a"]);
    assert.equal(breaker.waitMs(0), 0);
  });
});

describe("an open breaker", () => {
  it("has said once that it opened, and when, and says once that it closed", async () => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    assert.equal(breaker.recordSuccess(), false, "it was closed");
    assert.equal(breaker.waitMs(9), 0);
    const openedAt = clock.now();
    const said = Array.from({ length: 8 }, () => breaker.recordFailure(undefined));
    assert.deepEqual(said, [false, false, false, false, true, false, false, false]);
    await clock.advance(60_000);
    assert.equal(breaker.openSince(), openedAt);
    assert.equal(breaker.recordSuccess(), true);
    assert.equal(breaker.recordSuccess(), false);
    assert.deepEqual([breaker.openSince(), breaker.waitMs(9)], [undefined, 0]);
  });

  it("heeds a Retry-After for 15 minutes at most, early or late", async () => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    for (let i = 0; i < 5; i += 1) breaker.recordFailure(86_400_000);
    assert.equal(breaker.waitMs(0), 900_000);
    await clock.advance(60_000);
    breaker.recordFailure(86_400_000);
    assert.equal(breaker.waitMs(0), 900_000);
  });

  it("probes at once when it is told to, and then after a second again", async () => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    for (let i = 0; i < 12; i += 1) {
      breaker.recordFailure(undefined);
      await clock.advance(600_000);
    }
    breaker.recordFailure(600_000);
    assert.equal(breaker.waitMs(0), 600_000);
    breaker.probeNow();
    assert.equal(breaker.waitMs(0), 0);
    assert.equal(breaker.waitMs(1), Number.POSITIVE_INFINITY);
    await clock.advance(1);
    breaker.recordFailure(undefined);
    assert.ok(breaker.waitMs(0) <= 1_250, `${breaker.waitMs(0)} ms`);
  });
});

describe("a rate", () => {
  it("lets a second's attempts go at once, then one after the other, also below one a second", async () => {
    const clock = createFakeClock();
    const rate = createRate(clock, 0.5);
    assert.equal(rate.waitMs(), 0);
    rate.take();
    assert.equal(rate.waitMs(), 2_000);
    await clock.advance(1_500);
    assert.equal(rate.waitMs(), 500);
    await clock.advance(60_000);
    assert.equal(rate.waitMs(), 0);
    rate.take();
    assert.equal(rate.waitMs(), 2_000, "what was not used is not saved up");
  });
});

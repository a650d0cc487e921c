import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBodies } from "../../src/deliver/bodies.ts";
import { createBreaker } from "../../src/deliver/breaker.ts";
import { retryDelayMs } from "../../src/deliver/delays.ts";
import { createRate } from "../../src/deliver/rate.ts";
import { createWaits } from "../../src/deliver/waits.ts";
import { event } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";

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

describe("a breaker", () => {
  it("probes a second after it opened, however many attempts were under way", async () => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    for (let i = 0; i < 20; i += 1) breaker.outage(undefined);
    assert.ok(breaker.waitMs(0) <= 1_250, `${breaker.waitMs(0)} ms`);
    breaker.outage(30_000);
    assert.equal(breaker.waitMs(0), 30_000, "but a late Retry-After counts");
    await clock.advance(30_000);
    breaker.outage(undefined);
    assert.ok(breaker.waitMs(0) >= 1_500, "a failed probe doubles the wait");
  });
});

describe("an open breaker", () => {
  it("heeds a Retry-After for 15 minutes at most, early or late", async () => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    for (let i = 0; i < 5; i += 1) breaker.outage(86_400_000);
    assert.equal(breaker.waitMs(0), 900_000);
    await clock.advance(60_000);
    breaker.outage(86_400_000);
    assert.equal(breaker.waitMs(0), 900_000);
  });

  it("probes at once when it is told to, and then after a second again", async () => {
    const clock = createFakeClock();
    const breaker = createBreaker(clock, undefined);
    for (let i = 0; i < 12; i += 1) {
      breaker.outage(undefined);
      await clock.advance(600_000);
    }
    breaker.outage(600_000);
    assert.equal(breaker.waitMs(0), 600_000);
    breaker.probeNow();
    assert.equal(breaker.waitMs(0), 0);
    assert.equal(breaker.waitMs(1), Number.POSITIVE_INFINITY);
    await clock.advance(1);
    breaker.outage(undefined);
    assert.ok(breaker.waitMs(0) <= 1_250, `${breaker.waitMs(0)} ms`);
  });
});

describe("waits", () => {
  it("end in the order of their times, however they came", async () => {
    const clock = createFakeClock();
    const ended: number[] = [];
    const waits = createWaits<number>(clock, (at) => void ended.push(at));
    const times = Array.from({ length: 200 }, (_, i) => (i * 7919) % 1_000);
    for (const at of times) waits.add(at, at);
    await clock.advance(500);
    const sorted = times.sort((a, b) => a - b);
    assert.deepEqual(
      ended,
      sorted.filter((at) => at <= 500),
    );
    await clock.advance(500);
    assert.deepEqual(ended, sorted);
  });
});

describe("a retry", () => {
  const delays = [1_000, 10_000, 60_000, 43_200_000];
  const near = (ms: number, wanted: number) =>
    assert.ok(ms >= wanted * 0.75 && ms <= wanted * 1.25, `${ms} for ${wanted}`);

  it("waits the delay of its attempt, plus or minus a quarter", () => {
    delays.forEach((wanted, i) => {
      near(retryDelayMs(delays, { attempts: i + 1, uncounted: 0 }, undefined), wanted);
    });
  });

  it("waits a minute at most while the attempts do not count", () => {
    near(retryDelayMs(delays, { attempts: 3, uncounted: 1 }, undefined), 1_000);
    near(retryDelayMs(delays, { attempts: 3, uncounted: 40 }, undefined), 60_000);
  });

  it("waits as long as it is told, a day at most", () => {
    assert.equal(retryDelayMs(delays, { attempts: 1, uncounted: 0 }, 90_000), 90_000);
    assert.equal(retryDelayMs(delays, { attempts: 1, uncounted: 0 }, 1e12), 86_400_000);
    assert.equal(retryDelayMs(delays, { attempts: 1, uncounted: 0 }, -5), 0);
  });
});

describe("bodies", () => {
  it("come from memory while there is room, and from the log in one question a tick", async () => {
    const asked: string[][] = [];
    const events = Array.from({ length: 10 }, () => event("cnv_a"));
    const log = new Map(events.map((each) => [each.id, each]));
    const size = 2 * JSON.stringify(events[0]).length;
    const bodies = createBodies(
      {
        async bodies(ids) {
          asked.push([...ids]);
          return new Map(ids.flatMap((id) => [[id, log.get(id) ?? "quarantined"]]));
        },
      },
      4 * size + 40,
    );
    for (const each of events) bodies.keep(each);
    const found = await Promise.all(events.map(({ id }) => bodies.get(id)));
    assert.deepEqual(found, events);
    assert.deepEqual(asked, [events.slice(0, 6).map(({ id }) => id)]);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRate } from "../../../src/deliver/head-schedule.ts";
import { createLanes } from "../../../src/deliver/lanes/lanes.ts";
import { createSchedule } from "../../../src/deliver/lanes/schedule.ts";
import { createFakeClock } from "../fake-clock.ts";
import { rowOf } from "../row-of.ts";

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

describe("a schedule", () => {
  it("tries heads in the order of their times, however they came", async () => {
    const clock = createFakeClock();
    const lanes = createLanes();
    const tried: number[] = [];
    const schedule = createSchedule({
      ...{ clock, lanes, concurrency: 200, waitMs: () => 0, onDone: () => undefined },
      async tryHead({ dueAt }) {
        tried.push(dueAt);
        return "done";
      },
    });
    const times = Array.from({ length: 200 }, (_, i) => (i * 7919) % 1_000);
    for (const at of times) {
      const lane = lanes.add(rowOf({ id: `crm:evt_${at}`, laneKeys: [`cnv_${at}`], dueAt: at }));
      assert.ok(lane);
      schedule.offer(lane);
    }
    await clock.advance(500);
    const sorted = times.sort((a, b) => a - b);
    assert.deepEqual(
      tried,
      sorted.filter((at) => at <= 500),
    );
    await clock.advance(500);
    assert.deepEqual(tried, sorted);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRate } from "../../../src/deliver/breaker.ts";
import { createLanes } from "../../../src/deliver/lanes/lanes.ts";
import { createSchedule } from "../../../src/deliver/lanes/schedule.ts";
import { createFakeClock } from "../fake-clock.ts";
import { rowOf } from "../row-of.ts";

describe("a schedule", () => {
  it("tries heads in the order of their times, however they came", async () => {
    const clock = createFakeClock();
    const lanes = createLanes();
    const tried: number[] = [];
    const schedule = createSchedule({
      ...{ clock, lanes, concurrency: 200, waitMs: () => 0, onDone: () => undefined },
      rate: createRate(clock, undefined),
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

  const withHeld = (perSecond?: number) => {
    const clock = createFakeClock();
    const lanes = createLanes();
    const rate = createRate(clock, perSecond);
    const tried: string[] = [];
    const ends: (() => void)[] = [];
    const schedule = createSchedule({
      ...{ clock, lanes, rate, concurrency: 2, waitMs: rate.waitMs, onDone: () => undefined },
      async tryHead({ id }) {
        rate.take();
        tried.push(id);
        await new Promise<void>((resolve) => ends.push(resolve));
        return "done";
      },
    });
    const add = (name: string, more: object = {}) => {
      const row = rowOf({ id: name, laneKeys: [`cnv_${name}`], ...more });
      return { row, lane: lanes.add(row) ?? assert.fail() };
    };
    return { clock, rate, schedule, tried, ends, add };
  };

  it("holds as many slots as are free, for nobody else, until they are used or given back", async () => {
    const { clock, schedule, tried, ends, add } = withHeld();
    assert.deepEqual([schedule.hold(), schedule.hold(), schedule.hold()], [true, true, false]);
    schedule.offer(add("offered").lane);
    assert.deepEqual(tried, [], "both slots are held");
    schedule.startHeld(add("held").row);
    assert.deepEqual(tried, ["held"]);
    schedule.free();
    assert.deepEqual(tried, ["held", "offered"], "what was given back is used at once");
    assert.equal(schedule.hold(), false);
    for (const end of ends) end();
    await clock.advance(0);
    assert.equal(schedule.running(), 0);
    assert.deepEqual([schedule.hold(), schedule.hold(), schedule.hold()], [true, true, false]);
  });

  it("holds a token of the rate too, and uses it once", async () => {
    const { clock, rate, schedule, tried, add } = withHeld(1);
    assert.deepEqual([schedule.hold(), schedule.hold()], [true, false]);
    assert.equal(rate.waitMs(), 1_000);
    schedule.startHeld(add("held").row);
    assert.deepEqual([tried, rate.waitMs()], [["held"], 1_000]);
    await clock.advance(1_000);
    assert.equal(schedule.hold(), true);
    schedule.free();
    assert.equal(rate.waitMs(), 0);
  });

  it("holds nothing where others wait in line, and puts what is no head of its lane into it", () => {
    const { schedule, tried, ends, add } = withHeld();
    for (const name of ["a", "b", "c"]) schedule.offer(add(name).lane);
    assert.equal(schedule.hold(), false, "one waits");
    const other = withHeld();
    assert.equal(other.schedule.hold(), true);
    other.add("first", { laneKeys: ["cnv_one"], seq: 1 });
    const { row } = other.add("second", { laneKeys: ["cnv_one"], seq: 2, marked: true });
    other.schedule.startHeld(row);
    assert.deepEqual(other.tried, ["first"]);
    assert.equal(row.marked, false, "its attempt does not follow at once");
    assert.deepEqual([tried, ends.length], [["a", "b"], 2]);
  });
});

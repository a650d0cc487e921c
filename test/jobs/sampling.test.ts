import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DestinationRowOfSeries, ProcessRow } from "../../src/contracts.ts";
import { createSampler } from "../../src/jobs/series/sampling.ts";
import { createSeries } from "../../src/store/series.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createMemoryTables } from "../support/memory-tables.ts";

const start = Date.UTC(2026, 10, 20, 10, 59, 50);
const span = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };

function setUp(id = "a:1") {
  const clock = createFakeClock(start);
  const series = createSeries(createMemoryTables(() => start));
  const metrics = createMetrics();
  const state = { away: false };
  const sampler = createSampler({
    ...{ metrics, id, role: "start", host: "a", log: createArrayLog(), clock },
    series: {
      write: (...given) =>
        state.away ? Promise.reject(new Error("away")) : series.write(...given),
    },
  });
  return { clock, series, metrics, state, sampler };
}

describe("what a process counts of itself", () => {
  it("is written by minute, hour and day, each time anew", async () => {
    const { series, metrics, sampler } = setUp();
    metrics.posts.inc({ code: "200" }, 3);
    metrics.posts.inc({ code: "401" });
    for (const seconds of [0.003, 0.2, 1.5, 20]) metrics.ack.observe(seconds);
    metrics.accountEvents.inc({ account: "700", outcome: "received" }, 5);
    metrics.spooled.inc();
    await sampler.sample(start + 10_000);
    metrics.posts.inc({ code: "200" });
    await sampler.sample(start + 20_000);
    await sampler.sample(start + 30_000);
    const rows = async (step: "minute" | "hour") =>
      (await series.find("process", step, span)).map(({ at, figures }: ProcessRow) => [
        at.slice(11, 16),
        figures.posts,
      ]);
    assert.deepEqual(await rows("minute"), [
      ["10:59", { "200": 3, "401": 1 }],
      ["11:00", { "200": 1 }],
    ]);
    assert.deepEqual(
      await rows("hour"),
      await rows("minute").then(([a, b]) => [["10:00", a?.[1]], b]),
    );
    const [day] = await series.find("process", "day", span);
    assert.deepEqual(day?.figures, {
      ...{ role: "start", host: "a", posts: { "200": 4, "401": 1 }, spooled: 1 },
      ack: [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1],
      ...{ received: { "700": 5 }, repeated: {} },
    });
  });

  it("waits while the store is away, and is written once", async () => {
    const { series, metrics, sampler, state } = setUp();
    state.away = true;
    metrics.posts.inc({ code: "200" }, 2);
    await assert.rejects(sampler.sample(start + 10_000));
    metrics.posts.inc({ code: "200" }, 3);
    await assert.rejects(sampler.sample(start + 70_000));
    state.away = false;
    await sampler.sample(start + 80_000);
    const found = await series.find("process", "minute", span);
    assert.deepEqual(
      found.map(({ figures }) => figures.posts),
      [{ "200": 2 }, { "200": 3 }],
    );
  });

  it("has of destinations what this process held, with the largest age", async () => {
    const { series, metrics, sampler } = setUp();
    metrics.deliveryAttempts.inc({ destination: "zendesk", outcome: "delivered" }, 4);
    metrics.deliveryAttempts.inc({ destination: "zendesk", outcome: "outage" });
    metrics.deliveryDead.inc({ destination: "zendesk" });
    metrics.deliveryOldestAge.set({ destination: "zendesk" }, 12.5);
    await sampler.sample(start + 10_000);
    metrics.deliveryOldestAge.set({ destination: "zendesk" }, 2);
    await sampler.sample(start + 20_000);
    metrics.deliveryOldestAge.set({ destination: "zendesk" }, 0);
    await sampler.sample(start + 30_000);
    const rows: DestinationRowOfSeries[] = await series.find("destination", "day", span);
    assert.deepEqual(
      rows.map(({ of, by, figures }) => [of, by, figures]),
      [["zendesk", "a:1", { verdicts: { delivered: 4, outage: 1 }, dead: 1, oldestAgeMs: 12_500 }]],
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  DeliveryError,
  type JobRows,
  type ReportAnswer,
  type ReportRequest,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { createJobs } from "../../src/jobs/elect.ts";
import { lastDue } from "../../src/jobs/reports/due.ts";
import { startReporting } from "../../src/jobs/reports/scheduled.ts";
import { createJobRows } from "../../src/store/jobs.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { createArrayLog } from "../support/array-log.ts";
import { createMemoryTables } from "../support/memory-tables.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const utc = (text: string) => Date.parse(`2026-${text}:00.000Z`);

function setUp() {
  // A Friday, 10:00 UTC.
  const clock = createFakeClock();
  const rows: JobRows = createJobRows(createMemoryTables(), {
    exclusive: false,
    before: async () => undefined,
  });
  const log = createArrayLog();
  const asked: ReportRequest[] = [];
  const posted: WaypostEvent[] = [];
  const state = { fails: 0, diesAfterSending: false };
  const start = (holder = "a") =>
    startReporting({
      reports: [
        {
          name: "daily",
          at: { minute: 13 * 60 },
          timeZone: "Europe/Berlin",
          by: ["account"],
          to: ["slack"],
        },
      ],
      senders: new Map([
        [
          "slack",
          {
            idempotency: "lookup" as const,
            deliver: async (event: WaypostEvent) => {
              if (state.fails > 0) {
                state.fails -= 1;
                throw new DeliveryError("outage", "Slack is away");
              }
              posted.push(event);
              if (state.diesAfterSending) await new Promise(() => undefined);
              return {};
            },
            find: async ({ id }: WaypostEvent) =>
              posted.some((event) => event.id === id) ? { remoteId: id } : undefined,
          },
        ],
      ]),
      accounts: new Map([["700", "berlin"]]),
      report: async (request) => {
        asked.push(request);
        return answer(request);
      },
      jobs: createJobs({ rows, holder, clock, log }),
      log,
      clock,
    });
  return { clock, log, asked, posted, state, start, rows };
}

function answer(request: ReportRequest): ReportAnswer {
  const total = {
    ...{
      key: {},
      messages: 10,
      sent: 9,
      delivered: 8,
      read: 4,
      failed: 1,
      replied: 2,
      optedOut: 0,
    },
    ...{ failures: [{ code: 131026, meaning: "it cannot reach them", count: 1 }], untold: 0 },
    pricing: [],
  };
  const rows = [{ ...total, key: { account: "700" } }];
  const reconciliation = { hours: [], destinations: [], gaps: [] };
  return { ...request, rows, total, complete: true, reconciliation };
}

async function ended(world: ReturnType<typeof setUp>, job: { close(): Promise<void> }) {
  const closing = job.close();
  await world.clock.advance(minute);
  await closing;
}

describe("reports of waypost.yaml", () => {
  it("are sent once for each time that they are due, none for a time before they were there", async () => {
    const world = setUp();
    const { clock, posted, asked } = world;
    const job = world.start();
    await clock.advance(minute);
    clock.jump(hour);
    await clock.advance(minute);
    assert.equal(posted.length, 0);
    clock.jump(hour);
    await clock.advance(5 * minute);
    assert.equal(posted.length, 1);
    assert.deepEqual(asked, [
      { by: ["account"], from: "2026-11-19T12:00:00.000Z", to: "2026-11-20T12:00:00.000Z" },
    ]);
    const text = posted[0]?.data.message?.text?.body ?? "";
    assert.match(
      text,
      /^2026-11-19 13:00 to 2026-11-20 13:00 \(Europe\/Berlin\)\nAll: 9 of 10 sent/,
    );
    assert.match(
      text,
      /\nberlin: 9 of 10 sent, 8 \(80 %\) delivered, 4 \(40 %\) read, 1 failed, 2 \(20 %\) replied\n/,
    );
    assert.match(text, /\nFailed 1 × 131026 it cannot reach them$/);
    clock.jump(day);
    await clock.advance(minute);
    assert.equal(posted.length, 2);
    await ended(world, job);
  });

  it("are sent late where nobody ran, once, and not at all after six hours", async () => {
    const world = setUp();
    const { clock, posted } = world;
    await ended(world, await begun(world));
    clock.jump(4 * hour);
    const late = world.start("b");
    await clock.advance(2 * minute);
    assert.equal(posted.length, 1);
    await clock.advance(hour);
    assert.equal(posted.length, 1);
    await ended(world, late);
    clock.jump(day + 5 * hour);
    const tooLate = world.start("c");
    await clock.advance(hour);
    assert.equal(posted.length, 1);
    await ended(world, tooLate);
  });

  it("are not sent again by who takes over from one that died behind the send", async () => {
    const world = setUp();
    const { clock, posted, state } = world;
    state.diesAfterSending = true;
    const dying = world.start("a");
    await clock.advance(2 * hour + 3 * minute + 5_000);
    assert.equal(posted.length, 1);
    const next = world.start("b");
    await ended(world, dying);
    state.diesAfterSending = false;
    await clock.advance(10 * minute);
    assert.equal(posted.length, 1);
    const { state: kept } = await world.rows.lease("waypost.reports");
    assert.equal(kept?.["daily slack"], "2026-11-20T12:00:00.000Z sent");
    await ended(world, next);
  });

  it("are tried again while the destination is away", async () => {
    const world = setUp();
    const { clock, posted, state } = world;
    state.fails = 3;
    const job = world.start();
    await clock.advance(3 * hour);
    assert.equal(posted.length, 1);
    await ended(world, job);
  });

  it("are due by the clock on the wall", () => {
    const nine = { minute: 9 * 60 };
    const due = (at: Parameters<typeof lastDue>[0], now: number) =>
      new Date(lastDue(at, "Europe/Berlin", now)).toISOString();
    assert.equal(due(nine, utc("03-28T10:00")), "2026-03-28T08:00:00.000Z");
    assert.equal(due(nine, utc("03-29T10:00")), "2026-03-29T07:00:00.000Z");
    assert.equal(due(nine, utc("10-25T10:00")), "2026-10-25T08:00:00.000Z");
    assert.equal(due(nine, utc("11-20T07:59")), "2026-11-19T08:00:00.000Z");
    assert.equal(due({ ...nine, weekday: 1 }, utc("11-20T10:00")), "2026-11-16T08:00:00.000Z");
    assert.equal(due({ ...nine, weekday: 7 }, utc("11-22T08:00")), "2026-11-22T08:00:00.000Z");
    // 02:30 is not there on the night of spring, and twice in autumn: once is sent.
    const night = { minute: 150 };
    assert.equal(due(night, utc("03-29T12:00")).slice(0, 10), "2026-03-29");
    const first = due(night, utc("10-25T00:45"));
    assert.equal(due(night, utc("10-25T05:00")) >= first, true);
  });
});

/** Ran once, so that the report is known. */
async function begun(world: ReturnType<typeof setUp>) {
  const job = world.start();
  await world.clock.advance(minute);
  return job;
}

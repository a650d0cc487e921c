import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type {
  AccountFigures,
  ReportAnswer,
  SeriesAnswer,
  SeriesRow,
} from "../../../src/contracts.ts";
import { answerSeries } from "../../../src/jobs/series/answer.ts";
import { makeStatus, phoneNumberId, second } from "../../store/make-events.ts";
import { type Harness, startOps } from "../harness.ts";

const hourMs = 3_600_000;
const at = (hour: number, minute = 0) =>
  new Date(Date.UTC(2026, 10, 20, hour, minute)).toISOString();
const figures = (inbound: number): AccountFigures => ({
  ...{ events: inbound + 3, outgoing: 2, inbound: { text: inbound }, failures: { "131026": 1 } },
  statuses: { delivered: 2, failed: 1 },
  told: [{ campaign: "spring", variant: "a", count: 2 }],
});

describe("GET /api/report", () => {
  let ops: Harness;
  before(async () => {
    ops = await startOps();
    await ops.store.append([
      makeStatus("wamid.1", "delivered", { at: 1 }),
      makeStatus("wamid.2", "failed", { at: 2 }),
    ]);
  });
  after(() => ops.ops.close());

  it("answers by several keys, and names one that it does not know", async () => {
    const day = "from=2026-11-20&to=2026-11-21";
    const response = await ops.get(`/api/report?${day}&by=account,template&by=hour`);
    assert.equal(response.status, 200);
    const { by, rows, total } = (await response.json()) as ReportAnswer;
    assert.deepEqual(by, ["template", "account", "hour"]);
    assert.deepEqual(
      rows.map(({ key }) => key),
      [{ template: "", account: phoneNumberId, hour: second(0) }],
    );
    assert.deepEqual([total.messages, total.delivered, total.failed, total.untold], [2, 1, 1, 2]);
    const wrong = await ops.get(`/api/report?${day}&by=weather`);
    assert.equal(wrong.status, 400);
    assert.match(
      await wrong.text(),
      /must be of these.*template, account, campaign, variant, hour/,
    );
    assert.equal((await ops.get("/api/report?from=2026-01-01&to=2026-09-01")).status, 400);
  });
});

describe("GET /api/series", () => {
  let ops: Harness;
  before(async () => {
    ops = await startOps();
    await ops.store.series.write([...accounts(), ...others()], 1);
    await ops.store.series.mark({ at: at(9, 30), what: "pause", of: "zendesk", detail: "moving" });
    const { epoch } = await ops.store.jobs.lease("waypost.series");
    await ops.store.jobs.save("waypost.series", epoch, { countedTo: at(11, 30) });
  });
  after(() => ops.ops.close());
  const ask = async (query: string): Promise<SeriesAnswer> => {
    const response = await ops.get(`/api/series?${query}`);
    assert.equal(response.status, 200);
    return (await response.json()) as SeriesAnswer;
  };

  it("knows nothing of accounts as long as no minute was counted", async () => {
    const parts = { series: ops.store.series, jobs: { load: async () => undefined } };
    const answer = await answerSeries(parts, { from: at(9), to: at(10), step: "minute" });
    assert.equal(answer.countedTo, at(9));
  });

  it("answers with points where there is something, and until when accounts are counted", async () => {
    const answer = await ask(`from=${at(9)}&to=${at(10)}&step=minute`);
    assert.equal(answer.countedTo, at(11, 30));
    assert.deepEqual([answer.from, answer.to, answer.step], [at(9), at(10), "minute"]);
    assert.deepEqual(answer.marks, [
      { at: at(9, 30), what: "pause", of: "zendesk", detail: "moving" },
    ]);
    const [account, ...rest] = answer.accounts;
    assert.deepEqual([account?.account, rest], ["700", []]);
    assert.deepEqual(account?.points, [
      {
        ...{ at: at(9, 10), events: 7, inbound: 4, byType: { text: 4 }, outgoing: 2 },
        ...{ sent: 0, delivered: 2, read: 0, failed: 1, byStatus: { delivered: 2, failed: 1 } },
        failures: { "131026": 1 },
        told: [{ campaign: "spring", variant: "a", count: 2 }],
      },
    ]);
  });

  it("adds up who counted the same, and reads percentiles from histograms", async () => {
    const { destinations, processes } = await ask(`from=${at(9)}&to=${at(10)}&step=minute`);
    assert.deepEqual(destinations, [
      {
        destination: "zendesk",
        points: [
          {
            ...{ at: at(9, 10), taken: 7, byVerdict: { delivered: 6, found: 1, outage: 2 } },
            ...{ dead: 1, oldestAgeMs: 9_000 },
          },
        ],
      },
    ]);
    const [point] = processes[0]?.points ?? [];
    assert.deepEqual([point?.posts, point?.unauthorized, point?.spooled], [101, 1, 3]);
    const { count, p50Ms, p99Ms, over1s } = point?.ack ?? {};
    assert.deepEqual([count, over1s], [100, 0.02]);
    assert.ok(p50Ms !== undefined && p50Ms > 2.5 && p50Ms <= 5, String(p50Ms));
    assert.ok(p99Ms !== undefined && p99Ms > 1_000 && p99Ms <= 2_500, String(p99Ms));
  });

  it("adds up hours and days that are not over", async () => {
    const hours = (await ask(`from=${at(9)}&to=${at(12)}&step=hour`)).accounts[0]?.points;
    assert.deepEqual(
      hours?.map((point) => [point.at, point.inbound, point.writers]),
      [
        [at(9), 40, 12],
        [at(11), 3, undefined],
      ],
    );
    const days = (await ask(`from=${at(0)}&to=${at(12)}&step=day`)).accounts[0]?.points;
    assert.deepEqual(
      days?.map((point) => [point.at, point.inbound]),
      [[at(0), 43]],
    );
  });

  it("says what is asked for in a way that cannot be", async () => {
    for (const [query, word] of [
      [`from=${at(9)}&to=${at(9)}`, "must be before"],
      ["from=2026-01-01&to=2026-02-01&step=minute", "longer step"],
      ["from=yesterday", "RFC 3339"],
      ["step=week", "must be equal to one of"],
    ] as const) {
      const response = await ops.get(`/api/series?${query}`);
      assert.equal(response.status, 400);
      assert.match(await response.text(), new RegExp(word));
    }
  });

  it("is cheap for a day by minute of three numbers and a process", async () => {
    const start = Date.UTC(2026, 10, 21);
    const rows = Array.from({ length: 1_440 }, (_, minute) => {
      const time = new Date(start + minute * 60_000).toISOString();
      return [
        ...["700", "701", "702"].map((of) => ({ ...account("minute", time, 5), of })),
        ...others(time),
      ];
    });
    await ops.store.series.write(rows.flat(), 1);
    const span = {
      from: new Date(start).toISOString(),
      to: new Date(start + 24 * hourMs).toISOString(),
    };
    const { series, jobs } = ops.store;
    const load = async (name: string) => (await jobs.lease(name)).state;
    const asked = { ...span, step: "minute" } as const;
    const ratios: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const before = process.cpuUsage();
      const answer = await answerSeries({ series, jobs: { load } }, asked);
      const answered = process.cpuUsage(before);
      assert.equal(answer.accounts[0]?.points.length, 1_440);
      const between = process.cpuUsage();
      JSON.parse(JSON.stringify(answer));
      ratios.push(answered.user / process.cpuUsage(between).user);
    }
    // Reading and writing its megabyte as JSON takes about 14 ms; the answer about three times as long.
    assert.ok(Math.min(...ratios) < 8, `${ratios}`);
  });
});

function account(step: SeriesRow["step"], time: string, inbound: number): SeriesRow {
  return { kind: "account", step, at: time, of: "700", figures: figures(inbound) };
}

function accounts(): SeriesRow[] {
  const hour = account("hour", at(9), 40);
  const figures = { ...(hour.figures as AccountFigures), writers: 12 };
  return [
    account("minute", at(9, 10), 4),
    { ...hour, figures } as SeriesRow,
    account("minute", at(11, 5), 1),
    account("minute", at(11, 6), 2),
  ];
}

function others(time = at(9, 10)): SeriesRow[] {
  const process = {
    ...{ role: "start", host: "a", posts: { "200": 100, "401": 1 }, spooled: 3 },
    ack: [0, 0, 70, 28, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0],
    ...{ received: {}, repeated: {} },
  };
  const held = (verdicts: Record<string, number>, dead: number, oldestAgeMs: number) => ({
    ...{ verdicts, dead, oldestAgeMs },
  });
  const place = { step: "minute", at: time } as const;
  return [
    { kind: "process", ...place, of: "a:1", figures: process },
    {
      kind: "destination",
      ...place,
      of: "zendesk",
      by: "a:1",
      figures: held({ delivered: 5, outage: 2 }, 0, 9_000),
    },
    {
      kind: "destination",
      ...place,
      of: "zendesk",
      by: "b:1",
      figures: held({ delivered: 1, found: 1 }, 1, 0),
    },
  ];
}

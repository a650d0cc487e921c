import assert from "node:assert/strict";
import { it } from "node:test";
import {
  accountsOf,
  figuresOf,
  type SeriesAnswer,
  untold,
} from "../../console/pages/overview/figures.ts";

const point = { events: 0, byType: {}, outgoing: 0, byStatus: {}, failures: {}, told: [] };
const statuses = { sent: 0, delivered: 0, read: 0, failed: 0 };
const series: SeriesAnswer = {
  step: "minute",
  from: "2026-12-01T10:00:00.000Z",
  to: "2026-12-01T10:04:00.000Z",
  countedTo: "2026-12-01T10:03:00.000Z",
  accounts: [
    {
      account: "1",
      points: [
        { ...point, ...statuses, at: "2026-12-01T10:00:00.000Z", inbound: 2, sent: 3, outgoing: 1 },
      ],
    },
    {
      account: "2",
      points: [{ ...point, ...statuses, at: "2026-12-01T10:00:00.000Z", inbound: 5, read: 1 }],
    },
  ],
  processes: ["a", "b"].map((process, index) => ({
    ...{ process, role: "start", host: "h" },
    points: [
      {
        ...{ at: "2026-12-01T10:01:00.000Z", posts: 1, byCode: {}, unauthorized: 1, spooled: 0 },
        ack: { count: 1, p50Ms: 3, p99Ms: 10 + index, over1s: 0 },
      },
    ],
  })),
  destinations: [],
  marks: [],
};

it("every step has a value: nothing is 0, what is not counted yet is not known", () => {
  const { times, inbound, statuses: told, unauthorized, p99 } = figuresOf(series);
  assert.equal(times.length, 4);
  assert.deepEqual(inbound, [7, 0, 0, null]);
  assert.deepEqual(told, [4, 0, 0, null]);
  assert.deepEqual(unauthorized, [0, 2, 0, 0]);
  assert.deepEqual(p99, [null, 11, null, null]);
});

it("messages that were sent and not told are counted by number", () => {
  const accounts = accountsOf(series);
  assert.deepEqual(
    accounts.map(({ account }) => account),
    ["1", "2"],
  );
  assert.equal(untold(accounts), 2);
});

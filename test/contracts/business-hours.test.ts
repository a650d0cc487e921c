import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, it } from "node:test";
import fc from "fast-check";
import { addOpenTime, isOpen } from "../../src/contracts/business-hours.ts";
import type { Hours } from "../../src/contracts.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const spans: Hours["days"][number] = [
  [9 * 60, 12 * 60 + 30],
  [13 * 60 + 30, 18 * 60],
];
const office: Hours = {
  timeZone: "Europe/Berlin",
  days: { 1: spans, 2: spans, 3: spans, 4: spans, 5: spans },
  except: ["2026-12-25"],
};

function hoursOf(timeZone: string, ...daily: Hours["days"][number]): Hours {
  const days = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((each) => [each, daily]));
  return { timeZone, days, except: [] };
}

function added(hours: Hours, from: string, ms: number): string | undefined {
  return addOpenTime(hours, new Date(from), ms)?.toISOString().replace(".000", "");
}

describe("isOpen", () => {
  const table: [at: string, expected: boolean][] = [
    ["2026-11-20T08:00:00+01:00", false],
    ["2026-11-20T08:59:59.999+01:00", false],
    ["2026-11-20T09:00:00+01:00", true],
    ["2026-11-20T12:29:59.999+01:00", true],
    ["2026-11-20T12:30:00+01:00", false],
    ["2026-11-20T13:30:00+01:00", true],
    ["2026-11-20T18:00:00+01:00", false],
    ["2026-11-21T10:00:00+01:00", false],
    ["2026-07-20T09:00:00+02:00", true],
    ["2026-07-20T08:30:00+02:00", false],
    ["2026-12-24T10:00:00+01:00", true],
    ["2026-12-25T10:00:00+01:00", false],
  ];
  for (const [at, expected] of table) {
    it(`is ${expected} at ${at}`, () => assert.equal(isOpen(office, new Date(at)), expected));
  }

  it("holds to the end of the day, and from its beginning", () => {
    const night = hoursOf("Asia/Kolkata", [0, 6 * 60], [22 * 60, 24 * 60]);
    for (const time of ["23:59:59.999", "00:00:00", "05:59:59", "22:00:00"]) {
      assert.equal(isOpen(night, new Date(`2026-03-01T${time}+05:30`)), true, time);
    }
    for (const time of ["06:00:00", "21:59:59.999"]) {
      assert.equal(isOpen(night, new Date(`2026-03-01T${time}+05:30`)), false, time);
    }
  });

  it("takes weekday and date from the local clock", () => {
    const kiritimati: Hours = {
      ...office,
      timeZone: "Pacific/Kiritimati",
      days: { 1: [[0, 1440]] },
    };
    assert.equal(isOpen(kiritimati, new Date("2026-11-22T10:00:00Z")), true);
    assert.equal(isOpen(kiritimati, new Date("2026-11-23T10:00:00Z")), false);
    const except = { ...kiritimati, except: ["2026-11-23"] };
    assert.equal(isOpen(except, new Date("2026-11-22T10:00:00Z")), false);
  });

  it("throws where there is no such zone", () => {
    assert.throws(() => isOpen(hoursOf("Nowhere/None", [0, 1440]), new Date()), RangeError);
  });
});

describe("addOpenTime", () => {
  const table: [title: string, from: string, ms: number, expected: string][] = [
    ["within a span", "2026-11-20T10:00:00+01:00", 30 * minute, "2026-11-20T09:30:00Z"],
    ["over a break", "2026-11-20T12:15:00+01:00", 30 * minute, "2026-11-20T12:45:00Z"],
    ["over a weekend", "2026-11-20T17:45:00+01:00", 30 * minute, "2026-11-23T08:15:00Z"],
    ["from closed time", "2026-11-21T11:00:00+01:00", 30 * minute, "2026-11-23T08:30:00Z"],
    ["over an exception", "2026-12-24T17:45:00+01:00", 30 * minute, "2026-12-28T08:15:00Z"],
    ["up to closing time", "2026-11-20T17:30:00+01:00", 30 * minute, "2026-11-23T08:00:00Z"],
    ["of nothing, when open", "2026-11-20T10:00:00+01:00", 0, "2026-11-20T09:00:00Z"],
    ["of nothing, when closed", "2026-11-20T18:00:00+01:00", 0, "2026-11-23T08:00:00Z"],
    ["of less than nothing", "2026-11-20T10:00:00+01:00", -5, "2026-11-20T09:00:00Z"],
    ["of weeks", "2026-11-02T09:00:00+01:00", 15 * 8 * hour, "2026-11-23T08:00:00Z"],
  ];
  for (const [title, from, ms, expected] of table) {
    it(`counts open time only: ${title}`, () => assert.equal(added(office, from, ms), expected));
  }

  it("counts an hour that spring leaves out not at all, and one that autumn repeats twice", () => {
    const night = hoursOf("Europe/Berlin", [60, 240]);
    // 02:00 becomes 03:00 on 29 March, 03:00 becomes 02:00 on 25 October.
    assert.equal(
      added(night, "2026-03-29T01:00:00+01:00", 2 * hour - 1),
      "2026-03-29T01:59:59.999Z",
    );
    assert.equal(added(night, "2026-03-29T01:00:00+01:00", 2 * hour), "2026-03-29T23:00:00Z");
    assert.equal(added(night, "2026-10-25T01:00:00+02:00", 3 * hour), "2026-10-25T02:00:00Z");
    assert.equal(added(night, "2026-10-25T01:00:00+02:00", 4 * hour), "2026-10-26T00:00:00Z");
    const gap = hoursOf("Europe/Berlin", [130, 150]);
    assert.equal(added(gap, "2026-03-28T12:00:00Z", 0), "2026-03-30T00:10:00Z");
    assert.equal(added(gap, "2026-10-24T12:00:00Z", 20 * minute), "2026-10-25T01:10:00Z");
  });

  it("knows clocks that change at midnight, and by half an hour", () => {
    // Cairo goes from 00:00 to 01:00 on 24 April; Lord Howe back from 02:00 to 01:30 on 5 April.
    const cairo = hoursOf("Africa/Cairo", [0, 120]);
    assert.equal(added(cairo, "2026-04-23T20:00:00Z", hour), "2026-04-24T21:00:00Z");
    const howe = hoursOf("Australia/Lord_Howe", [60, 120]);
    assert.equal(added(howe, "2026-04-04T14:00:00Z", 90 * minute - 1), "2026-04-04T15:29:59.999Z");
  });

  it("ends where nothing is ever open, and where it takes longer than a year", () => {
    const started = performance.now();
    assert.equal(added(hoursOf("Europe/Berlin"), "2026-11-20T10:00:00Z", 0), undefined);
    assert.equal(added({ ...office, days: {} }, "2026-11-20T10:00:00Z", 0), undefined);
    assert.equal(added(office, "2026-11-20T10:00:00Z", 400 * day), undefined);
    assert.equal(added(office, "2026-11-20T10:00:00Z", Number.POSITIVE_INFINITY), undefined);
    assert.ok(performance.now() - started < 2_000);
  });

  const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"];
  const anySpans = fc
    .uniqueArray(fc.integer({ min: 0, max: 1440 }), { minLength: 2, maxLength: 6 })
    .map((edges) => edges.sort((one, other) => one - other))
    .map((edges) =>
      edges.flatMap((edge, i): [number, number][] => {
        const next = edges[i + 1];
        return i % 2 === 0 && next !== undefined ? [[edge, next]] : [];
      }),
    );
  const anyHours = fc.record({
    timeZone: fc.constantFrom(...zones),
    days: fc.dictionary(fc.constantFrom("1", "2", "3", "4", "5", "6", "7"), anySpans, {
      minKeys: 1,
    }),
    except: fc.subarray(["2026-03-29", "2026-04-05", "2026-10-25", "2026-11-01"]),
  });
  // Around the changes of clocks, half of the time.
  const turns = [
    "2026-03-29T01:00Z",
    "2026-10-25T01:00Z",
    "2026-04-04T15:00Z",
    "2026-04-23T22:00Z",
  ];
  const anyTime = fc.oneof(
    fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }),
    fc
      .tuple(fc.constantFrom(...turns), fc.integer({ min: -day, max: day }))
      .map(([turn, shift]) => Date.parse(turn) + shift),
  );
  const anyMs = fc.integer({ min: 0, max: 60 * hour });

  it("lands in open time, not before it began, and later for more", () => {
    fc.assert(
      fc.property(anyHours, anyTime, anyMs, anyMs, (hours, from, ms, more) => {
        const first = addOpenTime(hours, new Date(from), ms);
        const second = addOpenTime(hours, new Date(from), ms + more);
        if (first === undefined) return assert.equal(second, undefined);
        assert.ok(first.getTime() >= from + ms);
        assert.equal(isOpen(hours, first), true);
        if (second !== undefined) assert.ok(second.getTime() >= first.getTime());
        const start = addOpenTime(hours, new Date(from), 0);
        if (isOpen(hours, new Date(from))) assert.equal(start?.getTime(), from);
      }),
      { numRuns: 300 },
    );
  });

  it("counts as many minutes as are open, one by one", () => {
    fc.assert(
      fc.property(anyHours, anyTime, fc.integer({ min: 0, max: 600 }), (hours, from, minutes) => {
        const start = Math.floor(from / minute) * minute;
        const end = addOpenTime(hours, new Date(start), minutes * minute);
        if (end === undefined || end.getTime() - start > 9 * day) return;
        let open = 0;
        for (let at = start; at < end.getTime(); at += minute) {
          if (isOpen(hours, new Date(at))) open++;
        }
        assert.equal(open, minutes);
      }),
      { numRuns: 60 },
    );
  });
});

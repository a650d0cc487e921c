import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryError } from "../../src/contracts.ts";
import { createBodies } from "../../src/deliver/bodies.ts";
import { createBreaker } from "../../src/deliver/breaker.ts";
import { type OpenRow, openRow } from "../../src/deliver/lane.ts";
import { createLanes } from "../../src/deliver/lanes.ts";
import { createRate } from "../../src/deliver/rate.ts";
import { createSchedule } from "../../src/deliver/schedule.ts";
import { settle } from "../../src/deliver/settle.ts";
import { event, misconfigured, outage, refused } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";

const atIso = "2026-11-20T10:00:00.000Z";
const rowOf = (parts: Partial<OpenRow> = {}): OpenRow => ({
  ...openRow(
    {
      id: "crm:evt_1",
      destination: "crm",
      eventId: "evt_1",
      eventType: "whatsapp.message.text",
      route: "everything",
      laneKeys: ["cnv_a"],
      seq: 1,
      state: "open",
      attempts: 0,
      history: [],
      createdAt: atIso,
    },
    0,
    createFakeClock(),
  ),
  ...parts,
});
const failed = (error: DeliveryError) => ({ is: error.verdict, error });
const near = (ms: number, wanted: number) =>
  assert.ok(ms >= wanted * 0.75 && ms <= wanted * 1.25, `${ms} for ${wanted}`);

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
    for (let i = 0; i < 20; i += 1) breaker.recordFailure(undefined);
    assert.ok(breaker.waitMs(0) <= 1_250, `${breaker.waitMs(0)} ms`);
    breaker.recordFailure(30_000);
    assert.equal(breaker.waitMs(0), 30_000, "but a late Retry-After counts");
    await clock.advance(30_000);
    breaker.recordFailure(undefined);
    assert.ok(breaker.waitMs(0) >= 1_500, "a failed probe doubles the wait");
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

describe("a retry", () => {
  const delaysMs = [1_000, 10_000, 60_000, 43_200_000];
  const waitMs = (counts: boolean, row: Partial<OpenRow>, afterMs?: number) =>
    settle(rowOf(row), {
      ...{ at: 0, ms: 1, now: 0, counts, delaysMs },
      outcome: failed(outage(afterMs === undefined ? {} : { afterMs })),
    }).waitMs ?? Number.NaN;

  it("waits the delay of its attempt, plus or minus a quarter", () => {
    delaysMs.forEach((wanted, attempts) => {
      near(waitMs(true, { attempts }), wanted);
    });
  });

  it("waits a minute at most while the attempts do not count", () => {
    near(waitMs(false, { attempts: 3, outageStreak: 0 }), 1_000);
    near(waitMs(false, { attempts: 3, outageStreak: 39 }), 60_000);
  });

  it("waits as long as it is told, a day at most", () => {
    assert.equal(waitMs(true, {}, 90_000), 90_000);
    assert.equal(waitMs(true, {}, 1e12), 86_400_000);
    assert.equal(waitMs(true, {}, -5), 0);
  });
});

describe("an attempt becomes a state", () => {
  const at = Date.parse(atIso);
  const now = at + 5_000;
  const doneAt = "2026-11-20T10:00:05.000Z";
  const delaysMs = [1_000, 10_000, 100_000];
  const tried = { at, ms: 12.6, now, counts: false, delaysMs };

  it("delivered, with the destination's id and answer where it gave them", () => {
    const delivered = { remoteId: "42", answer: "200" };
    for (const is of ["delivered", "found"] as const) {
      assert.deepEqual(settle(rowOf(), { ...tried, outcome: { is, delivered } }), {
        change: {
          id: "crm:evt_1",
          state: "delivered",
          nextAt: null,
          history: [{ at: atIso, ms: 13, outcome: is, answer: "200" }],
          doneAt,
          remoteId: "42",
        },
      });
    }
    const outcome = { is: "delivered", delivered: {} } as const;
    const { change } = settle(rowOf({ attempts: 3, unknown: true }), { ...tried, outcome });
    assert.deepEqual(change, {
      id: "crm:evt_1",
      state: "delivered",
      nextAt: null,
      history: [{ at: atIso, ms: 13, outcome: "delivered" }],
      doneAt,
      unknown: false,
    });
  });

  it("dead when it was refused, and unknown when an attempt may have taken effect", () => {
    const history = [{ at: atIso, ms: 13, outcome: "refused", answer: refused().message }];
    const dead = { id: "crm:evt_1", state: "dead", nextAt: null, history, doneAt } as const;
    const reason = refused().message;
    for (const unknown of [false, true]) {
      assert.deepEqual(settle(rowOf({ unknown }), { ...tried, outcome: failed(refused()) }), {
        change: { ...dead, reason, ...(unknown && { unknown }) },
      });
    }
  });

  it("open when the destination is not set up, to be tried as soon as it is", () => {
    const history = [{ at: atIso, ms: 13, outcome: "config", answer: misconfigured().message }];
    assert.deepEqual(
      settle(rowOf(), { ...tried, counts: true, outcome: failed(misconfigured()) }),
      {
        change: { id: "crm:evt_1", state: "open", nextAt: null, history },
        waitMs: 0,
      },
    );
  });

  it("open after an outage, with one attempt used only when it counts", () => {
    const nextAt = "2026-11-20T10:01:35.000Z";
    const history = [{ at: atIso, ms: 13, outcome: "outage", answer: "503", nextAt }];
    const outcome = failed(outage({ afterMs: 90_000 }));
    for (const counts of [false, true]) {
      assert.deepEqual(settle(rowOf({ attempts: 1 }), { ...tried, counts, outcome }), {
        change: { id: "crm:evt_1", state: "open", attempts: counts ? 2 : 1, nextAt, history },
        waitMs: 90_000,
      });
    }
  });

  it("sending when it may have taken effect, and as long as that is not known", () => {
    const state = (unknown: boolean, maybeDone: boolean) =>
      settle(rowOf({ unknown }), { ...tried, outcome: failed(outage({ maybeDone })) }).change.state;
    assert.deepEqual([state(false, false), state(false, true)], ["open", "sending"]);
    assert.deepEqual([state(true, false), state(true, true)], ["sending", "sending"]);
  });

  it("waits by the attempts that count, or by those in a row that did not", () => {
    const waitMs = (counts: boolean, parts: Partial<OpenRow>) =>
      settle(rowOf(parts), { ...tried, counts, outcome: failed(outage()) }).waitMs ?? 0;
    near(waitMs(true, { attempts: 1, outageStreak: 2 }), 10_000);
    near(waitMs(true, { attempts: 2, outageStreak: 0 }), 100_000);
    near(waitMs(false, { attempts: 3, outageStreak: 0 }), 1_000);
    near(waitMs(false, { attempts: 0, outageStreak: 1 }), 10_000);
  });

  it("dead after its last delay, but only by an attempt that counts", () => {
    const outcome = failed(outage({ afterMs: 90_000 }));
    const after = (attempts: number, counts: boolean) =>
      settle(rowOf({ attempts }), { ...tried, counts, outcome });
    assert.equal(after(2, true).change.state, "open");
    assert.equal(after(3, false).change.state, "open");
    assert.equal(after(9, false).change.state, "open");
    assert.deepEqual(after(3, true), {
      change: {
        id: "crm:evt_1",
        state: "dead",
        attempts: 4,
        nextAt: null,
        history: [{ at: atIso, ms: 13, outcome: "outage", answer: "503" }],
        doneAt,
        reason: "gave up after 4 attempts while others succeeded: the destination answered 503",
      },
    });
  });

  it("keeps 500 characters of an answer, and the last twenty attempts", () => {
    const old = Array.from(
      { length: 20 },
      (_, n) => ({ at: `${n}`, ms: n, outcome: "outage" }) as const,
    );
    const answer = `${"a".repeat(500)}b`;
    const outcome = { is: "delivered", delivered: { answer } } as const;
    const { change } = settle(rowOf({ history: old }), { ...tried, outcome });
    assert.deepEqual(change.history?.slice(0, -1), old.slice(1));
    assert.equal(change.history?.at(-1)?.answer, "a".repeat(500));
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

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryError } from "../../../src/contracts.ts";
import { settle } from "../../../src/deliver/attempt/settle.ts";
import type { OpenRow } from "../../../src/deliver/lanes/lane.ts";
import { misconfigured, outage, refused } from "../engine.ts";
import { atIso, rowOf } from "../row-of.ts";

const failed = (error: DeliveryError) => ({ is: error.verdict, error });
const near = (ms: number, wanted: number) =>
  assert.ok(ms >= wanted * 0.75 && ms <= wanted * 1.25, `${ms} for ${wanted}`);

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

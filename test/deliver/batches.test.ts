import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BatchItem, Link } from "../../src/contracts.ts";
import { delay } from "../../src/support/delay.ts";
import { createBatchStub } from "./batch-stub.ts";
import { event, misconfigured, outage, refused, startEngine } from "./engine.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const second = 1_000;
const hour = 3_600 * second;
const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id);
/** So many of this conversation. */
const some = (conversation: string, count: number) =>
  Array.from({ length: count }, () => event(conversation));
/** Of the conversations in turn, as they may come. */
const mixed = (...lists: ReturnType<typeof event>[][]) =>
  Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, i) =>
    lists.flatMap((list) => list[i] ?? []),
  ).flat();

describe("what goes into one call", () => {
  it("along a lane: its rows from the head on, in order, so many at most", async () => {
    const crm = createBatchStub({ along: true, most: 3 });
    const { publish, end } = await startEngine({ crm });
    const [a, b] = [some("cnv_a", 5), some("cnv_b", 2)];
    await publish(...mixed(a, b));
    assert.deepEqual(crm.batches, [idsOf(a.slice(0, 3)), idsOf(b), idsOf(a.slice(3))]);
    assert.equal(crm.effects.length, 7);
    await end();
  });

  it("across lanes: their heads, and no two of one lane", async () => {
    const crm = createBatchStub({ across: true });
    const { publish, end } = await startEngine({ crm });
    const [a, b, c] = [some("cnv_a", 2), some("cnv_b", 2), some("cnv_c", 1)];
    await publish(...mixed(a, b, c));
    const [first, then] = [0, 1].map((i) => idsOf([a, b, c].flatMap((list) => list[i] ?? [])));
    assert.deepEqual(crm.batches, [first, then]);
    await end();
  });

  it("both: heads with what stands behind them", async () => {
    const crm = createBatchStub({ along: true, across: true, most: 4 });
    const { publish, end } = await startEngine({ crm });
    const [a, b] = [some("cnv_a", 3), some("cnv_b", 3)];
    await publish(...mixed(a, b));
    assert.deepEqual(crm.batches[0], idsOf([...a, ...b.slice(0, 1)]));
    assert.deepEqual(crm.batches[1], idsOf(b.slice(1)));
    await end();
  });

  it("is one attempt for the rate, and takes one slot", async () => {
    const crm = createBatchStub({ across: true, most: 10 });
    const config = { ratePerSecond: 1, concurrency: 1 };
    const { publish, end, clock, delivery } = await startEngine({ crm }, { config });
    crm.before = () => delay(500, { clock });
    const events = Array.from({ length: 20 }, (_, i) => event(`cnv_${i}`));
    await publish(...events);
    assert.equal(delivery.status()[0]?.running, 1);
    await clock.advance(2 * second);
    assert.deepEqual(crm.batches, [idsOf(events.slice(0, 10)), idsOf(events.slice(10))]);
    assert.equal(crm.effects.length, 20);
    await end();
  });

  it("is marked as sending in one write, before the call, and settled in one", async () => {
    const crm = createBatchStub({ along: true, across: true });
    const { publish, end, ledger } = await startEngine({ crm });
    const events = mixed(some("cnv_a", 3), some("cnv_b", 3));
    let states: unknown;
    crm.before = async () => {
      states = [...ledger.rows.values()].map(({ state }) => state);
    };
    await publish(...events);
    assert.deepEqual(states, Array(6).fill("sending"));
    assert.deepEqual(ledger.writes, { calls: 2, changes: 12 });
    const [row] = await ledger.deliveriesOf(events[0]?.id ?? "");
    assert.deepEqual([row?.state, row?.remoteId], ["delivered", `remote ${events[0]?.id}`]);
    await end();
  });

  it("is not what goes alone: one by itself, one that failed with an unknown outcome, a repeat", async () => {
    const crm = createBatchStub({ along: true, across: true }, "lookup");
    const asked: string[] = [];
    crm.find = async ({ id }) => {
      asked.push(id);
      return undefined;
    };
    const { publish, end, clock } = await startEngine({ crm });
    await publish(event("cnv_a"));
    assert.deepEqual([crm.batches.length, crm.effects.length], [0, 1]);
    const events = mixed(some("cnv_a", 2), some("cnv_b", 2));
    crm.before = async () => {
      crm.effects.push(...idsOf(events));
      throw new Error("socket hang up");
    };
    crm.find = async ({ id }) => {
      asked.push(id);
      return { remoteId: id };
    };
    await publish(...events);
    await clock.advance(2 * second);
    assert.equal(crm.batches.length, 1);
    assert.deepEqual(asked.toSorted(), idsOf(events).toSorted());
    assert.equal(crm.effects.length, 5, "nothing twice");
    await end();
  });
});

describe("what stays out of a call", () => {
  it("what stands behind a row whose time has not come", async () => {
    const crm = createBatchStub({ along: true });
    const { publish, end, clock } = await startEngine({ crm });
    const a = some("cnv_a", 4);
    const at = new Date(clock.now() + 5 * second);
    crm.notBefore = ({ id }) => (id === a[2]?.id ? at : undefined);
    await publish(...a);
    assert.deepEqual(crm.effects, idsOf(a.slice(0, 2)));
    await clock.advance(6 * second);
    assert.deepEqual(crm.effects, idsOf(a));
    await end();
  });

  it("what may have been done before it was opened again by hand: it is looked up first", async () => {
    const crm = createBatchStub({ along: true }, "lookup");
    const { publish, end, clock, ledger } = await startEngine({ crm });
    const first = event("cnv_a");
    crm.answer = ({ id }) => {
      if (id === first.id) crm.effects.push(id);
      return outage({ maybeDone: true, afterMs: hour });
    };
    await publish(first);
    await ledger.giveUp(`crm:${first.id}`, "by hand");
    await clock.advance(6 * second);
    crm.answer = () => "ok";
    crm.find = async ({ id }) => (crm.effects.includes(id) ? {} : undefined);
    await ledger.setPause("crm", { by: "operator", reason: "a test", at: "" });
    await clock.advance(6 * second);
    const behind = some("cnv_a", 2);
    await ledger.reopen(`crm:${first.id}`);
    await publish(...behind);
    await clock.advance(6 * second);
    await ledger.setPause("crm", undefined);
    await clock.advance(12 * second);
    assert.deepEqual(crm.effects.toSorted(), idsOf([first, ...behind]).toSorted());
    await end();
  });
});

describe("what becomes of each", () => {
  it("behind one that failed the rest of its lane waits, open and without an attempt; other lanes do not", async () => {
    const crm = createBatchStub({ along: true, across: true });
    const [a, b] = [some("cnv_a", 3), some("cnv_b", 2)];
    const bad = a[1]?.id;
    let failing = true;
    crm.answer = ({ id }) => (failing && id === bad ? outage({ maybeDone: true }) : "ok");
    const { publish, end, ledger, clock } = await startEngine({ crm });
    await publish(...mixed(a, b));
    const rows = async () => (await Promise.all(idsOf(a).map(ledger.deliveriesOf))).flat();
    const told = (await rows()).map(({ state, history }) => [state, history.length]);
    assert.deepEqual(told, [
      ["delivered", 1],
      ["sending", 1],
      ["open", 0],
    ]);
    assert.deepEqual(crm.effects, idsOf([...a.slice(0, 1), ...b]));
    failing = false;
    await clock.advance(2 * second);
    assert.deepEqual(crm.effects.slice(3), idsOf(a.slice(1)));
    await end();
  });

  it("one that is refused is dead and frees those behind it in the same call", async () => {
    const crm = createBatchStub({ along: true });
    const a = some("cnv_a", 3);
    crm.answer = ({ id }) => (id === a[1]?.id ? refused() : "ok");
    const { publish, end, ledger } = await startEngine({ crm });
    await publish(...a);
    assert.deepEqual(crm.effects, [a[0]?.id, a[2]?.id]);
    assert.equal((await ledger.deliveriesOf(a[1]?.id ?? ""))[0]?.state, "dead");
    assert.equal(crm.batches.length, 1);
    await end();
  });

  it("a call that is refused as a whole kills only the row at fault", async () => {
    const crm = createBatchStub({ along: true, across: true });
    const [a, b] = [some("cnv_a", 3), some("cnv_b", 2)];
    const isBad = ({ event: { id } }: BatchItem) => id === a[1]?.id;
    crm.before = async (items) => {
      if (items.some(isBad)) throw refused();
    };
    crm.answer = (of) => (of.id === a[1]?.id ? refused() : "ok");
    const { publish, end, ledger } = await startEngine({ crm });
    await publish(...mixed(a, b));
    await new Promise(setImmediate);
    assert.deepEqual(
      crm.effects.toSorted(),
      idsOf([a[0], a[2], ...b].flatMap((x) => x ?? [])).toSorted(),
    );
    const [dead] = await ledger.deliveriesOf(a[1]?.id ?? "");
    assert.deepEqual([dead?.state, dead?.history.length], ["dead", 1]);
    assert.equal(crm.batches.length, 1);
    await end();
  });

  it("one that an operator gave up meanwhile stays dead, and its siblings are delivered", async () => {
    const crm = createBatchStub({ along: true });
    const a = some("cnv_a", 3);
    const { publish, end, ledger, clock, delivery } = await startEngine({ crm });
    crm.before = () => delay(8 * second, { clock });
    await publish(...a);
    await ledger.giveUp(`crm:${a[1]?.id}`, "by hand");
    await clock.advance(20 * second);
    const states = await Promise.all(idsOf(a).map(ledger.deliveriesOf));
    assert.deepEqual(
      states.flat().map(({ state }) => state),
      ["delivered", "dead", "delivered"],
    );
    assert.deepEqual([delivery.status()[0]?.open, delivery.status()[0]?.epoch], [0, 1]);
    await end();
  });

  it("one that an operator gave up before the mark is not sent", async () => {
    const crm = createBatchStub({ along: true, waitMs: 4 * second });
    const a = some("cnv_a", 3);
    const { publish, end, ledger, clock } = await startEngine({ crm });
    await publish(...a);
    await ledger.giveUp(`crm:${a[1]?.id}`, "by hand");
    await clock.advance(20 * second);
    assert.deepEqual(crm.effects, [a[0]?.id, a[2]?.id]);
    await end();
  });

  it("a wrong configuration pauses, and nothing is lost", async () => {
    const crm = createBatchStub({ along: true, across: true });
    const a = some("cnv_a", 3);
    let failing = true;
    crm.answer = ({ id }) => (failing && id === a[1]?.id ? misconfigured() : "ok");
    const { publish, end, ledger, clock, notices } = await startEngine({ crm });
    await publish(...a);
    assert.deepEqual(crm.effects, [a[0]?.id]);
    assert.deepEqual(
      notices().map(({ notice }) => notice),
      ["paused"],
    );
    failing = false;
    await ledger.setPause("crm", undefined);
    await clock.advance(6 * second);
    assert.deepEqual(crm.effects, idsOf(a));
    await end();
  });

  it("answers that do not match the rows leave all of them unknown", async () => {
    const crm = createBatchStub({ along: true });
    const { deliverBatch } = crm;
    Object.assign(crm, {
      deliverBatch: async (...call: Parameters<NonNullable<typeof deliverBatch>>) =>
        (await deliverBatch?.(...call))?.slice(1),
    });
    const a = some("cnv_a", 3);
    const { publish, end, ledger } = await startEngine({ crm });
    await publish(...a);
    const rows = (await Promise.all(idsOf(a).map(ledger.deliveriesOf))).flat();
    for (const { state, history } of rows) {
      assert.deepEqual([state, history.length], ["sending", 1]);
      assert.match(history[0]?.answer ?? "", /2 outcomes of a batch of 3/);
    }
    await end();
  });

  it("what each remembers and answers with is written in the order of its lane", async () => {
    const crm = createBatchStub({ along: true, across: true });
    const seen: (Link | undefined)[] = [];
    Object.assign(crm, {
      links: undefined,
      deliverBatch: async (items: readonly BatchItem[]) => {
        seen.push(...items.map(({ context }) => context.link));
        return items.map(({ event: { id } }) => ({ link: { last: id } }));
      },
    });
    const { publish, end, ledger } = await startEngine({ crm });
    const a = some("cnv_a", 3);
    await publish(...mixed(a, some("cnv_b", 2)));
    assert.deepEqual(seen, Array(5).fill(undefined), "as of the beginning of the batch");
    assert.deepEqual(await ledger.link("crm", "cnv_a"), { last: a[2]?.id });
    await publish(...some("cnv_a", 2));
    assert.deepEqual(seen.slice(5), Array(2).fill({ last: a[2]?.id }));
    await end();
  });
});

describe("the destination's health", () => {
  it("learns of a batch once: five calls, not five rows, open the breaker", async () => {
    const crm = createBatchStub({ across: true, most: 10 });
    crm.before = async () => {
      throw outage();
    };
    const { publish, end, notices } = await startEngine({ crm }, { config: { concurrency: 1 } });
    await publish(...Array.from({ length: 40 }, (_, i) => event(`cnv_${i}`)));
    assert.equal(crm.batches.length, 4);
    assert.deepEqual(notices(), []);
    await publish(...Array.from({ length: 10 }, (_, i) => event(`cnv_more_${i}`)));
    assert.deepEqual(
      notices().map(({ notice }) => notice),
      ["out"],
    );
    await end();
  });

  it("is told from one row that makes every call fail: it dies alone, its siblings go", async () => {
    const crm = createBatchStub({ along: true, across: true });
    const [a, b] = [some("cnv_a", 4), some("cnv_b", 4)];
    const poison = a[1]?.id;
    crm.before = async (items) => {
      if (items.some(({ event: { id } }) => id === poison)) throw outage();
    };
    crm.answer = ({ id }) => (id === poison ? outage() : "ok");
    const { publish, end, clock, ledger } = await startEngine({ crm });
    await publish(...mixed(a, b));
    for (let hours = 0; hours < 60; hours += 1) {
      await publish(event(`cnv_${hours}`), event(`cnv_${hours}`));
      await clock.advance(hour);
    }
    assert.equal((await ledger.deliveriesOf(poison ?? ""))[0]?.state, "dead");
    assert.equal(crm.effects.length, 127);
    for (const lane of [a, b]) {
      const ids = idsOf(lane).filter((id) => id !== poison);
      assert.deepEqual(
        crm.effects.filter((id) => ids.includes(id)),
        ids,
      );
    }
    await end();
  });

  it("goes on for the others while one of a batch fails in it each time: that one gives up", async () => {
    const crm = createBatchStub({ across: true });
    const bad = event("cnv_bad");
    crm.answer = ({ id }) => (id === bad.id ? outage() : "ok");
    const { publish, end, clock, ledger } = await startEngine({ crm });
    await publish(bad, event("cnv_a"));
    // Each of its retries finds another row to go with.
    for (let i = 0; i < 40; i += 1) {
      const [row] = await ledger.deliveriesOf(bad.id);
      if (row?.nextAt !== undefined) await clock.advance(Date.parse(row.nextAt) - clock.now() - 1);
      await publish(event(`cnv_${i}`));
      await clock.advance(second);
    }
    assert.equal((await ledger.deliveriesOf(bad.id))[0]?.state, "dead");
    await end();
  });

  it("holds a quota against none of its rows: they go together again when its time has come", async () => {
    const crm = createBatchStub({ along: true, across: true });
    const { publish, end, clock } = await startEngine({ crm });
    let spent = true;
    crm.before = async (items) => {
      if (spent && items.length > 2) throw outage({ afterMs: 5 * second });
    };
    const rows = [...some("cnv_a", 3), ...some("cnv_b", 3)];
    await publish(...rows);
    // That others succeed meanwhile makes them suspects of any other failure.
    await publish(...some("cnv_c", 2));
    await clock.advance(6 * second);
    spent = false;
    await clock.advance(6 * second);
    assert.equal(crm.batches.filter(({ length }) => length === rows.length).length, 3);
    assert.equal(crm.effects.length, 2 + rows.length);
    await end();
  });

  it("probes alone after an outage, then goes on in batches", async () => {
    const crm = createBatchStub({ along: true, across: true });
    let down = true;
    crm.before = async () => {
      if (down) throw outage();
    };
    crm.answer = () => (down ? outage() : "ok");
    const { publish, end, clock, notices } = await startEngine({ crm });
    for (let i = 0; i < 5; i += 1) {
      await publish(...some(`cnv_${i}`, 4));
    }
    assert.equal(notices().at(-1)?.notice, "out");
    const before = crm.batches.length;
    await clock.advance(60 * second);
    assert.equal(crm.batches.length, before, "a probe is one row");
    down = false;
    await clock.advance(120 * second);
    assert.equal(crm.effects.length, 20);
    assert.ok(crm.batches.length > before);
    await end();
  });
});

describe("waiting for more", () => {
  const patient = { across: true, waitMs: 15 * second, most: 4 };

  it("holds the first so long from its making, without a slot; what comes meanwhile goes with it", async () => {
    const crm = createBatchStub({ ...patient, along: true });
    const { publish, end, clock, ledger, delivery } = await startEngine({ crm });
    const [first, behind, other] = [event("cnv_a"), event("cnv_a"), event("cnv_b")];
    await publish(first);
    const dueAt = clock.now() + 15 * second;
    await clock.advance(10 * second);
    await publish(behind, other);
    const [row] = await ledger.deliveriesOf(first.id);
    assert.deepEqual([row?.state, row?.history.length], ["open", 0]);
    assert.equal(Date.parse(row?.nextAt ?? ""), dueAt);
    assert.equal(delivery.status()[0]?.running, 0);
    await clock.advance(4 * second);
    assert.equal(crm.batches.length, 0);
    await clock.advance(second);
    assert.deepEqual(crm.batches, [idsOf([first, behind, other])]);
    await end();
  });

  it("ends when the batch is full, along or across", async () => {
    const crm = createBatchStub({ ...patient, along: true });
    const { publish, end } = await startEngine({ crm });
    const a = some("cnv_a", 3);
    await publish(...a);
    assert.equal(crm.batches.length, 0);
    const last = event("cnv_b");
    await publish(last);
    assert.deepEqual(
      crm.batches.map((ids) => ids.toSorted()),
      [idsOf([...a, last]).toSorted()],
    );
    const more = some("cnv_a", 3);
    await publish(...more);
    assert.equal(crm.batches.length, 1);
    const end_ = event("cnv_a");
    await publish(end_);
    assert.deepEqual(crm.batches[1], idsOf([...more, end_]));
    await end();
  });

  it("is over for the next holder when it is over for the first", async () => {
    const ledger = createMemoryLedger();
    const crm = createBatchStub(patient);
    const first = await startEngine({ crm }, { ledger });
    const { clock } = first;
    const waiting = [event("cnv_a"), event("cnv_b")];
    await first.publish(...waiting);
    await clock.advance(8 * second);
    await first.end();
    const next = await startEngine({ crm }, { ledger, clock });
    assert.equal(crm.effects.length, 0);
    await clock.advance(2 * second);
    assert.deepEqual(crm.effects.toSorted(), idsOf(waiting).toSorted());
    await next.end();
  });

  it("does not hold back what has been tried", async () => {
    const crm = createBatchStub({ ...patient, waitMs: hour });
    const { publish, end, clock } = await startEngine({ crm });
    await publish(...Array.from({ length: 4 }, (_, i) => event(`cnv_${i}`)));
    assert.equal(crm.effects.length, 4);
    const bad = event("cnv_bad");
    crm.answer = ({ id }) => (id === bad.id ? outage({ afterMs: second }) : "ok");
    await publish(bad, ...Array.from({ length: 3 }, (_, i) => event(`cnv_${i}`)));
    crm.answer = () => "ok";
    await clock.advance(2 * second);
    assert.ok(crm.effects.includes(bad.id));
    await end();
  });
});

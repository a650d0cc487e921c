import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError } from "../../src/contracts.ts";
import { createBatchStub } from "./batch-stub.ts";
import {
  createStub,
  delaysMs,
  event,
  outage,
  type StubDestination,
  startEngine,
} from "./engine.ts";

const second = 1_000;
const minute = 60 * second;
const full = (afterMs?: number) =>
  new DeliveryError("outage", "the ticket takes no more for now", {
    laneOnly: true,
    ...(afterMs !== undefined && { afterMs }),
  });

/** Answers with `full` for this conversation until `until`. */
function limited(stub: StubDestination, clock: { now(): number }, until: number, afterMs?: number) {
  stub.answer = ({ data }) =>
    data.conversationId === "cnv_full" && clock.now() < until ? full(afterMs) : "ok";
}

describe("an outage of one conversation alone", () => {
  it("keeps its lane waiting as long as the vendor says, in order, and no other", async () => {
    const crm = createStub();
    const { publish, clock, ledger, end } = await startEngine({ crm });
    const from = clock.now();
    limited(crm, clock, from + 10 * minute, 10 * minute);
    const [one, two, other] = [event("cnv_full"), event("cnv_full"), event("cnv_b")];
    await publish(one, two, other);
    await clock.advance(second);
    assert.deepEqual(crm.effects, [other.id]);
    const later = event("cnv_b");
    await publish(later);
    await clock.advance(9 * minute);
    assert.deepEqual(crm.effects, [other.id, later.id]);
    assert.equal(crm.calls.filter((call) => call.event.id === one.id).length, 1);
    const row = await ledger.delivery(`crm:${one.id}`);
    assert.equal(Date.parse(row?.nextAt ?? "") - from, 10 * minute);
    await clock.advance(2 * minute);
    assert.deepEqual(crm.effects.slice(2), [one.id, two.id]);
    await end();
  });

  it("uses no attempt, however often, although all others succeed", async () => {
    const crm = createStub();
    const { publish, clock, ledger, notices, end } = await startEngine({ crm });
    limited(crm, clock, clock.now() + 24 * 60 * minute);
    const stuck = event("cnv_full");
    await publish(stuck);
    for (let i = 0; i < 24; i += 1) {
      await publish(event(`cnv_${i}`));
      await clock.advance(60 * minute);
    }
    const calls = crm.calls.filter((call) => call.event.id === stuck.id).length;
    assert.ok(calls > 10, `more often than there are delays: ${calls}`);
    await clock.advance(2 * minute);
    const row = await ledger.delivery(`crm:${stuck.id}`);
    assert.deepEqual([row?.state, row?.attempts], ["delivered", 0]);
    assert.deepEqual(notices(), []);
    await end();
  });

  it("says nothing of the destination: neither opens its breaker nor closes it", async () => {
    const crm = createStub();
    const { publish, clock, notices, ledger, end } = await startEngine({ crm });
    crm.answer = () => full(minute);
    for (let i = 0; i < 30; i += 1) await publish(event(`cnv_${i}`));
    await clock.advance(10 * minute);
    assert.ok(crm.calls.length >= 30);
    assert.deepEqual(notices(), []);
    crm.answer = () => outage();
    await clock.advance(10 * minute);
    assert.deepEqual(
      notices().map(({ notice }) => notice),
      ["out"],
    );
    crm.answer = () => full(minute);
    await clock.advance(10 * minute);
    assert.deepEqual(
      notices().map(({ notice }) => notice),
      ["out"],
    );
    crm.answer = () => "ok";
    await clock.advance(10 * minute);
    assert.deepEqual(
      notices().map(({ notice }) => notice),
      ["out", "back"],
    );
    assert.equal(
      (await ledger.deliveries({ destination: "crm", state: "dead" }, { limit: 1 })).items.length,
      0,
    );
    await end();
  });

  it("does the same in a batch: the others of it are delivered", async () => {
    const crm = createBatchStub({ across: true, along: true });
    const { publish, clock, ledger, notices, end } = await startEngine({ crm });
    limited(crm, clock, clock.now() + 5 * minute, 5 * minute);
    const [one, two, other] = [event("cnv_full"), event("cnv_full"), event("cnv_b")];
    await publish(one, two, other);
    await clock.advance(minute);
    assert.ok(
      crm.batches.some((ids) => ids.includes(one.id)),
      "it was in a batch",
    );
    assert.deepEqual(crm.effects, [other.id]);
    const rows = await Promise.all([one, two].map(({ id }) => ledger.delivery(`crm:${id}`)));
    assert.deepEqual(
      rows.map((row) => [row?.state, row?.attempts]),
      [
        ["open", 0],
        ["open", 0],
      ],
    );
    await clock.advance(5 * minute);
    assert.deepEqual(crm.effects, [other.id, one.id, two.id]);
    assert.deepEqual(notices(), []);
    await end();
  });

  it("uses no attempt of a batch that fails as a whole for it", async () => {
    const crm = createBatchStub({ along: true });
    const { publish, clock, ledger, notices, end } = await startEngine({ crm });
    const until = clock.now() + 60 * minute;
    crm.before = async () => {
      if (clock.now() < until) throw full();
    };
    crm.answer = () => (clock.now() < until ? full() : "ok");
    const events = [event("cnv_full"), event("cnv_full")];
    await publish(...events);
    for (let i = 0; i < 61; i += 1) {
      await publish(event(`cnv_${i}`));
      await clock.advance(minute);
    }
    await clock.advance(2 * minute);
    const rows = await Promise.all(events.map(({ id }) => ledger.delivery(`crm:${id}`)));
    assert.deepEqual(
      rows.map((row) => [row?.state, row?.attempts]),
      [
        ["delivered", 0],
        ["delivered", 0],
      ],
    );
    assert.deepEqual(notices(), []);
    await end();
  });
});

describe("a rate or a quota that is used up", () => {
  it("uses no attempt, however often it is said, although others get through", async () => {
    const crm = createStub();
    const { publish, clock, ledger, end } = await startEngine({ crm });
    const until = clock.now() + 60 * minute;
    crm.answer = ({ data }) =>
      data.conversationId === "cnv_late" && clock.now() < until
        ? new DeliveryError("outage", "too many requests", { limited: true, afterMs: minute })
        : "ok";
    const late = event("cnv_late");
    await publish(late);
    for (let i = 0; i < 30; i += 1) {
      await publish(event(`cnv_${i}`));
      await clock.advance(2 * minute);
    }
    assert.ok(crm.calls.filter((call) => call.event.id === late.id).length > delaysMs.length);
    await clock.advance(2 * minute);
    const row = await ledger.delivery(`crm:${late.id}`);
    assert.deepEqual([row?.state, row?.attempts], ["delivered", 0]);
    await end();
  });
});

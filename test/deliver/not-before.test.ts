import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createStub, event, outage, startEngine } from "./engine.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const second = 1_000;
/** What begins with `wait` is to wait 15 s from its row's making. */
const patient = () =>
  Object.assign(createStub(), {
    notBefore: ({ data }: ReturnType<typeof event>, createdAt: Date) =>
      data.conversationId?.startsWith("wait")
        ? new Date(createdAt.getTime() + 15 * second)
        : undefined,
  });

describe("a destination that says not before", () => {
  it("gets the event then, and what stands behind it after; other lanes go on", async () => {
    const crm = patient();
    const { clock, publish, end, ledger } = await startEngine(
      { crm },
      { config: { concurrency: 1 } },
    );
    const [first, behind, other] = [event("wait_a"), event("wait_a"), event("cnv_b")];
    await publish(first);
    const startedAt = clock.now();
    await clock.advance(5 * second);
    await publish(behind, other);
    await clock.advance(9 * second);
    assert.deepEqual(crm.effects, [other.id], "no slot is held");
    const [row] = await ledger.deliveriesOf(first.id);
    assert.equal(row?.state, "open");
    assert.deepEqual(row?.history, []);
    assert.ok(Math.abs(Date.parse(row?.nextAt ?? "") - startedAt - 15 * second) < second);
    await clock.advance(2 * second);
    assert.deepEqual(crm.effects, [other.id, first.id]);
    await clock.advance(5 * second);
    assert.deepEqual(crm.effects, [other.id, first.id, behind.id]);
    await end();
  });

  it("is not asked again after an attempt: the retry has its own time", async () => {
    const crm = patient();
    const { clock, publish, end } = await startEngine({ crm });
    let failing = true;
    crm.answer = () => (failing ? outage() : "ok");
    await publish(event("wait_a"));
    await clock.advance(16 * second);
    assert.ok(crm.calls.length > 0);
    failing = false;
    crm.notBefore = () => new Date(clock.now() + 3_600 * second);
    await clock.advance(60 * second);
    assert.equal(crm.effects.length, 1);
    await end();
  });

  it("is obeyed by the next holder, from the same beginning", async () => {
    const ledger = createMemoryLedger();
    const crm = patient();
    const first = await startEngine({ crm }, { ledger });
    const { clock } = first;
    const waiting = event("wait_a");
    await first.publish(waiting);
    await clock.advance(10 * second);
    await first.end();
    const next = await startEngine({ crm }, { ledger, clock });
    await clock.advance(3 * second);
    assert.deepEqual(crm.effects, [waiting.id]);
    await next.end();
  });

  it("may be wrong about the time: nothing readable means at once", async () => {
    const crm = patient();
    crm.notBefore = () => new Date("not a date");
    const { publish, end } = await startEngine({ crm });
    const odd = event("wait_a");
    await publish(odd);
    assert.deepEqual(crm.effects, [odd.id]);
    await end();
  });

  it("may fail at saying it: the event is tried at once, and the log tells", async () => {
    const crm = patient();
    crm.notBefore = () => {
      throw new TypeError("of undefined");
    };
    const { publish, end, log } = await startEngine({ crm });
    const odd = event("wait_a");
    await publish(odd);
    assert.deepEqual(crm.effects, [odd.id]);
    assert.ok(log.lines.some(({ message }) => message === "a destination cannot say when to try"));
    await end();
  });

  it("may name a day far off: it is asked again after a day, and not before", async () => {
    const crm = patient();
    let asked = 0;
    let at = new Date("9999-01-01T00:00:00.000Z");
    crm.notBefore = () => {
      asked += 1;
      return at;
    };
    const { clock, publish, end } = await startEngine({ crm });
    const far = event("wait_a");
    await publish(far);
    await clock.advance(23 * 3_600 * second);
    assert.equal(asked, 1);
    at = new Date(0);
    await clock.advance(2 * 3_600 * second);
    assert.deepEqual(crm.effects, [far.id]);
    await end();
  });
});

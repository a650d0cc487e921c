import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createStub, event, outage, startEngine } from "./engine.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const second = 1_000;
const hour = 3_600 * second;

/** Waits for a file, a day at most. */
function createPatient() {
  const files = new Set<string>();
  const stub = createStub();
  return Object.assign(stub, {
    files,
    notBefore: ({ id }: ReturnType<typeof event>, createdAt: Date) =>
      files.has(id) ? undefined : new Date(createdAt.getTime() + hour),
  });
}

describe("a delivery that waits, woken", () => {
  it("is asked again, and goes at once when what it waits for is there; its lane goes on", async () => {
    const crm = createPatient();
    const { publish, end, delivery, clock } = await startEngine({ crm });
    const [waiting, behind] = [event("cnv_a"), event("cnv_a")];
    await publish(waiting, behind);
    delivery.wake("crm", waiting.id);
    await clock.advance(second);
    assert.equal(crm.effects.length, 0, "it is not there yet");
    crm.files.add(waiting.id).add(behind.id);
    delivery.wake("crm", waiting.id);
    await clock.advance(0);
    assert.deepEqual(crm.effects, [waiting.id, behind.id]);
    await end();
  });

  it("also by the next holder", async () => {
    const ledger = createMemoryLedger();
    const crm = createPatient();
    const first = await startEngine({ crm }, { ledger });
    const { clock } = first;
    const waiting = event("cnv_a");
    await first.publish(waiting);
    await first.end();
    const next = await startEngine({ crm }, { ledger, clock });
    crm.files.add(waiting.id);
    next.delivery.wake("crm", waiting.id);
    await clock.advance(0);
    assert.deepEqual(crm.effects, [waiting.id]);
    await next.end();
  });

  it("just when it is about to wait is not forgotten", async () => {
    const crm = createPatient();
    const { publish, end, delivery, clock } = await startEngine({ crm });
    const waiting = event("cnv_a");
    const { notBefore } = crm;
    crm.notBefore = (...asked) => {
      const at = notBefore(...asked);
      // While the ledger takes that it waits.
      crm.files.add(waiting.id);
      delivery.wake("crm", waiting.id);
      return at;
    };
    await publish(waiting);
    await clock.advance(0);
    assert.deepEqual(crm.effects, [waiting.id]);
    await end();
  });

  it("goes when the log has its event, long before it would ask again", async () => {
    const ledger = createMemoryLedger();
    const crm = createStub();
    const late = event("cnv_a");
    await ledger.enqueue("crm", [
      {
        ...{ id: `crm:${late.id}`, eventId: late.id, eventType: late.type, route: "everything" },
        ...{ laneKeys: ["cnv_a"], createdAt: new Date(Date.UTC(2026, 10, 20, 10)).toISOString() },
      },
    ]);
    const { end, delivery, clock } = await startEngine({ crm }, { ledger });
    await clock.advance(25 * second);
    ledger.append([late], clock.now());
    delivery.wake("crm", late.id);
    await clock.advance(0);
    assert.deepEqual(crm.effects, [late.id]);
    await end();
  });

  it("keeps the time of a retry: the other side said when", async () => {
    const crm = createStub();
    crm.answer = () => outage({ afterMs: hour });
    const { publish, end, delivery, clock } = await startEngine({ crm });
    const failed = event("cnv_a");
    await publish(failed);
    delivery.wake("crm", failed.id);
    await clock.advance(60 * second);
    assert.equal(crm.calls.length, 1);
    await end();
  });

  it("is nothing where no such delivery or destination is held", async () => {
    const crm = createStub();
    const { end, delivery } = await startEngine({ crm });
    delivery.wake("crm", "evt_none");
    delivery.wake("none", "evt_none");
    await end();
  });
});

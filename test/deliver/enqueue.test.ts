import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { createStub, event, outage, startEngine } from "./engine.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const second = 1_000;

/** As a replay opens it. */
function rowOf({ id, type, data }: WaypostEvent, suffix = "") {
  const laneKeys = [data.conversationId ?? id];
  const createdAt = "2026-11-20T10:00:00.000Z";
  return {
    id: `crm:${id}${suffix}`,
    eventId: id,
    eventType: type,
    route: "replay",
    laneKeys,
    createdAt,
  };
}

describe("rows that are opened from outside", () => {
  it("are delivered by the holder, in order, behind what waits in their lane", async () => {
    const crm = createStub();
    const { clock, publish, end, ledger } = await startEngine({ crm });
    let down = true;
    crm.answer = () => (down ? outage() : "ok");
    const waiting = event("cnv_a");
    await publish(waiting);
    const replayed = [event("cnv_a"), event("cnv_b"), event("cnv_a")];
    ledger.append(replayed, clock.now());
    assert.deepEqual(
      await ledger.enqueue(
        "crm",
        replayed.map((each) => rowOf(each)),
      ),
      [],
    );
    await clock.advance(10 * second);
    const live = event("cnv_a");
    await publish(live);
    down = false;
    await clock.advance(3_600 * second);
    const [first, other, third] = replayed.map(({ id }) => id);
    const inLane = crm.effects.filter((id) => id !== other);
    assert.deepEqual(inLane, [waiting.id, first, third, live.id]);
    assert.equal(crm.effects.length, 5);
    await end();
  });

  it("by a replay go behind what is live, also what comes later, and stay in their own order", async () => {
    const crm = createStub();
    const { clock, publish, end, ledger } = await startEngine({ crm });
    let release = (): void => undefined;
    const busy = new Promise<"ok">((resolve) => {
      release = () => resolve("ok");
    });
    const replayed = [event("cnv_a"), event("cnv_a"), event("cnv_a")];
    const [first, second_, third] = replayed.map(({ id }) => id);
    crm.answer = ({ id }) => (id === first ? busy : "ok");
    ledger.append(replayed, clock.now());
    await ledger.enqueue(
      "crm",
      replayed.map((each) => ({ ...rowOf(each), replay: "rpl_1" })),
    );
    await clock.advance(10 * second);
    assert.deepEqual(
      crm.calls.map(({ event: { id } }) => id),
      [first],
    );
    const live = [event("cnv_a"), event("cnv_a")];
    await publish(...live);
    release();
    await clock.advance(10 * second);
    assert.deepEqual(crm.effects, [first, ...live.map(({ id }) => id), second_, third]);
    await end();
  });

  it("by a replay that sends again have a key of its own", async () => {
    const crm = createStub();
    const { clock, publish, end, ledger } = await startEngine({ crm });
    const sent = event("cnv_a");
    await publish(sent);
    await clock.advance(second);
    assert.equal(await ledger.reopen(rowOf(sent).id, { again: true, replay: "rpl_1" }), true);
    await clock.advance(10 * second);
    assert.deepEqual(
      crm.calls.map(({ context: { idempotencyKey, again } }) => [idempotencyKey, again]),
      [
        [`${sent.id}:crm`, undefined],
        [`${sent.id}:crm:rpl_1`, "rpl_1"],
      ],
    );
    await end();
  });

  it("wait for a destination that nobody holds yet, and are there once though asked for twice", async () => {
    const ledger = createMemoryLedger();
    const replayed = event("cnv_a");
    ledger.append([replayed]);
    await ledger.enqueue("crm", [rowOf(replayed)]);
    const crm = createStub();
    const { clock, end } = await startEngine({ crm }, { ledger });
    await clock.advance(6 * second);
    assert.deepEqual(await ledger.enqueue("crm", [rowOf(replayed)]), [
      { id: `crm:${replayed.id}`, state: "delivered" },
    ]);
    await clock.advance(6 * second);
    assert.deepEqual(crm.effects, [replayed.id]);
    // The same event under another id is another delivery.
    await ledger.enqueue("crm", [rowOf(replayed, ":again")]);
    await clock.advance(6 * second);
    assert.deepEqual(crm.effects, [replayed.id, replayed.id]);
    await end();
  });
});

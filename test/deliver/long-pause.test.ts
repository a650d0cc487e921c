import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/contracts.ts";
import { createStub, event, outage, startEngine } from "./engine.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const conversations = 7;

describe("a destination that is paused for 45 days", () => {
  it("gets all in order afterwards, also what left the log while it waited in its queue", async () => {
    const crm = createStub();
    const bounds = { maxOpenRows: 60, maxLaneRows: 10, leaseMs: 15 * minute };
    const first = await startEngine({ crm }, bounds);
    const { clock, ledger, bus } = first;
    const restart = () => startEngine({ crm }, { ...bounds, clock, ledger, bus });
    const pause = { by: "operator", reason: "they move", at: "2026-11-20T10:00:00.000Z" } as const;
    await ledger.setPause("crm", pause);
    await clock.advance(5 * minute);
    let engine = first;
    const events: WaypostEvent[] = [];
    for (let today = 0; today < 45; today += 1) {
      const receivedAt = new Date(clock.now()).toISOString();
      const fresh = Array.from({ length: 20 }, (_, n) =>
        event(`cnv_${(today + n) % conversations}`, { receivedAt }),
      );
      events.push(...fresh);
      await engine.publish(...fresh);
      if (today === 20) {
        await engine.end();
        engine = await restart();
      }
      await clock.advance(day);
      await ledger.expire(clock.now());
    }
    const waiting = bus.waiting("waypost.deliver.crm");
    const left = await ledger.bodies(events.map(({ id }) => id));
    const open = [...ledger.rows.values()].map(({ eventId }) => eventId);
    assert.ok(waiting > 300, `${waiting} wait in the queue`);
    assert.ok(open.every((id) => left.has(id)));
    assert.ok(events.filter(({ id }) => !left.has(id)).length > 50, "some have left the log");
    // Some are taken in; then it is out, and another process takes over what the first knew.
    crm.answer = () => (crm.effects.length < 200 ? "ok" : outage());
    await ledger.setPause("crm", undefined);
    const delivered = async (count: number) => {
      for (let n = 0; n < 30 && crm.effects.length < count; n += 1) await clock.advance(minute);
      assert.ok(crm.effects.length >= count, `${crm.effects.length} delivered`);
    };
    await delivered(200);
    await engine.end();
    engine = await restart();
    crm.answer = () => "ok";
    await delivered(events.length);
    for (let n = 0; n < conversations; n += 1) {
      const ids = events.filter(({ data }) => data.conversationId === `cnv_${n}`);
      const own = new Set(ids.map(({ id }) => id));
      assert.deepEqual(
        crm.effects.filter((id) => own.has(id)),
        [...own],
      );
    }
    assert.equal((await ledger.destinations())[0]?.dead, 0);
    await engine.end();
  });
});

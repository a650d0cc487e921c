import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitFor } from "../support/wait-for.ts";
import { createStub, event, outage, startEngine } from "./engine.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("a destination that is out", () => {
  it("for three days has nothing dead, and drains in order when it is back", async () => {
    const crm = createStub();
    const { publish, clock, ledger, notices, delivery } = await startEngine({ crm });
    const early = [event("cnv_1"), event("cnv_2")];
    await publish(...early);
    assert.equal(crm.effects.length, 2);
    crm.answer = () => outage();
    const events = Array.from({ length: 400 }, (_, n) => event(`cnv_${n % 40}`));
    const brokeAt = clock.now();
    for (let h = 0; h < 72; h += 1) {
      await publish(...events.slice(h * 5, h * 5 + 5));
      await clock.advance(hour);
    }
    await publish(...events.slice(360));
    const [during] = await ledger.destinations();
    assert.equal(during?.open, 400);
    assert.equal(during?.dead, 0);
    assert.equal(during?.breaker, "open");
    const since = Date.parse(during?.breakerSince ?? "");
    assert.ok(since >= brokeAt && since <= brokeAt + minute, "it says since when, all the time");
    const probes = crm.calls.length;
    assert.ok(probes > 72 * 30, `the probe goes on without end: ${probes}`);
    crm.answer = () => "ok";
    await clock.advance(5 * minute);
    assert.equal(crm.effects.length, 402);
    for (let c = 0; c < 40; c += 1) {
      const ids = events.filter((_, n) => n % 40 === c).map(({ id }) => id);
      assert.deepEqual(
        crm.effects.slice(2).filter((id) => ids.includes(id)),
        ids,
      );
    }
    for (const { id } of events) {
      const [row] = await ledger.deliveriesOf(id);
      assert.ok((row?.attempts ?? 9) <= 1, "no attempt was used up");
    }
    assert.deepEqual(
      notices().map(({ notice }) => notice),
      ["out", "back"],
    );
    await clock.advance(minute);
    const { breaker, breakerSince } = await ledger.lease("crm");
    assert.deepEqual([breaker, breakerSince], ["closed", undefined]);
    await delivery.close();
  });

  it("is probed by one attempt at a time, of another conversation each", async () => {
    const crm = createStub();
    const { publish, clock, delivery } = await startEngine({ crm });
    crm.answer = () => outage();
    await publish(...Array.from({ length: 20 }, (_, n) => event(`cnv_${n}`)));
    await clock.advance(5 * minute);
    const before = crm.calls.length;
    await clock.advance(20 * minute);
    const probes = crm.calls.slice(before);
    assert.ok(probes.length >= 15 && probes.length <= 30, `${probes.length} in 20 minutes`);
    const conversations = new Set(probes.map((call) => call.event.data.conversationId));
    assert.ok(conversations.size >= 14, `${conversations.size} conversations`);
    await delivery.close();
  });

  it("is probed by its other conversations when one row is told to wait for a day", async () => {
    const crm = createStub();
    const { publish, clock, delivery } = await startEngine({ crm });
    crm.answer = () => (crm.calls.length === 8 ? outage({ afterMs: day }) : outage());
    await publish(...Array.from({ length: 20 }, (_, n) => event(`cnv_${n}`)));
    await clock.advance(5 * minute);
    crm.answer = () => "ok";
    await clock.advance(15 * minute);
    assert.ok(crm.effects.length >= 19, `${crm.effects.length} delivered`);
    await delivery.close();
  });

  it("is probed at once when an operator resumes it, whatever it said about when", async () => {
    const crm = createStub();
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    crm.answer = () => outage({ afterMs: day });
    await publish(...Array.from({ length: 20 }, (_, n) => event(`cnv_${n}`)));
    await clock.advance(hour);
    const before = crm.calls.length;
    await clock.advance(hour);
    assert.equal(crm.calls.length, before);
    crm.answer = () => "ok";
    await ledger.setPause("crm", undefined);
    await clock.advance(5_000);
    assert.ok(crm.effects.length >= 1);
    assert.equal(delivery.status()[0]?.breakerOpen, false);
    await delivery.close();
  });

  it("keeps no other conversation waiting, where all that failed is one in a quiet hour", async () => {
    const crm = createStub();
    const { publish, clock, delivery } = await startEngine({ crm });
    const poison = event("cnv_poison");
    crm.answer = ({ id }) => (id === poison.id ? outage() : "ok");
    await publish(poison);
    await clock.advance(hour);
    assert.equal(delivery.status()[0]?.breakerOpen, true);
    const other = event("cnv_other");
    await publish(other);
    const saidAt = clock.now();
    // At once, or a second later where a probe of the other was just under way.
    await waitFor("its effect", async () => {
      await clock.advance(500);
      return delivery.status()[0]?.breakerOpen === false;
    });
    assert.deepEqual(crm.effects, [other.id]);
    assert.ok(clock.now() - saidAt < 10_000, "probes come a minute apart by then");
    await delivery.close();
  });

  it("stays known as out when another process takes over", async () => {
    const crm = createStub();
    const first = await startEngine({ crm });
    crm.answer = () => outage();
    await first.publish(...Array.from({ length: 20 }, (_, n) => event(`cnv_${n}`)));
    await first.clock.advance(2 * minute);
    await first.delivery.close();
    const calls = crm.calls.length;
    const next = await startEngine({ crm }, { ...first });
    await next.clock.advance(500);
    assert.equal(crm.calls.length, calls + 1, "it begins with a probe");
    assert.equal(next.delivery.status()[0]?.breakerOpen, true);
    await next.delivery.close();
  });

  it("does not fail for a store that is away: it waits, and loses nothing", async () => {
    const crm = createStub();
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    await publish(event("cnv_a"));
    ledger.down = true;
    const events = Array.from({ length: 20 }, (_, n) => event(`cnv_${n % 3}`));
    await publish(...events);
    await clock.advance(hour);
    assert.equal(crm.effects.length, 1);
    ledger.down = false;
    await clock.advance(minute);
    assert.deepEqual([...crm.effects.slice(1)].sort(), events.map(({ id }) => id).sort());
    await delivery.close();
  });

  it("keeps a second effect out when the store goes away between the effect and its record", async () => {
    const crm = createStub();
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    crm.answer = () => {
      ledger.down = true;
      return "ok";
    };
    await publish(event("cnv_a"));
    await clock.advance(5_000);
    ledger.down = false;
    await clock.advance(minute);
    assert.equal(crm.effects.length, 1);
    await delivery.close();
  });
});

describe("the wall clock", () => {
  it("may jump by days without moving a lease, a delay or a probe", async () => {
    const crm = createStub();
    const { publish, clock, log, delivery } = await startEngine({ crm });
    crm.answer = () => (crm.calls.length === 1 ? outage({ afterMs: 30_000 }) : "ok");
    await publish(event("cnv_a"));
    clock.jump(8 * day);
    await clock.advance(29_000);
    assert.equal(crm.calls.length, 1);
    clock.jump(-9 * day);
    await clock.advance(2_000);
    assert.equal(crm.effects.length, 1);
    assert.deepEqual(
      log.lines.filter(({ level }) => level !== "info"),
      [],
    );
    await delivery.close();
  });
});

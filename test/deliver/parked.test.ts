import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WaypostEvent } from "../../src/contracts.ts";
import { type Answer, createStub, event, outage, refused, startEngine } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "./memory-ledger.ts";

const second = 1_000;
const hour = 3_600 * second;

const idsOf = (events: readonly WaypostEvent[]) => events.map(({ id }) => id);

/** The ledger as one process sees it, until that process is killed. */
function mortal(ledger: MemoryLedger) {
  let dead = false;
  const seen = new Proxy(ledger, {
    get(target, key, receiver) {
      const value = Reflect.get(target, key, receiver);
      if (!dead || typeof value !== "function" || key === "append") return value;
      return () => new Promise<never>(() => {});
    },
  });
  return {
    ledger: seen,
    kill: () => {
      dead = true;
    },
  };
}

describe("a conversation whose first event always gets 503", () => {
  for (const killed of [false, true]) {
    const name =
      "stops no other, however much waits behind it, ends as dead, and the rest follows in order";
    it(killed ? `${name}, also when the worker is killed meanwhile` : name, async () => {
      const [crm, clock, shared] = [createStub(), createFakeClock(), createMemoryLedger()];
      const poisoned = Array.from({ length: 3_000 }, () => event("cnv_poison"));
      const [poison, ...behind] = poisoned;
      crm.answer = ({ id }) => (id === poison?.id ? outage() : "ok");
      const { ledger, kill } = mortal(shared);
      let engine = await startEngine({ crm }, { clock, ledger, maxOpenRows: 2_000 });
      await engine.publish(...poisoned);
      for (let n = 0; n < 200 && engine.bus.waiting("waypost.deliver.crm") > 0; n += 1) {
        await clock.advance(0);
      }
      const others: WaypostEvent[] = [];
      const state = async () => (await shared.deliveriesOf(poison?.id ?? ""))[0]?.state;
      while ((await state()) !== "dead") {
        assert.ok(others.length < 100, "it never ends");
        others.push(event(`cnv_${others.length}`));
        await engine.publish(...others.slice(-1));
        await clock.advance(hour / 2);
        assert.deepEqual(crm.effects.slice(0, others.length), idsOf(others));
        if (others.length === 20 && killed) {
          kill();
          engine = await startEngine(
            { crm },
            { clock, ledger: shared, bus: engine.bus, maxOpenRows: 2_000 },
          );
        }
        const [status] = engine.delivery.status();
        if (others.length === 30) {
          assert.deepEqual([status?.phase, status?.open], ["holding", 1_000]);
          assert.equal((await shared.destinations())[0]?.open, 3_000);
        }
      }
      await clock.advance(10 * second);
      assert.deepEqual(crm.effects.slice(others.length), idsOf(behind));
      assert.equal(engine.delivery.status()[0]?.open, 0);
      await engine.end();
    });
  }

  it("is reported with all that waits, in memory or not", async () => {
    const held: number[] = [];
    const crm = createStub();
    crm.answer = () => outage();
    const hooks = { holds: (_: string, { open }: { open: number }) => void held.push(open) };
    const { publish, clock, end } = await startEngine({ crm }, { hooks, maxLaneRows: 10 });
    await publish(...Array.from({ length: 45 }, () => event("cnv_a")), event("cnv_b"));
    await clock.advance(6 * second);
    assert.equal(held.at(-1), 46);
    await end();
  });

  it("can be given up, and with it what is parked behind", async () => {
    const crm = createStub();
    const events = Array.from({ length: 40 }, () => event("cnv_a"));
    const given = new Set([0, 1, 20, 39].map((n) => events[n]?.id ?? ""));
    crm.answer = ({ id }) => (given.has(id) ? outage() : "ok");
    const { publish, clock, ledger, delivery } = await startEngine({ crm }, { maxLaneRows: 4 });
    await publish(...events);
    for (const id of given) await ledger.giveUp(`crm:${id}`, "by hand");
    await clock.advance(6 * second);
    assert.deepEqual(
      crm.effects,
      idsOf(events).filter((id) => !given.has(id)),
    );
    assert.equal(delivery.status()[0]?.open, 0);
    await delivery.close();
  });

  it("has what is opened again tried behind what is parked", async () => {
    const crm = createStub();
    let well = false;
    const events = Array.from({ length: 12 }, () => event("cnv_a"));
    crm.answer = ({ id }) => (id === events[0]?.id ? refused() : well ? "ok" : outage());
    const { publish, clock, ledger, delivery } = await startEngine({ crm }, { maxLaneRows: 4 });
    await publish(...events);
    crm.answer = () => (well ? "ok" : outage());
    assert.equal(await ledger.reopen(`crm:${events[0]?.id}`), true);
    await clock.advance(6 * second);
    well = true;
    await clock.advance(hour);
    assert.deepEqual(crm.effects, [...idsOf(events.slice(1)), events[0]?.id]);
    await delivery.close();
  });
});

describe("memory that holds few rows", () => {
  it("changes nothing about order, whatever fails and whenever the worker is killed", async () => {
    const failures = fc.constantFrom(0, 0, 0, 0, 1, 2, 3, -1);
    const plan = fc.array(fc.record({ lane: fc.nat({ max: 3 }), failures }), {
      minLength: 1,
      maxLength: 60,
    });
    const bounds = fc.record({
      maxLaneRows: fc.integer({ min: 1, max: 5 }),
      maxOpenRows: fc.integer({ min: 5, max: 15 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, bounds, fc.nat({ max: 4 }), async (all, bounded, killAfter) => {
        const [crm, clock, shared] = [createStub(), createFakeClock(), createMemoryLedger()];
        const events = all.map(({ lane }) => event(`cnv_${lane}`));
        const left = new Map<string, number>(
          events.map(({ id }, i) => [id, all[i]?.failures ?? 0]),
        );
        crm.answer = ({ id }): Answer => {
          const failing = left.get(id) ?? 0;
          if (failing < 0) return refused();
          left.set(id, Math.max(0, failing - 1));
          return failing > 0 ? outage() : "ok";
        };
        const { ledger, kill } = mortal(shared);
        let engine = await startEngine({ crm }, { ...bounded, clock, ledger });
        await engine.publish(...events.slice(0, events.length / 2));
        await clock.advance(killAfter * second);
        kill();
        engine = await startEngine({ crm }, { ...bounded, clock, ledger: shared, bus: engine.bus });
        await engine.publish(...events.slice(events.length / 2));
        await clock.advance(hour / 4);
        for (const lane of [0, 1, 2, 3]) {
          const ids = idsOf(events.filter((_, i) => all[i]?.lane === lane));
          const wanted = ids.filter((id) => (left.get(id) ?? 0) >= 0);
          const effects = [...new Set(crm.effects)].filter((id) => ids.includes(id));
          assert.deepEqual(effects, wanted);
        }
        await engine.end();
      }),
      { numRuns: 40 },
    );
  });
});

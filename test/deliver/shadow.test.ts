import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Delivered, DeliveryRules, Destination, WaypostEvent } from "../../src/contracts.ts";
import { DeliveryError } from "../../src/contracts.ts";
import { recordEvent } from "../../src/destinations/record-event.ts";
import { createBatchStub } from "./batch-stub.ts";
import { createStub, event, misconfigured, outage, refused, startEngine } from "./engine.ts";

const minute = 60_000;
const shadow: Partial<DeliveryRules> = { shadow: true };

/** A CRM that looks a person up, and makes one where it may. */
function createCrm() {
  const stub = createStub("lookup");
  const crm = {
    looks: [] as string[],
    made: [] as string[],
    look: async (_event: WaypostEvent): Promise<void> => undefined,
    finds: 0,
    destination: {
      ...stub,
      shadows: true,
      serialize: "contact",
      async deliver(told, context): Promise<Delivered> {
        crm.looks.push(told.id);
        await crm.look(told);
        await context.remember({ id: "early" });
        await context.remember({ id: "early" }, { scope: "contact" });
        if (!context.shadow) crm.made.push(told.id);
        return {
          remoteId: "7",
          answer: context.shadow ? "would create a contact; 1 duplicate by phone" : "created",
          link: { id: "7" },
          events: [recordEvent(told, context, { object: "contact", id: "7", created: true })],
        };
      },
      find: async () => {
        crm.finds += 1;
        return undefined;
      },
    } satisfies Destination as Destination,
  };
  delete (crm.destination as { links?: false }).links;
  return crm;
}

const first = () => event("cnv_a", { contact: { waId: "15555550123" } });

describe("a destination in shadow", () => {
  it("looks up, writes nothing, and says what it would have done", async () => {
    const crm = createCrm();
    const { publish, clock, ledger, end } = await startEngine(
      { crm: crm.destination },
      { config: shadow },
    );
    const told = first();
    await publish(told);
    await clock.advance(1_000);
    const row = await ledger.delivery(`crm:${told.id}`);
    assert.deepEqual(
      [row?.state, row?.reason, row?.remoteId, row?.emits, row?.unknown, row?.attempts],
      [
        "skipped",
        "shadow: would create a contact; 1 duplicate by phone",
        undefined,
        undefined,
        undefined,
        0,
      ],
    );
    assert.deepEqual([crm.looks, crm.made], [[told.id], []]);
    await end();
  });

  it("keeps no link and no event of what it would have made", async () => {
    const crm = createCrm();
    const { publish, clock, ledger, end } = await startEngine(
      { crm: crm.destination },
      { config: shadow },
    );
    await publish(first());
    await clock.advance(1_000);
    assert.equal(await ledger.link("crm", "cnv_a"), undefined);
    assert.equal(await ledger.link("crm", ["15555550123"]), undefined);
    assert.equal(crm.looks.length, 1, "no record event came back");
    await end();
  });

  it("delivers later what is replayed when it is live", async () => {
    const crm = createCrm();
    const trial = await startEngine({ crm: crm.destination }, { config: shadow });
    const told = first();
    await trial.publish(told);
    await trial.clock.advance(1_000);
    await trial.end();
    const { clock, ledger } = trial;
    const live = await startEngine({ crm: crm.destination }, { clock, ledger });
    await ledger.reopen(`crm:${told.id}`);
    await clock.advance(minute);
    assert.deepEqual(crm.made[0], told.id);
    assert.equal((await ledger.delivery(`crm:${told.id}`))?.state, "delivered");
    await live.end();
  });

  it("tries again when a look-up fails, and nothing was done, whatever the failure says", async () => {
    for (const failure of [outage({ maybeDone: true }), new Error("a bug"), outage()]) {
      const crm = createCrm();
      const states: unknown[] = [];
      const engine = await startEngine({ crm: crm.destination }, { config: shadow });
      const { publish, clock, ledger, end } = engine;
      const told = first();
      crm.look = async () => {
        if (crm.looks.length < 3) throw failure;
      };
      await publish(told);
      const row = await ledger.delivery(`crm:${told.id}`);
      states.push(row?.state, row?.unknown, row?.history.at(-1)?.outcome);
      assert.deepEqual(states, ["open", undefined, "outage"]);
      await clock.advance(5 * minute);
      assert.equal((await ledger.delivery(`crm:${told.id}`))?.state, "skipped");
      assert.deepEqual([crm.looks.length, crm.finds], [3, 0]);
      await end();
    }
  });

  it("ends as skipped also where the vendor would refuse it, and is no dead delivery", async () => {
    const crm = createCrm();
    crm.look = async () => {
      throw refused();
    };
    const { publish, clock, ledger, notices, end } = await startEngine(
      { crm: crm.destination },
      { config: shadow },
    );
    const told = first();
    await publish(told);
    await clock.advance(1_000);
    const row = await ledger.delivery(`crm:${told.id}`);
    assert.deepEqual(
      [row?.state, row?.reason],
      ["skipped", "shadow: would end as dead: the destination answered 422"],
    );
    assert.deepEqual(notices(), []);
    await end();
  });

  it("is paused by a wrong configuration, and rests while the vendor is out, until a look-up succeeds", async () => {
    const crm = createCrm();
    const engine = await startEngine({ crm: crm.destination }, { config: shadow });
    let failing: Error | undefined = outage();
    crm.look = async () => {
      if (failing) throw failing;
    };
    for (let i = 0; i < 8; i += 1) await engine.publish(event(`cnv_${i}`));
    await engine.clock.advance(minute);
    assert.deepEqual(
      engine.notices().map(({ notice }) => notice),
      ["out"],
    );
    failing = undefined;
    await engine.clock.advance(10 * minute);
    assert.deepEqual(
      engine.notices().map(({ notice }) => notice),
      ["out", "back"],
    );
    const rows = await engine.ledger.deliveries({ destination: "crm" }, { limit: 20 });
    assert.deepEqual(new Set(rows.items.map(({ state }) => state)), new Set(["skipped"]));
    failing = misconfigured();
    await engine.publish(first());
    await engine.clock.advance(minute);
    assert.equal(engine.notices().at(-1)?.notice, "paused");
    await engine.end();
  });

  it("does not forget that an earlier attempt may have taken effect", async () => {
    const crm = createCrm();
    crm.look = async () => {
      throw outage({ maybeDone: true });
    };
    const live = await startEngine({ crm: crm.destination });
    const told = first();
    await live.publish(told);
    const { clock, ledger } = live;
    assert.equal((await ledger.delivery(`crm:${told.id}`))?.state, "sending");
    await live.end();
    crm.look = async () => undefined;
    const trial = await startEngine({ crm: crm.destination }, { clock, ledger, config: shadow });
    await clock.advance(5 * minute);
    const row = await ledger.delivery(`crm:${told.id}`);
    assert.deepEqual([row?.state, row?.unknown], ["skipped", true]);
    assert.deepEqual([crm.made, crm.finds], [[], 0]);
    await trial.end();
  });

  it("makes no batches", async () => {
    const stub = createBatchStub({ across: true, along: true });
    Object.assign(stub, { shadows: true });
    const seen: boolean[] = [];
    stub.answer = (_event, context) => {
      seen.push(context.shadow);
      return "ok";
    };
    const { publish, clock, ledger, end } = await startEngine({ crm: stub }, { config: shadow });
    await publish(event("cnv_a"), event("cnv_a"), event("cnv_b"));
    await clock.advance(minute);
    assert.deepEqual(stub.batches, []);
    assert.deepEqual(seen, [true, true, true]);
    const { items } = await ledger.deliveries({ destination: "crm" }, { limit: 9 });
    assert.deepEqual(
      items.map(({ state }) => state),
      ["skipped", "skipped", "skipped"],
    );
    await end();
  });

  it("is not called at all where its kind does not know of it", async () => {
    const crm = createStub();
    const { publish, clock, ledger, end } = await startEngine({ crm }, { config: shadow });
    const told = first();
    await publish(told);
    await clock.advance(1_000);
    const row = await ledger.delivery(`crm:${told.id}`);
    assert.deepEqual([row?.state, row?.reason], ["skipped", "shadow: would send it"]);
    assert.deepEqual(crm.calls, []);
    await end();
  });

  it("waits with a lane alone where the limit is the lane's, as it would live", async () => {
    const crm = createCrm();
    crm.look = async ({ data }) => {
      if (data.conversationId === "cnv_a" && crm.looks.length < 3) {
        throw new DeliveryError("outage", "the ticket is full", {
          laneOnly: true,
          afterMs: minute,
        });
      }
    };
    const { publish, clock, notices, ledger, end } = await startEngine(
      { crm: crm.destination },
      { config: shadow },
    );
    const [one, other] = [event("cnv_a"), event("cnv_b")];
    await publish(one, other);
    await clock.advance(1_000);
    assert.equal((await ledger.delivery(`crm:${other.id}`))?.state, "skipped");
    assert.equal((await ledger.delivery(`crm:${one.id}`))?.state, "open");
    await clock.advance(2 * minute);
    assert.equal((await ledger.delivery(`crm:${one.id}`))?.state, "skipped");
    assert.deepEqual(notices(), []);
    await end();
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { delay } from "../../src/support/delay.ts";
import { type Answer, createStub, event, outage, startEngine } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";

const second = 1_000;
const hour = 3_600 * second;

describe("a delivery that an operator gives up", () => {
  it("lets its conversation go on while it waits for its next try", async () => {
    const crm = createStub();
    const [poison, behind] = [event("cnv_a"), event("cnv_a")];
    crm.answer = ({ id }) => (id === poison.id ? outage({ afterMs: 20 * hour }) : "ok");
    const { publish, clock, ledger, log, delivery } = await startEngine({ crm });
    await publish(poison, behind);
    assert.equal(await ledger.giveUp(`crm:${poison.id}`, "by hand"), true);
    await clock.advance(6 * second);
    assert.deepEqual(crm.effects, [behind.id]);
    assert.deepEqual([delivery.status()[0]?.open, delivery.status()[0]?.epoch], [0, 1]);
    const [row] = await ledger.deliveriesOf(poison.id);
    assert.deepEqual([row?.state, row?.reason], ["dead", "by hand"]);
    assert.ok(log.lines.every(({ level }) => level === "info"));
    await delivery.close();
  });

  for (const answer of ["ok", "outage"] as const) {
    it(`is not brought back by an attempt under way that ends with ${answer}, and no lease is lost`, async () => {
      const clock = createFakeClock();
      const crm = createStub("none");
      const [given, behind, other] = [event("cnv_a"), event("cnv_a"), event("cnv_b")];
      crm.answer = async ({ id }): Promise<Answer> => {
        await delay(id === behind.id ? 0 : 8 * second, { clock });
        return id === given.id && answer === "outage" ? outage({ maybeDone: true }) : "ok";
      };
      const { publish, ledger, delivery } = await startEngine({ crm }, { clock });
      await publish(given, behind, other);
      await clock.advance(second);
      await ledger.giveUp(`crm:${given.id}`, "by hand");
      await clock.advance(20 * second);
      const [row] = await ledger.deliveriesOf(given.id);
      assert.deepEqual([row?.state, row?.reason], ["dead", "by hand"]);
      assert.deepEqual(
        crm.calls.map((call) => call.event.id),
        [given.id, other.id, behind.id],
      );
      assert.ok(crm.effects.includes(other.id), "what else was being sent is not disturbed");
      assert.equal((await ledger.deliveriesOf(other.id))[0]?.state, "delivered");
      assert.deepEqual([delivery.status()[0]?.open, delivery.status()[0]?.epoch], [0, 1]);
      assert.equal((await ledger.lease("crm")).repeats, undefined);
      await delivery.close();
    });
  }

  it("can be seen to be under way, and then ends first: what took effect stays delivered", async () => {
    const clock = createFakeClock();
    const crm = createStub();
    const only = event("cnv_a");
    crm.answer = async (): Promise<Answer> => {
      await delay(8 * second, { clock });
      return crm.calls.length === 1 ? outage({ maybeDone: true, afterMs: 20 * second }) : "ok";
    };
    const { publish, ledger, delivery } = await startEngine({ crm }, { clock });
    await publish(only);
    const giveUp = () => ledger.giveUp(`crm:${only.id}`, "by hand", { idle: true });
    assert.equal(await giveUp(), false);
    await clock.advance(9 * second);
    assert.ok((await ledger.deliveriesOf(only.id))[0]?.nextAt, "it waits");
    await clock.advance(21 * second);
    assert.equal(crm.calls.length, 2);
    assert.equal(await giveUp(), false);
    await clock.advance(9 * second);
    assert.equal(await giveUp(), false);
    assert.equal((await ledger.deliveriesOf(only.id))[0]?.state, "delivered");
    await delivery.close();
  });

  it("goes when its turn comes while another of its conversation is tried, unsent", async () => {
    const clock = createFakeClock();
    const crm = createStub();
    const [first, given, last] = [event("cnv_a"), event("cnv_a"), event("cnv_a")];
    crm.answer = async ({ id }): Promise<Answer> => {
      if (id === first.id) await delay(9 * second, { clock });
      return "ok";
    };
    const { publish, ledger, delivery } = await startEngine({ crm }, { clock });
    await publish(first, given, last);
    await clock.advance(second);
    await ledger.giveUp(`crm:${given.id}`, "by hand");
    await clock.advance(20 * second);
    assert.deepEqual(crm.effects, [first.id, last.id]);
    assert.deepEqual([delivery.status()[0]?.open, delivery.status()[0]?.epoch], [0, 1]);
    await delivery.close();
  });

  it("whose event never comes ends too", async () => {
    const crm = createStub();
    const lost = event("cnv_a");
    const first = await startEngine({ crm });
    const at = new Date(first.clock.now()).toISOString();
    await first.ledger.setPause("crm", { by: "operator", reason: "later", at });
    await first.clock.advance(6 * second);
    await first.bus.publish([lost]);
    await first.delivery.close();
    await first.ledger.setPause("crm", undefined);
    const { clock, ledger, delivery } = await startEngine({ crm }, { ...first });
    await clock.advance(60 * second);
    assert.equal(delivery.status()[0]?.open, 1);
    await ledger.giveUp(`crm:${lost.id}`, "it is gone");
    await clock.advance(6 * second);
    assert.equal(delivery.status()[0]?.open, 0);
    await delivery.close();
  });

  it("can be sent again later, behind what is open", async () => {
    const crm = createStub();
    const [given, behind] = [event("cnv_a"), event("cnv_a")];
    let well = false;
    crm.answer = ({ id }) => (id === given.id && !well ? outage() : "ok");
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    await publish(given, behind);
    await ledger.giveUp(`crm:${given.id}`, "by hand");
    await clock.advance(6 * second);
    well = true;
    assert.equal(await ledger.reopen(`crm:${given.id}`), true);
    await clock.advance(6 * second);
    assert.deepEqual(crm.effects, [behind.id, given.id]);
    assert.equal((await ledger.deliveriesOf(given.id))[0]?.state, "delivered");
    await delivery.close();
  });
});

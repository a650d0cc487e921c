import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError, type Verdict } from "../../src/contracts.ts";
import { formsOf } from "../destinations/echoes.ts";
import { createStub, event, startEngine } from "./engine.ts";

const hour = 3_600_000;
const said = "my very private words";

/** An event that fails in that way until it is dead, while the events of others arrive. */
async function failing(failure: () => Error) {
  const crm = createStub();
  const bad = event("cnv_bad");
  crm.answer = ({ id }) => (id === bad.id ? failure() : "ok");
  const engine = await startEngine({ crm });
  await engine.publish(bad);
  for (let count = 0; count < 60; count += 1) {
    await engine.publish(event(`cnv_${count}`));
    await engine.clock.advance(hour / 2);
  }
  return { ...engine, bad };
}

describe("what a destination's answer repeats", () => {
  for (const verdict of ["outage", "refused", "config"] satisfies Verdict[]) {
    it(`stays with its attempt, and is in no other place, when the verdict is ${verdict}`, async () => {
      for (const words of formsOf(said)) {
        const { bad, ledger, log, incidents, end } = await failing(
          () => new DeliveryError(verdict, "the receiver answered 422", { answer: words }),
        );
        const [row] = await ledger.deliveriesOf(bad.id);
        assert.equal(row?.history.at(-1)?.answer, words);
        const { history: _, ...rest } = row;
        await end();
        const told = JSON.stringify([rest, log.lines, incidents, await ledger.destinations()]);
        assert.ok(!told.includes(JSON.stringify(words).slice(1, -1)), told);
        assert.ok(incidents.some(({ reason }) => reason?.includes("answered 422")));
      }
    });
  }

  it("is not said either when a destination fails in a way of its own", async () => {
    for (const words of formsOf(said)) {
      const failure = Object.assign(new TypeError(`cannot read ${words}`), {
        code: "ERR_INVENTED",
        cause: new Error(words),
      });
      const { bad, ledger, log, incidents, end } = await failing(() => failure);
      const [row] = await ledger.deliveriesOf(bad.id);
      assert.match(row?.reason ?? "", /TypeError ERR_INVENTED/);
      const { history: _, ...rest } = row ?? { history: [] };
      await end();
      const told = JSON.stringify([rest, log.lines, incidents, await ledger.destinations()]);
      assert.ok(!told.includes(JSON.stringify(words).slice(1, -1)), told);
    }
  });

  it("does not stand in the reason of an outage of all", async () => {
    const crm = createStub();
    crm.answer = () => new DeliveryError("outage", "the receiver answered 500", { answer: said });
    const { publish, clock, log, incidents, ledger, end } = await startEngine({ crm });
    await publish(...Array.from({ length: 20 }, (_, at) => event(`cnv_${at}`)));
    await clock.advance(hour);
    const destinations = await ledger.destinations();
    assert.equal(destinations[0]?.lastError, "the receiver answered 500");
    assert.equal(destinations[0]?.breaker, "open");
    await end();
    assert.ok(!JSON.stringify([log.lines, incidents, destinations]).includes(said));
  });
});

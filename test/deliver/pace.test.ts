import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createStub, event, outage, startEngine } from "./engine.ts";

const minute = 60_000;
const many = (count: number) => Array.from({ length: count }, (_, n) => event(`cnv_${n}`));

/** `during` answers with what the ledger says at each renewal. */
async function started() {
  const crm = createStub();
  const engine = await startEngine({ crm }, { config: { ratePerSecond: 10 } });
  const perHour = async () => (await engine.ledger.lease("crm")).perHour;
  const during = async (ms: number) => {
    const told: (number | undefined)[] = [];
    for (let left = ms; left > 0; left -= 5_000) {
      await engine.clock.advance(5_000);
      told.push(await perHour());
    }
    return told;
  };
  return { crm, ...engine, during };
}

/** Nine to thirteen a second: ten, and what a full bucket gives at first. */
function assertTen(perHour: number | undefined) {
  assert.ok(perHour !== undefined && perHour > 32_400 && perHour < 46_800, `${perHour} an hour`);
}

describe("how fast a destination works through what waits", () => {
  it("is not told while it is out, and soon after it is back, whatever went before", async () => {
    const { crm, publish, during, end } = await started();
    crm.answer = () => outage();
    await publish(...many(900));
    assert.deepEqual(new Set(await during(30 * minute)), new Set([undefined]));
    crm.answer = () => "ok";
    // The probe waits a minute at most, and 900 take a minute and a half.
    const told = await during(4 * minute);
    const first = told.findIndex((each) => each !== undefined);
    const rates = told.slice(first, first + 16);
    assert.equal(rates.length, 16);
    rates.forEach(assertTen);
    assert.equal(told.at(-1), undefined, "nothing waits");
    await end();
  });

  it("is not told while it is paused, and the pause counts for nothing afterwards", async () => {
    const { ledger, publish, during, end } = await started();
    await publish(...many(900));
    assertTen((await during(20_000)).at(-1));
    await ledger.setPause("crm", {
      by: "operator",
      reason: "none",
      at: "2026-11-20T10:00:00.000Z",
    });
    assert.deepEqual(new Set((await during(10 * minute)).slice(1)), new Set([undefined]));
    await ledger.setPause("crm", undefined);
    (await during(30_000)).slice(2).forEach(assertTen);
    await end();
  });

  it("is not told where nothing waits but for its time", async () => {
    const { crm, publish, during, end } = await started();
    const poison = event("cnv_poison");
    crm.answer = ({ id }) => (id === poison.id ? outage({ afterMs: 60 * minute }) : "ok");
    await publish(poison);
    for (let n = 0; n < 12; n += 1) {
      await publish(event(`cnv_trickle_${n}`));
      assert.deepEqual(await during(5_000), [undefined]);
    }
    await end();
  });
});

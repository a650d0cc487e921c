import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError, type Verdict } from "../../src/contracts.ts";
import { formsOf } from "../destinations/echoes.ts";
import { createStub, event, startEngine } from "./engine.ts";

const hour = 3_600_000;
const said = "my very private words";

type Failure = (words: string) => Error;

/** An event for each of the words, failing so until it is dead, while the events of others arrive. */
async function failing(all: readonly string[], failure: Failure) {
  const crm = createStub();
  const bad = new Map(all.map((words, at) => [event(`cnv_bad_${at}`), words]));
  const wordsOf = new Map([...bad].map(([{ id }, words]) => [id, words]));
  crm.answer = ({ id }) => {
    const words = wordsOf.get(id);
    return words === undefined ? "ok" : failure(words);
  };
  const engine = await startEngine({ crm });
  await engine.publish(...bad.keys());
  for (let count = 0; count < 60; count += 1) {
    await engine.publish(event(`cnv_${count}`));
    await engine.clock.advance(hour / 2);
  }
  return { ...engine, wordsOf };
}

/** All that is reported of what failed, but for the attempts. */
async function reportOf({ wordsOf, ledger, log, end }: Awaited<ReturnType<typeof failing>>) {
  const rows = await Promise.all([...wordsOf.keys()].map((id) => ledger.deliveriesOf(id)));
  await end();
  const shown = rows.flat().map(({ history: _, ...rest }) => rest);
  return {
    rows: rows.flat(),
    reported: JSON.stringify([shown, log.lines, await ledger.destinations()]),
  };
}

function assertUnreported(reported: string, all: readonly string[]): void {
  for (const words of all) assert.ok(!reported.includes(JSON.stringify(words).slice(1, -1)), words);
}

describe("what a destination's answer repeats", () => {
  for (const verdict of ["outage", "refused"] satisfies Verdict[]) {
    it(`stays with its attempt, and is in no other place, when the verdict is ${verdict}`, async () => {
      const all = formsOf(said);
      const failed = await failing(
        all,
        (answer) => new DeliveryError(verdict, "the receiver answered 422", { answer }),
      );
      const { rows, reported } = await reportOf(failed);
      for (const { eventId, state, history, reason } of rows) {
        assert.equal(state, "dead");
        assert.equal(history.at(-1)?.answer, failed.wordsOf.get(eventId));
        assert.match(reason ?? "", /answered 422/);
      }
      assertUnreported(reported, all);
    });
  }

  it("stays with its attempt when it pauses the destination", async () => {
    for (const answer of formsOf(said)) {
      const crm = createStub();
      const bad = event("cnv_bad");
      crm.answer = () => new DeliveryError("config", "the receiver answered 422", { answer });
      const { publish, clock, ledger, log, notices, end } = await startEngine({ crm });
      await publish(bad);
      await clock.advance(60_000);
      const [row] = await ledger.deliveriesOf(bad.id);
      assert.equal(row?.history.at(-1)?.answer, answer);
      const { history: _, ...rest } = row;
      await end();
      const reported = JSON.stringify([rest, log.lines, await ledger.destinations()]);
      assertUnreported(reported, [answer]);
      assert.match(String(notices()[0]?.reason), /answered 422/);
    }
  });

  it("is not said either when a destination fails in a way of its own", async () => {
    const all = formsOf(said);
    const failed = await failing(all, (words) =>
      Object.assign(new TypeError(`cannot read ${words}`), {
        code: "ERR_INVENTED",
        cause: new Error(words),
      }),
    );
    const { rows, reported } = await reportOf(failed);
    for (const { reason } of rows) assert.match(reason ?? "", /TypeError ERR_INVENTED/);
    assertUnreported(reported, all);
  });

  it("does not stand in the reason of an outage of all", async () => {
    const crm = createStub();
    crm.answer = () => new DeliveryError("outage", "the receiver answered 500", { answer: said });
    const { publish, clock, log, ledger, end } = await startEngine({ crm });
    await publish(...Array.from({ length: 20 }, (_, at) => event(`cnv_${at}`)));
    await clock.advance(hour);
    const destinations = await ledger.destinations();
    assert.equal(destinations[0]?.lastError, "the receiver answered 500");
    assert.equal(destinations[0]?.breaker, "open");
    await end();
    assert.ok(!JSON.stringify([log.lines, destinations]).includes(said));
  });
});

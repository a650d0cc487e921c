import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { attempt } from "../../conformance/destination.ts";
import { makeText } from "../../store/make-events.ts";
import { createEmailTo, keptFile, type Mailing, startMailing } from "./mailing.ts";
import { verdictTable } from "./verdict-table.ts";

describe("what a mail server says or does", () => {
  let mailing: Mailing;
  const password = "invented-password";
  before(async () => {
    mailing = await startMailing({}, { user: "waypost", password });
  });
  after(() => mailing.close());

  for (const [what, fault, [verdict, done, words]] of verdictTable) {
    it(`takes ${what} for ${verdict}, ${done}, and the next mail arrives`, async () => {
      const { server } = mailing;
      // A login happens once for each connection, so each case has its own.
      const destination = createEmailTo(server.url);
      server.faults.push(fault);
      const event = makeText("my very private words");
      const ms = "hang" in fault ? 500 : 5_000;
      const outcome = await attempt(destination, event, { ms });
      assert.ok(outcome instanceof DeliveryError, "delivered");
      assert.equal(outcome.verdict, verdict, outcome.message);
      const isQuota = outcome.message.includes("a day");
      assert.equal(outcome.limited, isQuota, "a quota uses no attempt");
      assert.equal(outcome.maybeDone, done === "perhaps done", outcome.message);
      assert.match(outcome.message, words);
      const said = `${outcome.message} ${outcome.answer}`;
      for (const hidden of [password, "private words", "15555550123", "Mia", "sales@"]) {
        assert.ok(!said.includes(hidden), `${hidden} in ${said}`);
      }
      assert.deepEqual(server.faults, []);
      const next = makeText("next");
      assert.ok(!((await attempt(destination, next)) instanceof DeliveryError));
      assert.equal(server.mails.at(-1)?.header("X-Waypost-Event"), next.id);
      await destination.close();
    });
  }

  it("knows a mail of which half arrived for not done", async () => {
    mailing.server.faults.push({ drop: "middle" });
    const files = [keptFile("plan.pdf", Buffer.alloc(9_000_000, "x"))];
    const { verdict, maybeDone } = await mailing.fails(makeText("see"), { files });
    assert.deepEqual([verdict, maybeDone], ["outage", false]);
  });

  it("takes a refused connection for an outage in which nothing happened", async () => {
    const gone = await startMailing();
    await gone.server.close();
    const outcome = await attempt(gone.destination, makeText("x"));
    assert.ok(outcome instanceof DeliveryError);
    assert.deepEqual([outcome.verdict, outcome.maybeDone], ["outage", false]);
    assert.match(outcome.message, /refused/);
    const [check] = await gone.destination.check(AbortSignal.timeout(5_000));
    assert.match(check?.detail ?? "", /connection was refused/);
    await gone.destination.close();
  });

  it("sends the next mail at once when the server had ended the connection that was kept", async () => {
    const { server } = mailing;
    const destination = createEmailTo(server.url);
    await attempt(destination, makeText("one"));
    server.faults.push({ at: "mail", reply: "421 4.4.2 Idle for too long" });
    const outcome = await attempt(destination, makeText("two"));
    assert.ok(!(outcome instanceof DeliveryError), String(outcome));
    await destination.close();
  });

  it("does not send again by itself what a kept connection may have brought", async () => {
    const one = await startMailing();
    await one.deliver(makeText("one"));
    one.server.faults.push({ drop: "dot" });
    const { verdict, maybeDone } = await one.fails(makeText("two"));
    assert.deepEqual([verdict, maybeDone, one.server.mails.length], ["outage", true, 2]);
    await one.close();
  });

  it("uses one connection for mail after mail, and ends it when it is closed", async () => {
    const one = await startMailing();
    for (const text of ["a", "b", "c"]) await one.deliver(makeText(text));
    assert.equal(one.server.connections(), 1);
    assert.equal(one.server.open(), 1);
    await one.destination.close();
    while (one.server.open() > 0) await new Promise(setImmediate);
    await one.server.close();
  });
});

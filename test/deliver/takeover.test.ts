import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError } from "../../src/contracts.ts";
import { quarantinedMessage } from "../../src/event/quarantined-post.ts";
import { delay } from "../../src/support/delay.ts";
import { reserveSeq } from "../support/reserve-seq.ts";
import { type Answer, createStub, event, outage, refused, startEngine } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const second = 1_000;
const leaseMs = 15 * second;

/** A row as a holder left it that died: inserted, and marked as sending when so told. */
async function leftBehind(
  conversation: string,
  options: { sending?: boolean } = {},
): Promise<{ ledger: ReturnType<typeof createMemoryLedger>; id: string }> {
  const ledger = createMemoryLedger(false);
  const left = event(conversation);
  ledger.append([left]);
  const seen = await ledger.lease("crm");
  const epoch = (await ledger.takeLease("crm", seen, "dead holder"))?.epoch ?? 0;
  const seq = (await reserveSeq(ledger, "crm", epoch, 1)) ?? 0;
  const id = `crm:${left.id}`;
  const row = { id, destination: "crm", eventId: left.id, eventType: left.type, seq };
  const laneKeys = [conversation];
  const createdAt = "2026-11-20T09:00:00.000Z";
  await ledger.insert([{ ...row, route: "everything", laneKeys, createdAt }], epoch);
  if (options.sending) await ledger.write(epoch, [{ id, state: "sending" }]);
  return { ledger, id: left.id };
}

describe("a takeover", () => {
  it("waits a full lease in which the counter stood still", async () => {
    const { ledger, id } = await leftBehind("cnv_a");
    const crm = createStub();
    const { clock, delivery } = await startEngine({ crm }, { ledger });
    await clock.advance(leaseMs - second);
    assert.deepEqual(crm.effects, []);
    await ledger.renewLease("crm", 1);
    await clock.advance(leaseMs - second);
    assert.deepEqual(crm.effects, [], "it moved: the wait begins again");
    await clock.advance(3 * second);
    assert.deepEqual(crm.effects, [id]);
    await delivery.close();
  });

  it("waits for nobody where the holder released, or where the ledger is exclusive", async () => {
    const { ledger, id } = await leftBehind("cnv_a");
    await ledger.releaseLease("crm", 1);
    const crm = createStub();
    const first = await startEngine({ crm }, { ledger });
    assert.deepEqual(crm.effects, [id]);
    await first.delivery.close();
    const exclusive = createMemoryLedger(true);
    const seen = await exclusive.lease("crm");
    await exclusive.takeLease("crm", seen, "dead holder");
    const next = await startEngine({ crm }, { ledger: exclusive });
    assert.equal(next.delivery.status()[0]?.phase, "holding");
    await next.delivery.close();
  });

  it("leaves one of two at work, and the other takes over from it in order when it ends", async () => {
    const [clock, ledger] = [createFakeClock(), createMemoryLedger(false)];
    const crm = createStub();
    const one = await startEngine({ crm }, { clock, ledger, holder: "one" });
    const two = await startEngine({ crm }, { clock, ledger, holder: "two", bus: one.bus });
    const phases = () => [one, two].map(({ delivery }) => delivery.status()[0]?.phase);
    assert.deepEqual(phases(), ["holding", "waiting"]);
    crm.answer = () => outage();
    const events = [event("cnv_a"), event("cnv_a"), event("cnv_b")];
    await one.publish(...events);
    await clock.advance(2 * leaseMs);
    assert.deepEqual(phases(), ["holding", "waiting"]);
    crm.answer = () => "ok";
    await one.delivery.close();
    await clock.advance(3 * second);
    assert.deepEqual(phases(), ["closed", "holding"]);
    await clock.advance(70 * second);
    assert.deepEqual([...crm.effects].sort(), events.map(({ id }) => id).sort());
    assert.ok(crm.effects.indexOf(events[0]?.id ?? "") < crm.effects.indexOf(events[1]?.id ?? ""));
    await two.delivery.close();
  });

  it("by another process ends the work of this one at its next renewal", async () => {
    const ledger = createMemoryLedger(false);
    const crm = createStub();
    const { clock, delivery, publish } = await startEngine({ crm }, { ledger });
    await ledger.takeLease("crm", await ledger.lease("crm"), "another");
    await clock.advance(6 * second);
    assert.equal(delivery.status()[0]?.phase, "waiting");
    await publish(event("cnv_a"));
    assert.deepEqual(crm.effects, []);
    await delivery.close();
    assert.equal((await ledger.lease("crm")).holder, "another");
  });
});

describe("a row whose holder died while it was sending", () => {
  const ended = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      at: `2026-11-20T09:00:0${i}.000Z`,
      ms: 0,
      outcome: "outage" as const,
      answer: "the process ended during this attempt",
    }));

  it("is given up after the fifth time in a row, and frees its conversation", async () => {
    const { ledger, id } = await leftBehind("cnv_a", { sending: true });
    await ledger.write(1, [{ id: `crm:${id}`, state: "sending", history: ended(4) }]);
    const crm = createStub();
    const { clock, publish, end, notices } = await startEngine({ crm }, { ledger });
    await clock.advance(leaseMs + 2 * second);
    const [row] = await ledger.deliveriesOf(id);
    assert.equal(row?.state, "dead");
    assert.match(row?.reason ?? "", /ended during each of its last 5/);
    assert.deepEqual(
      notices().map(({ notice, eventId }) => [notice, eventId]),
      [["dead", id]],
    );
    const next = event("cnv_a");
    await publish(next);
    assert.deepEqual(crm.effects, [next.id]);
    assert.equal(await ledger.reopen(`crm:${id}`), true);
    await clock.advance(6 * second);
    assert.deepEqual(crm.effects, [next.id, id], "an operator may try it again");
    await end();
  });

  it("is tried alone from the second time on, so that it can be told from those beside it", async () => {
    const { ledger, id } = await leftBehind("cnv_a", { sending: true });
    await ledger.write(1, [{ id: `crm:${id}`, state: "sending", history: ended(1) }]);
    const crm = createStub();
    const { clock, publish, end } = await startEngine({ crm }, { ledger });
    let running = 0;
    const atOnce: number[] = [];
    crm.answer = async (): Promise<Answer> => {
      running += 1;
      atOnce.push(running);
      await delay(second, { clock });
      running -= 1;
      return "ok";
    };
    while (atOnce.length === 0) await clock.advance(100);
    await publish(...Array.from({ length: 4 }, (_, n) => event(`cnv_${n}`)));
    await clock.advance(10 * second);
    assert.equal(crm.effects[0], id);
    assert.deepEqual(atOnce, [1, 1, 2, 3, 4]);
    await end();
  });
});

describe("an outcome that nobody knows", () => {
  it("is repeated with the same key where that is safe", async () => {
    const { ledger, id } = await leftBehind("cnv_a", { sending: true });
    const crm = createStub("native");
    const { clock, delivery } = await startEngine({ crm }, { ledger });
    await clock.advance(leaseMs + 2 * second);
    assert.deepEqual(
      crm.calls.map(({ context }) => context.idempotencyKey),
      [`${id}:crm`],
    );
    await delivery.close();
    assert.equal((await ledger.lease("crm")).repeats, undefined);
  });

  it("is looked up first where it can be, and what is found is not sent again", async () => {
    const { ledger, id } = await leftBehind("cnv_a", { sending: true });
    const crm = createStub("lookup");
    let looked = 0;
    const findable = {
      ...crm,
      async find() {
        looked += 1;
        return { remoteId: "found it" };
      },
    };
    const { clock, delivery, publish } = await startEngine({ crm: findable }, { ledger });
    await clock.advance(leaseMs + 2 * second);
    assert.equal(looked, 1);
    assert.deepEqual(crm.effects, []);
    const [row] = await ledger.deliveriesOf(id);
    assert.equal(row?.state, "delivered");
    assert.equal(row?.remoteId, "found it");
    assert.deepEqual(
      row?.history.map(({ outcome }) => outcome),
      ["outage", "found"],
    );
    await publish(event("cnv_a"));
    assert.equal(looked, 1, "a first attempt does not look");
    assert.equal(crm.effects.length, 1);
    await delivery.close();
  });

  it("is repeated and counted where nothing can be known", async () => {
    const { ledger, id } = await leftBehind("cnv_a", { sending: true });
    const crm = createStub("none");
    const { clock, delivery } = await startEngine({ crm }, { ledger });
    await clock.advance(leaseMs + 2 * second);
    assert.deepEqual(crm.effects, [id]);
    await delivery.close();
    assert.equal((await ledger.lease("crm")).repeats, 1);
  });

  it("of an attempt without an answer is treated the same, without a takeover", async () => {
    const crm = createStub("none");
    crm.answer = () => (crm.calls.length === 1 ? new Error("socket hang up") : "ok");
    const { clock, delivery, publish, ledger } = await startEngine({ crm });
    const only = event("cnv_a");
    await publish(only);
    assert.equal((await ledger.deliveriesOf(only.id))[0]?.state, "sending");
    await clock.advance(20 * second);
    assert.equal((await ledger.lease("crm")).repeats, 1);
    assert.equal((await ledger.deliveriesOf(only.id))[0]?.state, "delivered");
    await delivery.close();
  });

  for (const end of ["died of counted attempts", "was refused later", "was given up"] as const) {
    it(`is still unknown when the row ${end} and is opened again`, async () => {
      const crm = createStub("lookup");
      const only = event("cnv_a");
      let asked = 0;
      const timedOut = () => new DeliveryError("outage", "no answer", { maybeDone: true });
      let answer: Answer | (() => Answer) = timedOut;
      crm.answer = ({ id }) => {
        if (id !== only.id) return "ok";
        return typeof answer === "function" ? answer() : answer;
      };
      const findable = {
        ...crm,
        async find({ id }: { id: string }) {
          asked += id === only.id ? 1 : 0;
          return answer === "ok" ? { remoteId: "found it" } : undefined;
        },
      };
      const { clock, delivery, publish, ledger } = await startEngine({ crm: findable });
      await publish(only);
      const row = async () => (await ledger.deliveriesOf(only.id))[0];
      if (end === "was given up") await ledger.giveUp(`crm:${only.id}`, "by hand");
      if (end === "was refused later") answer = refused();
      for (let n = 0; n < 60 && (await row())?.state !== "dead"; n += 1) {
        await publish(event(`cnv_${n}`));
        await clock.advance(3_600 * second);
      }
      assert.deepEqual([(await row())?.state, (await row())?.unknown], ["dead", true]);
      const before = asked;
      answer = "ok";
      assert.equal(await ledger.reopen(`crm:${only.id}`), true);
      await clock.advance(6 * second);
      assert.equal(asked, before + 1);
      assert.equal((await row())?.remoteId, "found it");
      assert.equal((await row())?.unknown, undefined);
      assert.ok(!crm.effects.includes(only.id), "no second effect");
      await delivery.close();
    });
  }

  it("is counted as a repeat when a dead row is opened again where nothing can be known", async () => {
    const crm = createStub("none");
    const [first, other] = [event("cnv_a"), event("cnv_b")];
    crm.answer = ({ id }) =>
      id === first.id
        ? new DeliveryError("refused", "it broke off", { maybeDone: true })
        : refused();
    const { clock, delivery, publish, ledger } = await startEngine({ crm });
    await publish(first, other);
    crm.answer = () => "ok";
    for (const { id } of [first, other]) await ledger.reopen(`crm:${id}`);
    await clock.advance(6 * second);
    assert.equal(crm.effects.length, 2);
    assert.equal((await ledger.lease("crm")).repeats, 1);
    // What took effect is to do so again: that is no repeat that nobody wanted.
    await ledger.reopen(`crm:${first.id}`, { again: true });
    await clock.advance(6 * second);
    assert.equal(crm.effects.length, 3);
    assert.equal((await ledger.lease("crm")).repeats, 1);
    await delivery.close();
  });

  it("does not arise from an answer that says no", async () => {
    const crm = createStub("none");
    crm.answer = () => (crm.calls.length === 1 ? outage() : "ok");
    const { clock, delivery, publish, ledger } = await startEngine({ crm });
    await publish(event("cnv_a"));
    await clock.advance(20 * second);
    assert.equal(crm.effects.length, 1);
    assert.equal((await ledger.lease("crm")).repeats, undefined);
    await delivery.close();
  });
});

describe("an intake", () => {
  it("loads a row again that an older holder wrote late, and keeps the order", async () => {
    const ledger = createMemoryLedger(false);
    const crm = createStub();
    const { clock, delivery, bus } = await startEngine({ crm }, { ledger });
    const events = [event("cnv_a"), event("cnv_a"), event("cnv_a")];
    ledger.append(events);
    const rows = events.map((each, i) => ({
      id: `crm:${each.id}`,
      destination: "crm",
      eventId: each.id,
      eventType: each.type,
      route: "everything",
      laneKeys: ["cnv_a"],
      seq: -10 + i,
      createdAt: "2026-11-20T09:00:00.000Z",
    }));
    // The write of a holder that lost the lease, landing after our takeover.
    await ledger.insert(rows.slice(0, 2), 0);
    await clock.advance(20 * second);
    assert.deepEqual(crm.effects, [], "nobody notified us of it");
    await bus.publish(events);
    assert.deepEqual(
      crm.effects,
      events.map(({ id }) => id),
    );
    await delivery.close();
  });

  it("ends an event that cannot be routed as dead, and takes in its neighbours in order", async () => {
    const crm = createStub();
    const { delivery, bus, ledger, notices } = await startEngine({ crm });
    const events = Array.from({ length: 30 }, () => event("cnv_a"));
    const bad = Array.from({ length: 20 }, () =>
      event("cnv_a", { contact: { waId: 15_555_550_123, userId: "DE.1" } as never }),
    );
    ledger.append(events);
    await bus.publish([...events.slice(0, 10), ...bad, ...events.slice(10)]);
    assert.deepEqual(
      crm.effects,
      events.map(({ id }) => id),
    );
    assert.deepEqual(bus.unfit, []);
    for (const { id } of bad) {
      const [row] = await ledger.deliveriesOf(id);
      const { state, route, reason } = row ?? {};
      assert.deepEqual([state, route, reason], ["dead", "none", "an event of an unknown shape"]);
    }
    assert.deepEqual(
      notices().map(({ notice, eventId }) => `${notice} ${eventId}`),
      bad.map(({ id }) => `dead ${id}`),
    );
    assert.equal(delivery.status()[0]?.open, 0);
    await delivery.close();
  });

  it("ends what is no event but has an event's id as dead, with what is wrong, once", async () => {
    const crm = createStub();
    const { delivery, bus, ledger, notices, publish, clock } = await startEngine({ crm });
    const reason = "not a CloudEvent of Waypost: it has no data of an event's form";
    const bytes = (id: string, type: unknown) => Buffer.from(JSON.stringify({ id, type, data: 7 }));
    const typed = quarantinedMessage(bytes("evt_typed", "whatsapp.message.text"), reason);
    const untyped = quarantinedMessage(bytes("evt_untyped", 7), reason);
    const nameless = quarantinedMessage(Buffer.from("{}"), reason);
    const good = event("cnv_a");
    ledger.append([good]);
    await bus.publish([typed, nameless, good, untyped]);
    await bus.publish([typed, untyped]);
    const found = (await ledger.deliveries({ state: "dead" }, { limit: 9 })).items;
    assert.deepEqual(found.map((each) => [each.id, each.eventType, each.reason]).sort(), [
      ["crm:evt_typed", "whatsapp.message.text", reason],
      ["crm:evt_untyped", "unknown", reason],
    ]);
    assert.deepEqual(
      notices().map(({ notice, eventId }) => `${notice} ${eventId}`),
      ["dead evt_typed", "dead evt_untyped"],
    );
    assert.deepEqual(crm.effects, [good.id]);
    // An operator may try it again; the store has it in quarantine.
    ledger.append([typed]);
    await ledger.reopen("crm:evt_typed");
    await publish(event("cnv_b"));
    await clock.advance(6 * second);
    assert.match((await ledger.delivery("crm:evt_typed"))?.reason ?? "", /quarantine/);
    await delivery.close();
  });

  it("skips what was delivered before, however often the queue is replayed", async () => {
    const crm = createStub();
    const { delivery, bus, publish } = await startEngine({ crm });
    const events = [event("cnv_a"), event("cnv_b"), event("cnv_a")];
    await publish(...events);
    for (let n = 0; n < 3; n += 1) await bus.publish(events);
    assert.equal(crm.effects.length, 3);
    await delivery.close();
  });
});

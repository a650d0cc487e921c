import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { quarantinedPost, quarantineIdOf } from "../../src/event/quarantined-post.ts";
import { createStub, event, misconfigured, outage, refused, startEngine } from "./engine.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("the delivery engine", () => {
  it("delivers each event once, in the order of its conversation", async () => {
    const crm = createStub();
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    const events = Array.from({ length: 60 }, (_, n) => event(`cnv_${n % 7}`));
    await publish(...events);
    await publish(...events.slice(20, 40));
    await clock.advance(1_000);
    assert.deepEqual([...crm.effects].sort(), events.map(({ id }) => id).sort());
    for (let c = 0; c < 7; c += 1) {
      const own = events.filter(({ data }) => data.conversationId === `cnv_${c}`);
      const ids = own.map(({ id }) => id);
      assert.deepEqual(
        crm.effects.filter((id) => ids.includes(id)),
        ids,
      );
    }
    const [row] = await ledger.deliveriesOf(events[0]?.id ?? "");
    assert.equal(row?.state, "delivered");
    assert.equal(row?.remoteId, `remote ${events[0]?.id}`);
    const attempts = row?.history.map(({ outcome, answer }) => [outcome, answer]);
    assert.deepEqual(attempts, [["delivered", "200"]]);
    await delivery.close();
    assert.equal((await ledger.lease("crm")).holder, undefined);
  });

  it("gives a refused event up at once and goes on with its conversation", async () => {
    const crm = createStub();
    const [first, bad, last] = [event("cnv_a"), event("cnv_a"), event("cnv_a")];
    crm.answer = ({ id }) => (id === bad.id ? refused() : "ok");
    const { publish, clock, ledger, notices, delivery } = await startEngine({ crm });
    await publish(first, bad, last);
    await clock.advance(100);
    assert.deepEqual(crm.effects, [first.id, last.id]);
    const [row] = await ledger.deliveriesOf(bad.id);
    assert.equal(row?.state, "dead");
    assert.match(row?.reason ?? "", /422/);
    assert.deepEqual(
      notices().map(({ notice, eventId }) => [notice, eventId]),
      [["dead", bad.id]],
    );
    await delivery.close();
  });

  it("waits as long as Retry-After says, and no longer", async () => {
    const crm = createStub();
    const only = event("cnv_a");
    crm.answer = () => (crm.calls.length === 1 ? outage({ afterMs: 90_000 }) : "ok");
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    await publish(only);
    const [row] = await ledger.deliveriesOf(only.id);
    assert.equal(row?.nextAt, new Date(clock.now() + 90_000).toISOString());
    await clock.advance(89_000);
    assert.equal(crm.calls.length, 1);
    await clock.advance(2_000);
    assert.deepEqual(crm.effects, [only.id]);
    await delivery.close();
  });

  it("parks a poison event alone: its attempts count while others succeed, nobody else's do", async () => {
    const crm = createStub();
    const poison = event("cnv_poison");
    const behind = event("cnv_poison");
    crm.answer = ({ id }) => (id === poison.id ? outage() : "ok");
    const { publish, clock, ledger, notices, delivery } = await startEngine({ crm });
    await publish(poison, behind);
    const others: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      const other = event(`cnv_${n}`);
      others.push(other.id);
      await publish(other);
      await clock.advance(hour / 2);
    }
    const [row] = await ledger.deliveriesOf(poison.id);
    assert.equal(row?.state, "dead");
    assert.equal(row?.attempts, 9);
    assert.match(row?.reason ?? "", /gave up after 9 attempts/);
    assert.ok(crm.effects.includes(behind.id), "its conversation goes on");
    assert.deepEqual(
      crm.effects.filter((id) => id !== behind.id),
      others,
    );
    const dead = notices().filter(({ notice }) => notice === "dead");
    assert.deepEqual(
      dead.map(({ eventId }) => eventId),
      [poison.id],
    );
    for (const id of others) assert.equal((await ledger.deliveriesOf(id))[0]?.attempts, 0);
    await delivery.close();
  });

  it("lets an event that hangs time out, unknown, without holding the others up", async () => {
    const crm = createStub();
    const [slow, other] = [event("cnv_a"), event("cnv_b")];
    crm.answer = ({ id }) => (id === slow.id && crm.calls.length < 3 ? "hangs" : "ok");
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    await publish(slow, other);
    assert.deepEqual(crm.effects, [other.id]);
    await clock.advance(10_500);
    const [row] = await ledger.deliveriesOf(slow.id);
    assert.equal(row?.state, "sending");
    assert.match(row?.history[0]?.answer ?? "", /no answer within 10 s/);
    await clock.advance(minute);
    assert.deepEqual(crm.effects, [other.id, slow.id]);
    await delivery.close();
  });

  it("pauses with one error in the log when its configuration does not work, and goes on in order when resumed", async () => {
    const crm = createStub();
    const events = Array.from({ length: 30 }, (_, n) => event(`cnv_${n % 10}`));
    crm.answer = misconfigured;
    const { publish, clock, ledger, notices, delivery } = await startEngine({ crm });
    await publish(...events);
    await clock.advance(3 * day);
    assert.ok(crm.calls.length <= 10, "only what was in flight met it");
    assert.deepEqual(
      notices().map(({ notice, reason }) => [notice, reason]),
      [["paused", "the token is not valid"]],
    );
    const [state] = await ledger.destinations();
    assert.equal(state?.pause?.by, "config");
    assert.equal(state?.open, 30);
    crm.answer = () => "ok";
    await ledger.setPause("crm", undefined);
    await clock.advance(6_000);
    assert.deepEqual(
      notices().map(({ notice }) => notice),
      ["paused", "resumed"],
    );
    for (let c = 0; c < 10; c += 1) {
      const ids = events.filter((_, n) => n % 10 === c).map(({ id }) => id);
      assert.deepEqual(
        crm.effects.filter((id) => ids.includes(id)),
        ids,
      );
    }
    for (const { id } of events) assert.equal((await ledger.deliveriesOf(id))[0]?.attempts, 0);
    await delivery.close();
  });

  it("rests while an operator paused it, and takes in meanwhile", async () => {
    const crm = createStub();
    const { publish, clock, ledger, bus, log, delivery } = await startEngine({ crm });
    const at = new Date(clock.now()).toISOString();
    await ledger.setPause("crm", { by: "operator", reason: "maintenance", at });
    await clock.advance(6_000);
    await publish(event("cnv_a"), event("cnv_b"));
    await clock.advance(day);
    assert.equal(crm.calls.length, 0);
    assert.equal(bus.waiting("waypost.deliver.crm"), 0);
    await ledger.setPause("crm", undefined);
    await clock.advance(6_000);
    assert.equal(crm.effects.length, 2);
    const alarming = log.lines.filter(({ level }) => level === "warn" || level === "error");
    assert.deepEqual(alarming, [], "nothing is wrong with what an operator did");
    await delivery.close();
  });

  it("tries a dead delivery again when it is reopened, behind what is open", async () => {
    const crm = createStub();
    const bad = event("cnv_a");
    crm.answer = ({ id }) => (id === bad.id && crm.calls.length === 1 ? refused() : "ok");
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    await publish(bad, event("cnv_a"));
    await clock.advance(100);
    assert.equal(crm.effects.length, 1);
    assert.equal(await ledger.reopen(`crm:${bad.id}`), true);
    await clock.advance(6_000);
    assert.equal(crm.effects[1], bad.id);
    const [row] = await ledger.deliveriesOf(bad.id);
    assert.equal(row?.state, "delivered");
    assert.deepEqual(
      row?.history.map(({ outcome }) => outcome),
      ["refused", "delivered"],
    );
    await delivery.close();
  });

  it("waits for a body that the store does not have yet, without using an attempt", async () => {
    const crm = createStub();
    const [late, quarantined] = [event("cnv_a"), event("cnv_b")];
    const first = await startEngine({ crm });
    const at = new Date(first.clock.now()).toISOString();
    await first.ledger.setPause("crm", { by: "operator", reason: "later", at });
    await first.clock.advance(6_000);
    await first.bus.publish([late, quarantined]);
    await first.delivery.close();
    await first.ledger.setPause("crm", undefined);
    // A new process: the bodies are not in its memory.
    const { clock, ledger, delivery } = await startEngine({ crm }, { ...first });
    await clock.advance(10 * minute);
    assert.equal(crm.calls.length, 0);
    const post = quarantinedPost(Buffer.from("{}"), [], { receivedAt: at, postId: "pst_1" });
    ledger.append([late, { ...post, id: quarantineIdOf(quarantined.id) }]);
    await clock.advance(minute);
    assert.deepEqual(crm.effects, [late.id]);
    const [dead] = await ledger.deliveriesOf(quarantined.id);
    assert.equal(dead?.state, "dead");
    assert.match(dead?.reason ?? "", /quarantine/);
    await delivery.close();
  });

  it("keeps why and when of every attempt, the last twenty", async () => {
    const crm = createStub();
    const only = event("cnv_a");
    crm.answer = () => (crm.calls.length < 30 ? outage() : "ok");
    const { publish, clock, ledger, delivery } = await startEngine({ crm });
    await publish(only);
    await clock.advance(day);
    const [row] = await ledger.deliveriesOf(only.id);
    assert.equal(row?.state, "delivered");
    assert.equal(row?.history.length, 20);
    const [before, last] = row?.history.slice(-2) ?? [];
    assert.equal(before?.outcome, "outage");
    assert.equal(before?.answer, "503");
    assert.ok(before?.nextAt !== undefined && before.nextAt > before.at);
    assert.equal(last?.outcome, "delivered");
    await delivery.close();
  });
});

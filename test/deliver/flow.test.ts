import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Destination } from "../../src/contracts.ts";
import type { HeldState } from "../../src/deliver/delivery.ts";
import { delay } from "../../src/support/delay.ts";
import { type Answer, createStub, event, outage, startEngine } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";

const second = 1_000;

/** Takes so long for each call. */
function slowed(
  stub: Destination,
  clock: ReturnType<typeof createFakeClock>,
  ms: number,
): Destination {
  return {
    ...stub,
    async deliver(...call) {
      await delay(ms, { clock });
      return stub.deliver(...call);
    },
  };
}

describe("the flow of deliveries", () => {
  it("is not slowed by another destination that is slow, out or paused", async () => {
    const clock = createFakeClock();
    const [quick, slow, out] = [createStub(), createStub(), createStub()];
    out.answer = () => outage();
    const latencies: number[] = [];
    const hooks = {
      delivered: (name: string, ms: number) => {
        if (name === "quick") latencies.push(ms);
      },
    };
    const destinations = {
      quick: slowed(quick, clock, 10),
      slow: slowed(slow, clock, 9 * second),
      out,
    };
    const { publish, end } = await startEngine(destinations, { clock, hooks });
    for (let n = 0; n < 100; n += 1) {
      const receivedAt = new Date(clock.now()).toISOString();
      await publish(event(`cnv_${n % 10}`, { receivedAt }));
      await clock.advance(100);
    }
    assert.equal(latencies.length, 100);
    assert.ok(Math.max(...latencies) <= 20, `slowest ${Math.max(...latencies)} ms`);
    assert.ok(slow.effects.length < 50);
    await clock.advance(200 * second);
    assert.equal(slow.effects.length, 100);
    await end();
  });

  it("keeps to the rate and the concurrency of the destination", async () => {
    const clock = createFakeClock();
    const stub = createStub();
    let running = 0;
    let most = 0;
    stub.answer = async (): Promise<Answer> => {
      running += 1;
      most = Math.max(most, running);
      await delay(400, { clock });
      running -= 1;
      return "ok";
    };
    const config = { ratePerSecond: 5, concurrency: 3 };
    const { publish, end } = await startEngine({ crm: stub }, { clock, config });
    await publish(...Array.from({ length: 100 }, (_, n) => event(`cnv_${n}`)));
    await clock.advance(10 * second);
    assert.ok(stub.calls.length >= 50 && stub.calls.length <= 56, `${stub.calls.length} in 10 s`);
    assert.equal(most, 3);
    await end();
  });

  it("leaves the rate to a destination that keeps it itself", async () => {
    const clock = createFakeClock();
    const stub = Object.assign(createStub(), { keepsRate: true as const });
    const { publish, end } = await startEngine(
      { chat: stub },
      { clock, config: { ratePerSecond: 1 } },
    );
    await publish(...Array.from({ length: 10 }, (_, n) => event(`cnv_${n}`)));
    assert.equal(stub.effects.length, 10);
    await end();
  });

  it("tries one of a conversation at a time", async () => {
    const clock = createFakeClock();
    const stub = createStub();
    let running = 0;
    stub.answer = async (): Promise<Answer> => {
      running += 1;
      assert.equal(running, 1);
      await delay(50, { clock });
      running -= 1;
      return "ok";
    };
    const { publish, end } = await startEngine({ crm: stub }, { clock });
    await publish(...Array.from({ length: 20 }, () => event("cnv_a")));
    await clock.advance(5 * second);
    assert.equal(stub.effects.length, 20);
    await end();
  });

  it("writes together what comes in one tick", async () => {
    const stub = createStub();
    const { publish, end, ledger } = await startEngine({ crm: stub });
    await publish(...Array.from({ length: 48 }, (_, n) => event(`cnv_${n}`)));
    assert.equal(stub.effects.length, 48);
    // Those for which a slot was free were inserted as sending.
    assert.equal(ledger.writes.changes, 96 - 16);
    assert.ok(ledger.writes.calls <= 40, `${ledger.writes.calls} bulk writes`);
    await end();
  });

  it("pauses intake above the limit of open rows and resumes it below: the bus holds the rest", async () => {
    const stub = createStub();
    stub.answer = () => outage();
    const { publish, clock, end, delivery, bus } = await startEngine(
      { crm: stub },
      { maxOpenRows: 100 },
    );
    await publish(...Array.from({ length: 400 }, (_, n) => event(`cnv_${n % 50}`)));
    await clock.advance(60 * second);
    const open = delivery.status()[0]?.open ?? 0;
    assert.ok(open > 100 && open <= 150, `${open} open`);
    assert.equal(bus.waiting("waypost.deliver.crm"), 400 - open);
    stub.answer = () => "ok";
    await clock.advance(120 * second);
    assert.equal(stub.effects.length, 400);
    assert.equal(bus.waiting("waypost.deliver.crm"), 0);
    await end();
  });

  it("puts events into one lane that a third one links", async () => {
    const clock = createFakeClock();
    const stub = createStub();
    const [phone, user] = ["15555550123", "DE.7410258963"];
    const { conversationIdOf } = await import("../../src/event/conversation.ts");
    const byPhone = conversationIdOf("700700700700700", { phone }) ?? "";
    const byUser = conversationIdOf("700700700700700", { userId: user }) ?? "";
    const before = [
      event(byPhone, { contact: { waId: phone } }),
      event(byUser, { contact: { userId: user } }),
    ];
    const link = event(byUser, { contact: { waId: phone, userId: user } });
    const after = [
      event(byPhone, { contact: { waId: phone } }),
      event(byUser, { contact: { userId: user } }),
    ];
    const order: string[] = [];
    stub.answer = async ({ id }): Promise<Answer> => {
      await delay(500 * Math.random(), { clock });
      order.push(id);
      return "ok";
    };
    const { publish, end } = await startEngine({ crm: stub }, { clock });
    await publish(...before, link, ...after);
    await clock.advance(10 * second);
    assert.deepEqual(
      order.slice(2),
      [link, ...after].map(({ id }) => id),
    );
    // The store has learnt the link: events that hold one id each still share a lane.
    const later = [
      event(byPhone, { contact: { waId: phone } }),
      event(byUser, { contact: { userId: user } }),
    ];
    await publish(...later, ...later);
    await clock.advance(10 * second);
    assert.deepEqual(
      order.slice(5),
      later.map(({ id }) => id),
    );
    await end();
  });

  it("keeps who is new on a number out of the lane of who left it", async () => {
    const clock = createFakeClock();
    const stub = createStub();
    const { conversationIdOf } = await import("../../src/event/conversation.ts");
    const cnv = (party: object) => conversationIdOf("700700700700700", party) ?? "";
    const [old, next, user] = ["15555550123", "15555550199", "DE.7410258963"];
    const system = { type: "user_changed_number", waId: next, previousWaId: old };
    const message = { id: "wamid.S", type: "system", system };
    const moved = event(cnv({ phone: old }), { contact: { waId: old }, message });
    const newcomer = event(cnv({ userId: user }), { contact: { waId: old, userId: user } });
    const after = event(cnv({ phone: next }), { contact: { waId: next } });
    stub.answer = ({ id }): Answer => (id === moved.id ? outage() : "ok");
    const { publish, end } = await startEngine({ crm: stub }, { clock });
    await publish(moved, newcomer, after);
    await clock.advance(second / 2);
    assert.deepEqual(stub.effects, [newcomer.id]);
    await end();
  });

  it("tells what it holds, and each attempt", async () => {
    const held: HeldState[] = [];
    const attempts: string[] = [];
    const stub = createStub();
    stub.answer = () => (stub.calls.length === 1 ? outage() : "ok");
    const hooks = {
      holds: (_: string, state: HeldState) => void held.push(state),
      attempt: (name: string, outcome: string) => void attempts.push(`${name} ${outcome}`),
    };
    const { publish, clock, end, ledger } = await startEngine({ crm: stub }, { hooks });
    await publish(event("cnv_a"));
    await clock.advance(20 * second);
    assert.deepEqual(attempts, ["crm outage", "crm delivered"]);
    assert.deepEqual(held.at(-1), { open: 0, oldestAgeMs: 0, breakerOpen: false, paused: false });
    const row = await ledger.lease("crm");
    assert.equal(row.lastError, "the destination answered 503");
    assert.ok((row.lastSuccessAt ?? "") > (row.lastErrorAt ?? ""));
    await end();
  });

  it("tells what was written without fields whose values were not taken", async () => {
    const told: unknown[] = [];
    const stub = createStub();
    const crm = {
      ...stub,
      deliver: async (...call: Parameters<typeof stub.deliver>) => ({
        ...(await stub.deliver(...call)),
        notTaken: ["deal.amount", "deal.city"],
      }),
    };
    const hooks = { notTaken: (...counted: unknown[]) => void told.push(counted) };
    const { publish, clock, end, ledger, log } = await startEngine({ crm }, { hooks });
    const only = event("cnv_a");
    await publish(only);
    await clock.advance(second);
    const [row] = await ledger.deliveriesOf(only.id);
    assert.equal(row?.state, "delivered");
    const answer = "without deal.amount, deal.city, which was not taken; 200";
    assert.equal(row.history[0]?.answer, answer);
    assert.deepEqual(told, [["crm", 2]]);
    assert.match(JSON.stringify(log.lines), /"reason":"deal.amount, deal.city","level":"warn"/);
    await end();
  });

  it("lets what runs finish when the program ends, and starts nothing more", async () => {
    const clock = createFakeClock();
    const stub = createStub();
    const { publish, delivery, ledger } = await startEngine(
      { crm: slowed(stub, clock, 2 * second) },
      { clock, config: { concurrency: 2 } },
    );
    const events = Array.from({ length: 6 }, (_, n) => event(`cnv_${n}`));
    await publish(...events);
    const closed = delivery.close();
    await clock.advance(3 * second);
    await closed;
    assert.equal(stub.effects.length, 2);
    const states = [...ledger.rows.values()].map(({ state }) => state).sort();
    assert.deepEqual(states, ["delivered", "delivered", "open", "open", "open", "open"]);
  });
});

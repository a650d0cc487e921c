import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { openEngineDesk } from "./engine-desk.ts";
import { writesTicket } from "./stub.ts";

type EngineDesk = Awaited<ReturnType<typeof openEngineDesk>>;

describe("Zendesk behind the delivery engine", () => {
  let desk: EngineDesk;
  beforeEach(async () => {
    desk = await openEngineDesk();
  });
  afterEach(() => desk.close());
  const updates = () => desk.stub.requests.filter(writesTicket).length;
  const limited = () => desk.stub.refusals.filter(({ status }) => status === 429);
  const assertInOrder = (events: readonly WaypostEvent[]) => {
    const effects = desk.stub.effects();
    assert.equal(effects.length, events.length);
    const place = new Map(effects.map((id, at) => [id, at]));
    for (const about of new Set(events.map(({ data }) => data.conversationId))) {
      const some = events.filter(({ data }) => data.conversationId === about);
      const places = some.map(({ id }) => place.get(id) ?? -1);
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
      );
    }
    assert.deepEqual(new Set(desk.rows().map(({ state }) => state)), new Set(["delivered"]));
  };

  it("messages wait 15 s for more, and become one comment", async () => {
    const say = (body: string) => desk.engine().publish(desk.message("15555550123", body));
    await say("one");
    for (const body of ["two", "three"]) {
      await desk.clock.advance(5_000);
      await say(body);
    }
    assert.equal(updates(), 0);
    await desk.run(20);
    const [ticket] = desk.stub.books.tickets.values();
    assert.equal(ticket?.comments.length, 1);
    assert.equal(ticket?.comments[0]?.keys.length, 3);
  });

  it("2,000 events in a burst arrive, in order, with no 429 and none dead", async () => {
    const events = Array.from({ length: 2_000 }, (_, at) => {
      const isOurs = Math.floor(at / 40) % 3 === 2;
      const type = isOurs ? "whatsapp.outgoing.text" : "whatsapp.message.text";
      return desk.message(`155555501${String(at % 40).padStart(2, "0")}`, `m${at}`, type);
    });
    // Ahead of the log: the memory ledger would look through 2,000 events for other ids of a contact, with each call.
    await desk.engine().bus.publish(events);
    await desk.run(1_800);
    assertInOrder(events);
    assert.deepEqual(limited(), []);
    assert.equal(desk.stub.books.tickets.size, 40);
    assert.ok(updates() <= 200, `${updates()} updates`);
  });

  it("a contact who writes for an hour does not use up the ticket's 30 updates in 10 minutes, nor hold others up", async () => {
    const events: WaypostEvent[] = [];
    for (let at = 0; at < 120; at += 1) {
      const told = [desk.message("15555550123", `m${at}`)];
      if (at === 60) told.push(desk.message("15555550124", "me too"));
      events.push(...told);
      await desk.engine().publish(...told);
      await desk.run(16).catch(() => undefined);
    }
    await desk.run(1_200);
    assertInOrder(events);
    assert.deepEqual(limited(), []);
    const other = desk.rows().find(({ eventId }) => eventId === events[61]?.id);
    const waited = Date.parse(other?.doneAt ?? "") - Date.parse(other?.createdAt ?? "");
    assert.ok(waited < 30_000, `${waited} ms`);
  });
});

describe("Zendesk, when the process is killed between two of its calls", () => {
  /** What is said, with a restart at the n-th call; answers how many calls there were. */
  async function tell(fault: "hang" | "silent", at: number): Promise<number> {
    const desk = await openEngineDesk();
    const { stub } = desk;
    let calls = 0;
    let killed = false;
    stub.hit(() => {
      calls += 1;
      if (calls !== at) return false;
      killed = true;
      return true;
    });
    stub.fail(fault);
    const events: WaypostEvent[] = [];
    const say = async (...bodies: string[]) => {
      const told = bodies.map((body) => desk.message("15555550123", body));
      events.push(...told);
      const before = killed;
      desk.stopWhen(() => killed && !before);
      await desk.engine().publish(...told);
      await desk.run(60);
      if (killed && !before) {
        await desk.restart();
        await desk.run(120);
      }
    };
    await say("one", "two");
    await say("three", "four");
    const [first] = stub.books.tickets.values();
    assert.ok(first);
    stub.books.set(first.id, { status: "closed" });
    await say("five");
    await say("six");
    const what = `${fault} at call ${at}`;
    assert.deepEqual(
      stub.effects(),
      events.map(({ id }) => id),
      what,
    );
    assert.equal(stub.books.tickets.size, 2, what);
    assert.equal(stub.books.users.size, 2, `${what}: the contact and Waypost`);
    await desk.close();
    return calls;
  }

  for (const [fault, what] of [
    ["silent", "what was asked took effect, and nobody heard"],
    ["hang", "what was asked took no effect"],
  ] as const) {
    it(`has each effect once: ${what}`, async () => {
      const all = await tell(fault, Number.POSITIVE_INFINITY);
      assert.ok(all >= 10, String(all));
      for (let at = 1; at <= all; at += 1) await tell(fault, at);
    });
  }
});

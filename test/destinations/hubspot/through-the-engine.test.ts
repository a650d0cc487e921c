import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHubspot } from "../../../src/destinations/hubspot/hubspot.ts";
import { parseHubspotOptions } from "../../../src/destinations/hubspot/options.ts";
import { startEngine } from "../../deliver/engine.ts";
import { createFakeClock, type FakeClock } from "../../deliver/fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "../../deliver/memory-ledger.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { waitFor } from "../../support/wait-for.ts";
import type { Fault } from "../stub.ts";
import { watchRequests } from "./requests-under-way.ts";
import { type HubspotStub, hubspotToken, startHubspotStub } from "./stub.ts";

const asks = ["business.handoff.requested"];

function connect(hub: HubspotStub, clock: FakeClock) {
  const options = {
    ...{ token: hubspotToken, baseUrl: hub.stub.url },
    ...{ ticket: { when: asks }, deal: { when: asks } },
  };
  return createHubspot(parseHubspotOptions("crm", options), clock);
}

/** Lets the engine's time pass, and the calls that each step sets off end, until it is so. */
async function passUntil(
  what: string,
  clock: FakeClock,
  isSo: () => boolean,
  { mostMs, stepMs = 250 }: { readonly mostMs: number; readonly stepMs?: number },
) {
  const requests = watchRequests();
  try {
    for (let passed = 0; !isSo(); passed += stepMs) {
      assert.ok(passed <= mostMs, `${mostMs} ms were not enough until ${what}`);
      await clock.advance(stepMs);
      await waitFor("the calls to end", () => requests.underWay() === 0 || isSo());
    }
  } finally {
    requests.end();
  }
}

describe("a burst for HubSpot", () => {
  it("arrives in order per conversation, within its limits: no call is refused, nothing is dead", async () => {
    const clock = createFakeClock();
    const limits = { calls: 190, searches: 5, now: clock.now, specification: false } as const;
    const hub = await startHubspotStub(limits);
    const crm = connect(hub, clock);
    const engine = await startEngine({ crm }, { clock, config: { concurrency: 8 } });
    const people = 40;
    const events = Array.from({ length: 2_000 }, (_, n) =>
      makeText(`text ${n}`, {
        contact: { waId: `155555501${String(n % people).padStart(2, "0")}` },
      }),
    );
    const written = () => hub.portal.all("communications");
    for (let at = 0; at < events.length; at += 500) {
      await engine.publish(...events.slice(at, at + 500));
    }
    await passUntil("all is there", clock, () => written().length === events.length, {
      mostMs: 180_000,
    });
    assert.equal(hub.refusedByLimit(), 0);
    assert.equal(hub.portal.all("contacts").length, people);
    const marks = written().map(({ properties }) => properties["waypost_id"]);
    for (let person = 0; person < people; person += 1) {
      const own = events.filter((_, n) => n % people === person).map(({ id }) => `${id}:crm`);
      const ids = new Set<string | undefined>(own);
      assert.deepEqual(
        marks.filter((mark) => ids.has(mark)),
        own,
      );
    }
    assert.equal((await engine.ledger.destinations())[0]?.dead, 0);
    await engine.end();
    await crm.close();
    await hub.stub.close();
  });
});

describe("a day whose calls are used up", () => {
  it("is waited for, with few calls, and everything arrives: nothing is dead", async () => {
    const clock = createFakeClock();
    const hour = 3_600_000;
    const ends = clock.now() + 6 * hour;
    const day = { calls: 60, ends };
    const hub = await startHubspotStub({ day, now: clock.now, specification: false });
    const crm = connect(hub, clock);
    const engine = await startEngine({ crm }, { clock });
    const events = Array.from({ length: 100 }, (_, n) =>
      makeText(`text ${n}`, { contact: { waId: `1555555010${n % 10}` } }),
    );
    await engine.publish(...events);
    const written = () => hub.portal.all("communications").length;
    await passUntil("the day is full", clock, () => hub.refusedByLimit() > 0, { mostMs: hour });
    const minutes = { stepMs: 60_000, mostMs: 24 * hour };
    await passUntil("the next day", clock, () => clock.now() >= ends, minutes);
    assert.ok(written() < 60 && hub.refusedByLimit() < 60, `${hub.refusedByLimit()} refused`);
    await passUntil("all is there", clock, () => written() === events.length, minutes);
    assert.equal((await engine.ledger.destinations())[0]?.dead, 0);
    await engine.end();
    await Promise.all([crm.close(), hub.stub.close()]);
  });
});

/** What there is of one event, in HubSpot's books. */
function books({ portal }: HubspotStub) {
  const count = (type: Parameters<typeof portal.all>[0]) => portal.all(type).length;
  return [count("contacts"), count("tickets"), count("0-3"), count("notes")];
}

describe("a process that dies on its way through HubSpot", () => {
  /** The first holder's n-th call ends so; nothing more is heard of it, and the next one goes on. */
  async function die(n: number, fault: Fault) {
    const hub = await startHubspotStub({ specification: false, disturbed: "all" });
    const clock = createFakeClock();
    const ledger = createMemoryLedger(false);
    hub.stub.fail(...Array.from({ length: n - 1 }, (): Fault => "none"), fault);
    const [dying, crm] = [connect(hub, clock), connect(hub, clock)];
    const first = await startEngine({ crm: dying }, { ledger, clock });
    const event = makeEvent({
      type: "business.handoff.requested",
      contact: { waId: "15555550123" },
    });
    await first.publish(event);
    const isDone = () => [...ledger.rows.values()].every(({ state }) => state === "delivered");
    await waitFor("it is stuck or done", async () => {
      await clock.advance(0);
      return hub.stub.requests.length >= n || isDone();
    });
    const done = isDone();
    if (!done) await passOn(ledger);
    const next = await startEngine({ crm }, { ledger, clock });
    await passUntil("the next one has done it", clock, isDone, { mostMs: 120_000 });
    await next.end();
    await Promise.all([dying.close(), crm.close(), hub.stub.close()]);
    return { done, books: books(hub) };
  }

  for (const fault of ["silent", "hang"] as const) {
    it(`at every call, ${fault === "hang" ? "before" : "after"} its effect: no second of anything`, async () => {
      let n = 1;
      for (let done = false; !done; n += 1) {
        const outcome = await die(n, fault);
        assert.deepEqual(outcome.books, [1, 1, 1, 1], `call ${n}`);
        done = outcome.done;
      }
      assert.ok(n > 7, `${n} calls`);
    });
  }

  it("loses every answer once and goes on by itself: no second of anything", async () => {
    const hub = await startHubspotStub({ specification: false, disturbed: "all" });
    const clock = createFakeClock();
    hub.stub.fail(...Array.from({ length: 60 }, (_, n): Fault => (n % 2 === 0 ? "lost" : "none")));
    const crm = connect(hub, clock);
    const engine = await startEngine({ crm }, { clock });
    const event = makeEvent({
      type: "business.handoff.requested",
      contact: { waId: "15555550123" },
    });
    await engine.publish(event);
    const isDone = () =>
      [...engine.ledger.rows.values()].every(({ state }) => state === "delivered");
    await passUntil("it is done", clock, isDone, { mostMs: 86_400_000 });
    assert.deepEqual(books(hub), [1, 1, 1, 1]);
    await engine.end();
    await Promise.all([crm.close(), hub.stub.close()]);
  });
});

/** What dies says nothing any more, and nobody renews for it. */
async function passOn(ledger: MemoryLedger): Promise<void> {
  const lease = await ledger.lease("crm");
  await ledger.takeLease("crm", lease, "the next holder");
  await ledger.releaseLease("crm", lease.epoch + 1);
}

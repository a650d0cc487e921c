import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Destination, WaypostEvent } from "../../../src/contracts.ts";
import { createSalesforce } from "../../../src/destinations/salesforce/salesforce.ts";
import { type Engine, startEngine } from "../../deliver/engine.ts";
import { createFakeClock, type FakeClock } from "../../deliver/fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "../../deliver/memory-ledger.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { waitFor } from "../../support/wait-for.ts";
import { clientId, clientSecret, type SalesforceStub, startSalesforceStub } from "./stub.ts";

const eventId = "Waypost_Event_Id__c";
const handoff = "business.handoff.requested";

let under: SalesforceStub;
let clock: FakeClock;
let ledger: MemoryLedger;
let crm: Destination;

beforeEach(async () => {
  clock = createFakeClock(Date.UTC(2026, 10, 20, 12));
  ledger = createMemoryLedger();
  under = await startSalesforceStub(clock.now);
});
afterEach(async () => {
  await crm.close();
  await under.stub.close();
});

const open = (options: object) => {
  crm = createSalesforce(
    "crm",
    { loginUrl: under.stub.url, clientId, clientSecret, ...options },
    clock,
  );
  return crm;
};
const start = (destination: Destination, concurrency = 8) =>
  startEngine(
    { crm: destination },
    { clock, ledger, config: { concurrency, timeoutMs: 3_600_000 } },
  );
/** What is told of the records that were made comes back as rows of its own. */
const areDelivered = (events: readonly WaypostEvent[]) =>
  events.every(({ id }) => ledger.rows.get(`crm:${id}`)?.state === "delivered");
/** Real requests need real time; what waits for a clock gets `stepMs` of it whenever nothing moves. */
async function until(what: string, engine: Engine, done: () => boolean, stepMs = 1_000) {
  let last = "";
  const isThere = async () => {
    const now = `${ledger.writes.changes} ${under.stub.requests.length}`;
    const isStill = now === last;
    last = now;
    if (isStill && done()) return true;
    if (isStill) await engine.clock.advance(stepMs);
    return false;
  };
  await waitFor(what, isThere, 100_000);
}
const person = (at: number) => ({
  waId: `4915120000${String(at).padStart(3, "0")}`,
  name: `P ${at}`,
});
const textsOf = (id: string) =>
  under.org
    .all("Task")
    .filter(({ WhoId }) => WhoId === id)
    .map(({ Description }) => String(Description).split(": ")[1]);

describe("Salesforce behind the delivery engine", () => {
  it("takes a burst of 2,000 over several days of its quota: in order, none dead, and never refused", async () => {
    under.limit = 1_200;
    const engine = await start(open({ eventId }));
    const people = 40;
    const events = Array.from({ length: 2_000 }, (_, at) =>
      makeText(`${Math.floor(at / people)}`, { contact: person(at % people) }),
    );
    await engine.publish(...events);
    await until("all are delivered", engine, () => areDelivered(events), 900_000);
    assert.equal(under.refused(), 0, "it stops before the end of the quota");
    assert.equal(under.org.all("Contact").length, people);
    for (const { Id } of under.org.all("Contact")) {
      assert.deepEqual(
        textsOf(Id),
        Array.from({ length: 50 }, (_, at) => `${at}`),
      );
    }
    assert.ok(
      clock.now() - Date.UTC(2026, 10, 20, 12) >= 86_400_000,
      "the day's end was waited for",
    );
    await engine.end();
  });

  it("is paused while a field is missing, with one alert, and everything arrives after resume", async () => {
    const engine = await start(open({ eventId }));
    const field = under.org.objects["Task"]?.[eventId];
    delete under.org.objects["Task"]?.[eventId];
    const events = Array.from({ length: 5 }, (_, at) => makeText(`${at}`, { contact: person(at) }));
    await engine.publish(...events);
    await until("it is paused", engine, () =>
      engine.notices().some(({ notice }) => notice === "paused"),
    );
    assert.equal(engine.notices().filter(({ notice }) => notice === "paused").length, 1);
    if (under.org.objects["Task"] && field) under.org.objects["Task"][eventId] = field;
    await ledger.setPause("crm", undefined);
    await until("all are delivered", engine, () => areDelivered(events));
    assert.equal(under.org.all("Task").length, 5);
    await engine.end();
  });

  for (const [what, options] of Object.entries({
    "with a field for the event": { eventId },
    "without one": {},
    "as a transcript": { log: "transcript" },
    "of leads": { object: "Lead" },
  })) {
    it(`makes nothing twice, killed at each await between its calls: ${what}`, async () => {
      const all = { ...options, case: { when: [handoff] } };
      const object = "object" in options ? "Lead" : "Contact";
      const story = (): WaypostEvent[] => [
        makeText("hello", { contact: person(1) }),
        makeEvent({ type: handoff, contact: person(1), data: { business: {} } }),
        makeText("still here", { contact: person(1) }),
      ];
      let at = 0;
      for (let wasKilled = true; wasKilled; ) {
        at += 1;
        for (const when of ["before", "after"] as const) {
          wasKilled = await killedAt(at, when, { options: all, story: story() });
          assert.deepEqual(
            ["Case", object].map((each) => under.org.all(each).length),
            [1, 1],
            `${when} request ${at}`,
          );
          const lines = under.org.all("Task").map(({ Description }) => String(Description));
          for (const said of ["hello", "Handoff requested", "still here"]) {
            assert.equal(lines.join("\n").split(said).length, 2, `${said}: ${when} request ${at}`);
          }
          assert.equal(under.org.all("CaseComment").length, 1, `${when} request ${at}`);
          await under.stub.close();
          under = await startSalesforceStub(clock.now);
        }
      }
      assert.ok(at > 6, `it was over at request ${at}`);
    });
  }
});

interface Killing {
  readonly options: object;
  readonly story: readonly WaypostEvent[];
}

/** The process ends at its n-th request to the API, before or after that took effect; another one takes over its ledger. False: it was over before. */
async function killedAt(at: number, when: "before" | "after", { options, story }: Killing) {
  ledger = createMemoryLedger();
  const asked = under.stub.requests.length;
  const first = await start(open(options), 1);
  const killing = crm;
  under.onRequest = (count) => {
    if (count - asked !== at) return "go on";
    // Nothing that it learns from now on is kept.
    ledger.down = true;
    return when === "before" ? "drop" : "lose the answer";
  };
  await first.publish(...story);
  await until("it is over or killed", first, () => ledger.down || areDelivered(story));
  const wasKilled = ledger.down;
  await killing.close();
  await first.end();
  under.onRequest = undefined;
  ledger.down = false;
  const next = await start(open(options), 1);
  await until("all are delivered", next, () => areDelivered(story));
  await next.end();
  await crm.close();
  return wasKilled;
}

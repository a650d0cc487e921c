import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flowsDestination, type Route, type WaypostEvent } from "../../../src/contracts.ts";
import { createDecider } from "../../../src/deliver/flows/decide.ts";
import { makeEvent } from "../../store/make-events.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";
import { createMemoryLedger } from "../memory-ledger.ts";
import { ms } from "./asking.ts";
import { noRules, type RouteParts } from "./flow-engine.ts";
import { createMemoryLog } from "./memory-log.ts";

const minute = 60_000;

/** Routes that are asked by hand, of events received at the first moment, whose log has them. */
function start(...parts: readonly RouteParts[]) {
  const clock = { at: ms(0) };
  const log = createMemoryLog();
  const ledger = createMemoryLedger(
    true,
    createMemoryTables(() => clock.at),
  );
  const contact = { id: "ctc_1", tags: [] as string[], fields: {}, consent: {} };
  const contacts = { of: async () => contact, topic: async () => undefined };
  const routes = parts.map((each): Route => ({ when: {}, to: ["crm"], test: false, ...each }));
  const never = { timeZone: "UTC", days: {}, except: [] };
  const decider = createDecider({
    ...{ routes, rules: { ...noRules, hours: { never } }, now: () => clock.at },
    memory: { query: log, contacts, ledger } as never,
  });
  return {
    ...{ clock, log, ledger, contact, decider },
    come(second = 0, type = "whatsapp.message.text"): WaypostEvent {
      const event = makeEvent({ at: second, type });
      log.append([event]);
      return event;
    },
    async decide(
      event: WaypostEvent,
      more: { readonly createdAt?: string; readonly to?: string } = {},
    ) {
      const { createdAt = event.data.receivedAt, to: destination = "crm" } = more;
      const names = routes.map(({ name }) => name);
      const id = `${destination}:${event.id}`;
      const decision = await decider.decide({ id, destination, routes: names, createdAt }, event);
      return decision.is === "skip" ? decision.reason : decision.is;
    },
  };
}

describe("maxAge", () => {
  it("counts from the event's receipt, and from its opening where it waits; at the end it still goes", async () => {
    const plain = start({ name: "r", maxAgeMs: minute });
    const event = plain.come();
    plain.clock.at = ms(60);
    assert.equal(await plain.decide(event), "go");
    plain.clock.at += 1;
    assert.equal(await plain.decide(event), "r: maxAge");
    const waiting = start({ name: "r", maxAgeMs: minute, after: { delayMs: 10 * minute } });
    const later = waiting.come();
    waiting.clock.at = ms(11 * 60);
    assert.equal(await waiting.decide(later), "go");
    waiting.clock.at += 1;
    assert.equal(await waiting.decide(later), "r: maxAge");
  });

  it("is asked before all else, which takes no claim", async () => {
    const once = { per: "contact", for: minute } as const;
    const { clock, come, decide } = start({ name: "r", maxAgeMs: minute, once });
    const old = come();
    clock.at = ms(90);
    assert.equal(await decide(old), "r: maxAge");
    assert.equal(await decide(come(30)), "go");
  });
});

describe("once", () => {
  const once = { per: "contact", for: minute } as const;

  it("is taken by whom all else lets through, and by nobody before", async () => {
    const { contact, come, decide } = start({ name: "r", once, only: { tag: ["vip"] } });
    assert.equal(await decide(come(1)), "r: tag");
    contact.tags.push("vip");
    const second = come(2);
    assert.equal(await decide(second), "go");
    contact.tags.pop();
    assert.equal(await decide(second), "go", "what was said yes to is not asked again");
    assert.equal(await decide(come(3)), "r: tag");
    contact.tags.push("vip");
    assert.equal(await decide(come(4)), "r: once");
  });

  it("stands for an outage longer than it lasts: by when events came, not by when they are asked", async () => {
    const { clock, come, decide } = start({ name: "r", once });
    const events = [come(0), come(59), come(60), come(61), come(120)];
    clock.at = ms(40 * 24 * 3_600);
    const answers: string[] = [];
    for (const event of events) answers.push(await decide(event));
    assert.deepEqual(answers, ["go", "r: once", "go", "r: once", "go"]);
  });

  it("waits for the log where it lasts until something happens", async () => {
    for (const lasts of ["untilClosed", "untilAnswered"] as const) {
      const { decide } = start({ name: "r", once: { per: "contact", for: lasts } });
      assert.equal(await decide(makeEvent({ at: 0 })), "wait");
    }
    const { decide } = start({ name: "r", once });
    assert.equal(await decide(makeEvent({ at: 0 })), "go");
  });
});

describe("after", () => {
  it("opens by the delay alone where its hours never come", () => {
    const { decider, come } = start({ name: "r", after: { delayMs: minute, hours: "never" } });
    assert.equal(decider.opensAt("r", come())?.getTime(), ms(60));
  });
});

describe("a condition that reads what `set` writes", () => {
  const routes: readonly RouteParts[] = [
    { name: "r", only: { not: { tag: ["x"] } } },
    { name: "mark", to: [], when: { template: ["x"] }, set: { tag: { add: ["x"], remove: [] } } },
  ];

  it("waits for the row of `flows`, and no longer than one may come", async () => {
    const { clock, ledger, come, decide } = start(...routes);
    const event = come();
    const ten = 10 * minute;
    assert.equal(await decide(event), "wait");
    clock.at = ms(0) + ten;
    assert.equal(await decide(event), "wait");
    clock.at += 1;
    assert.equal(await decide(event), "go");
    clock.at = ms(0) + ten + 1;
    const createdAt = new Date(clock.at).toISOString();
    assert.equal(await decide(event, { createdAt }), "go", "routed again long after it came");
    const row = { eventId: event.id, eventType: event.type, laneKeys: [event.id] };
    const id = `${flowsDestination}:${event.id}`;
    const own = { id, route: "mark", routes: ["mark"], createdAt: event.data.receivedAt, ...row };
    ledger.append([event]);
    await ledger.enqueue(flowsDestination, [own]);
    assert.equal(await decide(event), "wait", "it is there, and not done");
    const done = { ...(await ledger.delivery(id)), doneAt: createdAt };
    Object.assign(ledger, { delivery: async () => done });
    assert.equal(await decide(event), "go", "it is done");
  });
});

describe("examine", () => {
  it("says of each key what it says, and as of when", async () => {
    const only = { hours: ["never"], first: true, opens: true, about: {}, tag: ["x"] } as const;
    const more = { window: "open", followedBy: ["business.*"], consent: true } as const;
    const { decider, come } = start({ name: "r", only: { ...only, ...more } });
    const answers = await decider.examine("r", come());
    const asOf = (when: string) =>
      answers.flatMap((each) => (each.asOf === when ? [each.key] : [])).toSorted();
    assert.deepEqual(asOf("event"), ["about", "first", "hours", "opens"]);
    assert.deepEqual(asOf("now"), ["consent", "followedBy", "tag", "window"]);
    const said = Object.fromEntries(answers.map(({ key, holds }) => [key, holds]));
    assert.deepEqual([said["opens"], said["tag"], said["consent"]], ["yes", "no", "yes"]);
  });
});

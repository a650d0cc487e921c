import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StoreError } from "../../../src/contracts.ts";
import { destinationsTable } from "../../../src/store/ledger/ledger-tables.ts";
import { makeEvent } from "../../store/make-events.ts";
import {
  createWorld,
  day,
  hour,
  now,
  type RouteParts,
  startFlows,
  type World,
} from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const other = { waId: "15555550124", name: "Ben" };
const minute = 60_000;
const say = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });
const inbound = { type: ["whatsapp.message.*"] };

/** The bus is away while `away`. */
function busOf({ bus }: World) {
  const state = { away: false };
  const publish = bus.publish;
  bus.publish = async (events) => {
    if (state.away) throw new Error("the bus is away");
    await publish(events);
  };
  return state;
}

describe("a delivery that opens later, beside another of its event", () => {
  it("has an idempotency key of its own", async () => {
    const flows = await startFlows([
      { name: "all", to: ["crm"] },
      { name: "later", after: { delayMs: hour }, to: ["crm"] },
    ]);
    const event = now(flows.clock, { contact: person });
    await flows.receive(event);
    await flows.clock.advance(2 * hour);
    const told = flows.stubs["crm"]?.calls.map(({ context }) => [
      context.idempotencyKey,
      context.after,
    ]);
    assert.deepEqual(told, [
      [`${event.id}:crm`, undefined],
      [`${event.id}:crm:later`, "later"],
    ]);
    await flows.engine.end();
  });

  it("shares its id with no other, whatever ids are told", async () => {
    const flows = await startFlows([
      { name: "all", to: ["crm"] },
      { name: "later", when: { text: { equals: ["a"] } }, after: { delayMs: hour }, to: ["crm"] },
    ]);
    const first = now(flows.clock, { id: "x", contact: person, data: say("a") });
    const second = now(flows.clock, { id: "x:later", contact: other, data: say("b") });
    await flows.receive(first, second);
    await flows.clock.advance(2 * hour);
    assert.deepEqual(flows.effects("crm"), ["x", "x:later", "x"]);
    await flows.engine.end();
  });
});

describe("what follows from a delivery", () => {
  const routes: RouteParts[] = [
    {
      name: "lead",
      when: { text: { equals: ["lead"] } },
      set: { tag: { add: ["lead"], remove: [] } },
      emit: { type: "business.lead.captured", data: { at: "{{ event.data.receivedAt }}" } },
    },
    { name: "mark", when: inbound, set: { tag: { add: ["wrote"], remove: [] } } },
    { name: "leads", when: { type: ["business.lead.*", "business.broken"] }, to: ["crm"] },
  ];

  it("outlasts a bus that is away for days, while other deliveries succeed", async () => {
    const world = createWorld();
    const bus = busOf(world);
    const flows = await startFlows(routes, { world });
    const { clock } = world;
    // What is open already when the bus goes away.
    const put = async (event: ReturnType<typeof now>, ...routes: string[]) => {
      world.log.append([event]);
      world.ledger.append([event]);
      const laneKeys = [event.data.conversationId ?? ""];
      const createdAt = new Date(clock.now()).toISOString();
      const of = { eventId: event.id, eventType: event.type, createdAt, laneKeys };
      const row = { id: `flows:${event.id}`, route: routes[0] ?? "", routes };
      await world.ledger.enqueue("flows", [{ ...of, ...row }]);
      await clock.advance(hour);
    };
    const lead = now(clock, { contact: person, data: say("lead") });
    bus.away = true;
    await put(lead, "lead", "mark");
    for (let n = 0; n < 30; n += 1) {
      await put(now(clock, { contact: { waId: `1555555${1_000 + n}` }, data: say("hi") }), "mark");
    }
    const waiting = await world.ledger.delivery(`flows:${lead.id}`);
    assert.deepEqual([waiting?.state, waiting?.attempts], ["sending", 0]);
    assert.equal(waiting?.emits?.length, 1);
    assert.ok((await flows.states("flows")).filter((state) => state === "delivered").length === 30);
    const status = flows.engine.delivery.status().find(({ name }) => name === "flows");
    assert.equal(status?.breakerOpen, false);
    bus.away = false;
    await clock.advance(2 * minute);
    assert.equal(flows.effects("crm").length, 1);
    assert.equal((await world.ledger.delivery(`flows:${lead.id}`))?.state, "delivered");
    await flows.engine.end();
  });

  it("does not call its destination again because the bus was away", async () => {
    const world = createWorld();
    const flows = await startFlows([{ name: "all", when: inbound, to: ["crm"] }], { world });
    const bus = busOf(world);
    const stub = flows.stubs["crm"];
    assert.ok(stub);
    const made = now(world.clock, { id: "made", type: "business.record.created", contact: person });
    const deliver = stub.deliver;
    stub.deliver = async (...args) => ({ ...(await deliver(...args)), events: [made] });
    const event = now(world.clock, { contact: person });
    await flows.receive(event);
    bus.away = true;
    await world.clock.advance(hour);
    assert.deepEqual(flows.effects("crm"), [event.id]);
    await flows.engine.end();
  });
});

describe("a route of `flows` that fails", () => {
  const routes = (text: string): RouteParts[] => [
    { name: "broken", when: inbound, emit: { type: "business.broken", data: { text } } },
    {
      name: "lead",
      when: inbound,
      set: { tag: { add: ["lead"], remove: [] } },
      emit: { type: "business.lead.captured" },
    },
    { name: "leads", when: { type: ["business.lead.*", "business.broken"] }, to: ["crm"] },
  ];

  it("keeps no other from acting, says so, and is done when it is tried again mended", async () => {
    const world = createWorld();
    const body = "x".repeat(200_000);
    const tooMuch = "{{ message.text.body }}{{ message.text.body }}";
    const flows = await startFlows(routes(tooMuch), { world });
    const { clock, ledger } = world;
    const event = now(clock, {
      contact: person,
      data: { message: { id: "wamid.1", type: "text", text: { body } } },
    });
    await flows.receive(event);
    await clock.advance(1_000);
    const row = `flows:${event.id}`;
    const dead = await ledger.delivery(row);
    assert.equal(dead?.state, "dead");
    assert.match(dead?.reason ?? "", /^emit\.data of the route broken/);
    assert.deepEqual((await world.contacts.of(event))?.tags, ["lead"]);
    assert.equal(flows.effects("crm").length, 1);
    await flows.engine.end();
    const mended = await startFlows(routes("{{ message.id }}"), { world });
    await ledger.reopen(row);
    await clock.advance(minute);
    const done = await ledger.delivery(row);
    assert.deepEqual([done?.state, done?.partial], ["delivered", undefined]);
    assert.deepEqual(done?.emits?.[0], dead?.emits?.[0], "what was kept is not made anew");
    assert.deepEqual(
      done?.emits?.map(({ type }) => type),
      ["business.lead.captured", "business.broken"],
    );
    assert.equal(mended.effects("crm").length, 1, "the other one is known already");
    await mended.engine.end();
  });
});

describe("a route with `once`, when things go wrong", () => {
  const welcome: RouteParts = { name: "welcome", once: { per: "contact", for: hour }, to: ["crm"] };

  it("delivers one of a window, also when its destination rested for longer than that", async () => {
    const flows = await startFlows([welcome]);
    const { clock, ledger } = flows;
    await ledger.setPause("crm", { by: "operator", reason: "test", at: "" });
    await clock.advance(31_000);
    const first = now(clock, { contact: person });
    await flows.receive(first);
    await clock.advance(10 * minute);
    await flows.receive(now(clock, { contact: person }));
    await clock.advance(5 * hour);
    await ledger.setPause("crm", undefined);
    await clock.advance(3 * hour);
    // It came half an hour after the first, and has lain somewhere since.
    const late = Date.parse(first.data.receivedAt) + 30 * minute;
    const receivedAt = new Date(late).toISOString();
    await flows.receive(makeEvent({ contact: person, receivedAt }));
    await clock.advance(minute);
    assert.deepEqual(flows.effects("crm"), [first.id]);
    await flows.engine.end();
  });

  it("delivers what it has said yes to, whatever is true by then", async () => {
    const world = createWorld();
    const routes = [{ ...welcome, only: { not: { tag: ["drop"] } } }];
    const flows = await startFlows(routes, { world });
    const event = now(world.clock, { contact: person });
    world.ledger.failing.add("write");
    await flows.receive(event);
    await world.clock.advance(1_000);
    await flows.engine.end();
    world.ledger.failing.delete("write");
    await world.contacts.change((await world.contacts.of(event))?.id ?? "", { addTags: ["drop"] });
    const next = await startFlows(routes, { world });
    await world.clock.advance(30_000);
    assert.deepEqual(next.effects("crm"), [event.id]);
    await next.engine.end();
  });

  it("knows the person when two contacts turn out to be one", async () => {
    const flows = await startFlows([{ ...welcome, once: { per: "contact", for: 7 * day } }]);
    const { clock } = flows;
    const user = { userId: "DE.1", name: "Mia" };
    const early = now(clock, { contact: user, data: say("by user") });
    const phone = now(clock, { contact: person, data: say("by phone") });
    await flows.contacts.of(early);
    await flows.receive(phone);
    await clock.advance(1_000);
    const both = now(clock, { contact: { ...person, ...user }, data: say("both") });
    await flows.receive(both);
    await clock.advance(1_000);
    assert.deepEqual(flows.effects("crm"), [phone.id]);
    await flows.engine.end();
  });
});

describe("a scheduled delivery", () => {
  it("is delivered although the ledger failed after it had opened it", async () => {
    const flows = await startFlows([{ name: "later", after: { delayMs: hour }, to: ["crm"] }]);
    const { clock, ledger } = flows;
    const event = now(clock, { contact: person });
    await flows.receive(event);
    const openDue = ledger.openDue;
    const rows = flows.world.tables.rowsOf(destinationsTable);
    let failed = 0;
    // As on a store without transactions: the rows are open, that it is told is not written.
    ledger.openDue = async (name, until, limit) => {
      const before = (await ledger.lease(name)).revision;
      const opened = await openDue(name, until, limit);
      if (opened === 0 || failed > 0) return opened;
      failed += 1;
      Object.assign(rows.get(name) ?? {}, { rev: before });
      throw new StoreError("outage", "away");
    };
    await clock.advance(3 * hour);
    assert.equal(failed, 1);
    assert.deepEqual(flows.effects("crm"), [event.id]);
    await flows.engine.end();
  });
});

describe("a rate", () => {
  const config = { ratePerSecond: 10 };

  it("is spent on attempts alone, not on what is skipped or waits", async () => {
    const routes = [{ name: "vips", only: { about: { template: ["a"] } }, to: ["crm"] }];
    const flows = await startFlows(
      [...routes, { name: "all", when: { text: { equals: ["hi"] } }, to: ["crm"] }],
      { config },
    );
    const { clock } = flows;
    const people = Array.from({ length: 200 }, (_, n) => ({ waId: `1555555${1_000 + n}` }));
    await flows.receive(...people.map((contact) => now(clock, { contact })));
    const told = people.slice(0, 5).map((contact) => now(clock, { contact, data: say("hi") }));
    await flows.receive(...told);
    await clock.advance(1_000);
    assert.equal(flows.effects("crm").length, 5);
    await flows.engine.end();
  });

  it("is what 1,000 deliveries that open at once drain at", async () => {
    const flows = await startFlows([{ name: "later", after: { delayMs: hour }, to: ["crm"] }], {
      config,
    });
    const { clock } = flows;
    await flows.receive(...Array.from({ length: 1_000 }, () => now(clock, { contact: person })));
    await clock.advance(hour + 50_000);
    const half = flows.effects("crm").length;
    assert.ok(half >= 490 && half <= 520, `${half} after 50 s`);
    await clock.advance(51_000);
    assert.equal(new Set(flows.effects("crm")).size, 1_000);
    assert.equal(flows.effects("crm").length, 1_000);
    await flows.engine.end();
  });
});

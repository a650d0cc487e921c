import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hours } from "../../../src/contracts.ts";
import { createFakeClock } from "../fake-clock.ts";
import { createWorld, day, hour, now, type RouteParts, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const other = { waId: "15555550124", name: "Ben" };
const minute = 60_000;

const text = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });
const sent = (id: string, more: object = {}) => ({
  type: "whatsapp.outgoing.template",
  data: { message: { id, type: "template", ...more } },
});

describe("a route with `only`", () => {
  it("is asked when its turn comes: the first that holds delivers, with its own options", async () => {
    const flows = await startFlows([
      {
        name: "tag",
        when: { text: { equals: ["vip"] } },
        set: { tag: { add: ["vip"], remove: [] } },
      },
      { name: "vips", only: { tag: ["vip"] }, to: ["crm"] },
      { name: "fresh", only: { first: true }, to: ["crm"] },
    ]);
    const { clock, states } = flows;
    const [first, vip, third] = ["hello", "vip", "again"].map((body) =>
      now(clock, { contact: person, data: text(body) }),
    );
    assert.ok(first && vip && third);
    await flows.receive(first);
    await clock.advance(1_000);
    await flows.receive(vip, third);
    await clock.advance(1_000);
    assert.deepEqual(flows.effects("crm"), [first.id, vip.id, third.id]);
    const rows = await flows.ledger.deliveries({ destination: "crm" }, { limit: 9 });
    assert.deepEqual(
      rows.items.map(({ route, routes, decided }) => [route, routes, decided]).reverse(),
      [
        ["fresh", ["vips", "fresh"], ["fresh"]],
        ["vips", ["vips", "fresh"], ["vips"]],
        ["vips", ["vips", "fresh"], ["vips"]],
      ],
    );
    await flows.receive(now(clock, { contact: other, data: text("hi") }));
    await flows.receive(now(clock, { contact: other, data: text("ho") }));
    await clock.advance(1_000);
    assert.equal((await states("crm")).at(-1), "skipped vips: tag; fresh: first");
    assert.deepEqual(flows.stubs["crm"]?.calls.at(-1)?.context.routes, ["fresh"]);
    await flows.engine.end();
  });

  it("that reads the log waits for it without an attempt, and holds the rest of its conversation back", async () => {
    const flows = await startFlows([
      { name: "opening", when: { text: { contains: ["o"] } }, only: { opens: true }, to: ["crm"] },
      { name: "all", to: ["crm"] },
    ]);
    const { clock, log } = flows;
    log.behind = true;
    const first = now(clock, { contact: person, data: text("one") });
    const second = now(clock, { contact: person, data: text("xyz") });
    const elsewhere = now(clock, { contact: other, data: text("xyz") });
    await flows.receive(first, second, elsewhere);
    await clock.advance(30_000);
    assert.deepEqual(flows.effects("crm"), [elsewhere.id]);
    log.behind = false;
    await clock.advance(10_000);
    assert.deepEqual(flows.effects("crm"), [elsewhere.id, first.id, second.id]);
    const row = await flows.ledger.delivery(`crm:${first.id}`);
    assert.deepEqual([row?.route, row?.attempts, row?.history.length], ["opening", 0, 1]);
    await flows.engine.end();
  });

  it("waits for what `set` has to do for the same event and all before it, whatever keeps that back", async () => {
    const flows = await startFlows([
      {
        name: "mark",
        when: { text: { equals: ["vip"] } },
        set: { tag: { add: ["vip"], remove: [] } },
      },
      { name: "vips", only: { tag: ["vip"] }, to: ["crm"] },
    ]);
    const { clock, ledger } = flows;
    await ledger.setPause("flows", { by: "operator", reason: "test", at: "" });
    await clock.advance(31_000);
    const events = ["vip", "later"].map((body) =>
      now(clock, { contact: person, data: text(body) }),
    );
    await flows.receive(...events);
    await clock.advance(hour);
    assert.deepEqual(flows.effects("crm"), []);
    await ledger.setPause("flows", undefined);
    await clock.advance(60_000);
    assert.deepEqual(
      flows.effects("crm"),
      events.map(({ id }) => id),
    );
    await flows.engine.end();
  });

  it("does not wait for a row of `flows` that never comes", async () => {
    const flows = await startFlows([
      {
        name: "mark",
        when: { text: { equals: ["vip"] } },
        set: { tag: { add: ["vip"], remove: [] } },
      },
      { name: "plain", only: { not: { tag: ["spam"] } }, to: ["crm"] },
    ]);
    const { clock, ledger, log } = flows;
    const old = now(clock, { contact: person });
    await clock.advance(2 * day);
    // Routed again, long after it came.
    log.append([old]);
    ledger.append([old]);
    const row = { eventId: old.id, eventType: old.type, laneKeys: [old.id] };
    const createdAt = new Date(clock.now()).toISOString();
    const again = { id: `crm:${old.id}`, route: "plain", routes: ["plain"], createdAt, ...row };
    await ledger.enqueue("crm", [again]);
    await clock.advance(60_000);
    assert.deepEqual(flows.effects("crm"), [old.id]);
    await flows.engine.end();
  });

  it("is answered once: a retry, another process and a later change do not ask again", async () => {
    const world = createWorld();
    const routes = [
      {
        name: "mark",
        when: { text: { equals: ["drop"] } },
        set: { tag: { add: ["drop"], remove: [] } },
      },
      { name: "kept", only: { not: { tag: ["drop"] } }, to: ["crm"] },
    ];
    const flows = await startFlows(routes, { world });
    const stub = flows.stubs["crm"];
    assert.ok(stub);
    stub.answer = () => "hangs";
    const event = now(world.clock, { contact: person, data: text("hi") });
    await flows.receive(event);
    await world.clock.advance(3_000);
    assert.equal(stub.calls.length, 1);
    const contact = await world.contacts.of(event);
    await world.contacts.change(contact?.id ?? "", { addTags: ["drop"] });
    await flows.engine.end();
    const next = await startFlows(routes, { world });
    await world.clock.advance(60_000);
    assert.deepEqual(next.effects("crm"), [event.id]);
    await next.engine.end();
  });

  it("is asked of each of its circumstances", async () => {
    const rules = {
      lists: { friends: ["+1 555 555 0123"] },
      hours: { office: everyDay([[8 * 60, 12 * 60]]) },
    };
    const clock = createFakeClock(Date.UTC(2026, 10, 20, 10));
    const flows = await startFlows(
      (
        [
          { name: "list", only: { list: ["friends"] }, to: ["list"] },
          { name: "office", only: { hours: ["office"] }, to: ["office"] },
          { name: "away", only: { not: { hours: ["office"] } }, to: ["away"] },
          {
            name: "about",
            only: { about: { template: ["cart*"], withinMs: 2 * hour } },
            to: ["about"],
          },
          { name: "answered", only: { answered: { by: ["human"] } }, to: ["answered"] },
          { name: "held", only: { held: { by: ["human", "other"] } }, to: ["held"] },
          { name: "window", only: { window: "open" }, to: ["window"] },
          { name: "field", only: { field: { language: ["fr"] } }, to: ["field"] },
          { name: "owner", only: { owner: false }, to: ["owner"] },
          { name: "consent", only: { consent: true }, to: ["consent"] },
        ] satisfies RouteParts[]
      ).map((route) => ({ ...route, when: { type: ["whatsapp.message.*"] } })),
      { rules, world: createWorld(clock) },
    );
    await flows.receive(
      now(clock, { contact: person, ...sent("wamid.t", { template: { name: "cart_1" } }) }),
    );
    await clock.advance(minute);
    const hello = now(clock, { contact: person, data: text("hello") });
    await flows.receive(hello);
    await clock.advance(minute);
    const went = (id: string) =>
      Object.keys(flows.stubs).filter((name) => flows.effects(name).includes(id));
    assert.deepEqual(went(hello.id), ["list", "office", "about", "window", "owner", "consent"]);
    const contact = await flows.contacts.of(hello);
    await flows.contacts.change(contact?.id ?? "", {
      fields: { language: "fr" },
      owner: { pool: "sales", name: "Ana" },
      consent: { marketing: "revoked", at: hello.time },
    });
    await flows.receive(
      now(clock, { type: "whatsapp.echo.text", contact: person, data: text("a human") }),
    );
    await clock.advance(4 * hour);
    await flows.receive(now(clock, { type: "business.handoff.requested", contact: person }));
    const later = now(clock, { contact: person, data: text("later") });
    await flows.receive(later);
    await clock.advance(minute);
    assert.deepEqual(went(later.id), ["list", "away", "held", "window", "field"]);
    await flows.engine.end();
  });
});

describe("a route with `after`", () => {
  const reminder = {
    name: "unread",
    when: { template: ["pay"] },
    after: { delayMs: 24 * hour },
    only: { status: ["delivered"] },
    to: ["crm"],
  };
  const status = (value: string) => ({
    type: `whatsapp.status.${value}`,
    data: { status: { messageId: "wamid.p", status: value } },
  });

  it("opens when its time has come, beside its conversation, over restarts and jumps of the clock", async () => {
    const world = createWorld();
    const { clock } = world;
    const routes = [reminder, { name: "all", when: { type: ["whatsapp.#"] }, to: ["crm"] }];
    let flows = await startFlows(routes, { world });
    const payment = now(clock, {
      contact: person,
      ...sent("wamid.p", { template: { name: "pay" } }),
    });
    await flows.receive(payment);
    await flows.receive(now(clock, { contact: person, ...status("delivered") }));
    await clock.advance(2_000);
    assert.deepEqual((await flows.states("crm")).sort(), ["delivered", "delivered", "scheduled"]);
    assert.equal((await flows.ledger.destinations())[0]?.scheduled, 1);
    await flows.engine.end();
    await clock.advance(20 * hour);
    flows = await startFlows(routes, { world });
    await clock.advance(3 * hour);
    assert.equal(flows.engine.delivery.status().find(({ name }) => name === "crm")?.open, 0);
    assert.deepEqual(flows.effects("crm"), []);
    clock.jump(-hour);
    await clock.advance(hour);
    assert.deepEqual(flows.effects("crm"), []);
    await clock.advance(hour);
    assert.deepEqual(flows.effects("crm"), [payment.id]);
    const row = await flows.ledger.delivery(`crm:${payment.id}:unread`);
    assert.deepEqual([row?.state, row?.route], ["delivered", "unread"]);
    await flows.engine.end();
  });

  it("is asked as it stands then, not as it stood", async () => {
    const flows = await startFlows([reminder]);
    const { clock } = flows;
    await flows.receive(
      now(clock, { contact: person, ...sent("wamid.p", { template: { name: "pay" } }) }),
    );
    await flows.receive(now(clock, { contact: person, ...status("delivered") }));
    await clock.advance(23 * hour);
    await flows.receive(now(clock, { contact: person, ...status("read") }));
    await clock.advance(2 * hour);
    assert.deepEqual(await flows.states("crm"), ["skipped unread: status"]);
    await flows.engine.end();
  });

  it("counts open hours alone where it is told so, and looks at hours as of the event", async () => {
    const clock = createFakeClock(Date.UTC(2026, 10, 20, 16, 45));
    const hours = { office: everyDay([[9 * 60, 17 * 60]]) };
    const flows = await startFlows(
      [
        { name: "sla", after: { delayMs: 30 * minute, hours: "office" }, to: ["crm"] },
        { name: "office", only: { hours: ["office"] }, to: ["desk"] },
      ],
      { rules: { hours }, world: createWorld(clock) },
    );
    const desk = flows.stubs["desk"];
    assert.ok(desk);
    await flows.ledger.setPause("desk", { by: "operator", reason: "test", at: "" });
    await clock.advance(31_000);
    const event = now(clock, { contact: person });
    await flows.receive(event);
    await clock.advance(16 * hour);
    assert.deepEqual(flows.effects("crm"), []);
    // What is asked as of the event is not changed by an outage that outlasts office hours.
    await flows.ledger.setPause("desk", undefined);
    await clock.advance(30 * minute);
    assert.deepEqual(flows.effects("desk"), [event.id]);
    await clock.advance(15 * minute);
    assert.deepEqual(flows.effects("crm"), [event.id]);
    await flows.engine.end();
  });

  it("can be cancelled, and is skipped when it is later than `maxAge`", async () => {
    const flows = await startFlows([
      { name: "later", after: { delayMs: hour }, maxAgeMs: hour, to: ["crm"] },
    ]);
    const { clock, ledger } = flows;
    const [one, two] = [person, other].map((contact) => now(clock, { contact }));
    assert.ok(one && two);
    await flows.receive(one, two);
    assert.equal(await ledger.giveUp(`crm:${one.id}:later`, "cancelled by an operator"), true);
    await ledger.setPause("crm", { by: "operator", reason: "test", at: "" });
    await clock.advance(3 * hour);
    await ledger.setPause("crm", undefined);
    await clock.advance(60_000);
    assert.deepEqual(await flows.states("crm"), [
      "skipped cancelled by an operator",
      "skipped later: maxAge",
    ]);
    await flows.engine.end();
  });

  it("keeps what is not due out of memory, and drains what is due at once", async () => {
    const flows = await startFlows([{ name: "later", after: { delayMs: hour }, to: ["crm"] }]);
    const { clock } = flows;
    const events = Array.from({ length: 3_000 }, () => now(clock, { contact: person }));
    await flows.receive(...events);
    await clock.advance(hour - 2 * minute);
    assert.equal(flows.engine.delivery.status().find(({ name }) => name === "crm")?.open, 0);
    await clock.advance(2 * minute + 30_000);
    assert.equal(new Set(flows.effects("crm")).size, 3_000);
    assert.equal(flows.effects("crm").length, 3_000);
    await flows.engine.end();
  });
});

describe("a route with `once`", () => {
  it("delivers the first of a contact, over its conversations, until the time is over", async () => {
    const flows = await startFlows([
      { name: "welcome", once: { per: "contact", for: 7 * day }, to: ["crm"] },
    ]);
    const { clock } = flows;
    const elsewhere = { account: { phoneNumberId: "700700700700701" } };
    const [one, two, three] = [{}, elsewhere, {}].map((parts) =>
      now(clock, { contact: person, ...parts }),
    );
    assert.ok(one && two && three);
    await flows.receive(one, two, three);
    await clock.advance(1_000);
    assert.equal(flows.effects("crm").length, 1);
    assert.deepEqual(
      (await flows.states("crm")).filter((state) => state === "skipped welcome: once").length,
      2,
    );
    await clock.advance(7 * day);
    const later = now(clock, { contact: person });
    await flows.receive(later, now(clock, { contact: other }));
    await clock.advance(1_000);
    assert.equal(flows.effects("crm").length, 3);
    assert.ok(flows.effects("crm").includes(later.id));
    await flows.engine.end();
  });

  it("delivers again once the conversation was closed, or answered", async () => {
    const flows = await startFlows([
      {
        name: "closed",
        when: { type: ["whatsapp.message.*"] },
        once: { per: "conversation", for: "untilClosed" },
        to: ["crm"],
      },
      {
        name: "answered",
        when: { type: ["whatsapp.message.*"] },
        once: { per: "conversation", for: "untilAnswered" },
        to: ["desk"],
      },
    ]);
    const { clock } = flows;
    const say = async (parts: object = {}) => {
      const event = now(clock, { contact: person, ...parts });
      await flows.receive(event);
      await clock.advance(minute);
      return event.id;
    };
    const first = await say();
    await say();
    await say({ type: "whatsapp.echo.text", data: text("an answer") });
    const third = await say();
    await say({ type: "business.conversation.closed" });
    const fourth = await say();
    assert.deepEqual(flows.effects("crm"), [first, fourth]);
    assert.deepEqual(flows.effects("desk"), [first, third]);
    await flows.engine.end();
  });

  it("gives the same answer to a delivery that is tried again by another process", async () => {
    const world = createWorld();
    const routes = [{ name: "welcome", once: { per: "contact", for: day } as const, to: ["crm"] }];
    const flows = await startFlows(routes, { world });
    const event = now(world.clock, { contact: person });
    // It has asked and was told yes; that it is being sent was never written down.
    world.ledger.failing.add("write");
    await flows.receive(event);
    await world.clock.advance(1_000);
    await flows.engine.end();
    world.ledger.failing.delete("write");
    const next = await startFlows(routes, { world });
    await world.clock.advance(30_000);
    assert.deepEqual(next.effects("crm"), [event.id]);
    await next.engine.end();
  });
});

function everyDay(spans: readonly (readonly [number, number])[]): Hours {
  const days = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((weekday) => [weekday, spans]));
  return { timeZone: "UTC", days, except: [] };
}

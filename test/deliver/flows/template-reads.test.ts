import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Route } from "../../../src/contracts.ts";
import { flowsDestination } from "../../../src/contracts.ts";
import { compileRoutes } from "../../../src/deliver/routes/routes.ts";
import { createStub } from "../engine.ts";
import { day, noRules, now, type RouteParts, startFlows } from "./flow-engine.ts";

const person = { waId: "15555550123", name: "Mia" };
const minute = 60_000;
const text = (body: string) => ({ message: { id: `wamid.${body}`, type: "text", text: { body } } });

const marks: RouteParts = {
  name: "mark",
  when: { text: { equals: ["vip"] } },
  set: { tag: { add: ["vip"], remove: [] } },
};
const shows = (read: "log" | "memory", to = "crm"): RouteParts => ({
  ...{ name: "shows", to: [to] },
  templatesRead: { [to]: [read] },
});

/** Shows the contact's tags, as a template of its options would. */
function createShowing() {
  const shown: unknown[] = [];
  const stub = createStub();
  stub.answer = async (_event, context): Promise<"ok"> => {
    const { contact } = await context.scope(new Set(["contact"]));
    shown.push((contact as { tags: unknown }).tags);
    return "ok";
  };
  return { stub, shown };
}

describe("a destination whose templates show what is remembered", () => {
  it("is told of a message after what `set` has to do for it and all before it", async () => {
    const { stub, shown } = createShowing();
    const flows = await startFlows([marks, shows("memory")], { destinations: { crm: stub } });
    const { clock, ledger } = flows;
    await ledger.setPause(flowsDestination, { by: "operator", reason: "test", at: "" });
    await clock.advance(31_000);
    const events = ["vip", "later"].map((body) =>
      now(clock, { contact: person, data: text(body) }),
    );
    await flows.receive(...events);
    await clock.advance(5 * minute);
    assert.deepEqual(shown, []);
    await ledger.setPause(flowsDestination, undefined);
    await clock.advance(minute);
    assert.deepEqual(shown, [["vip"], ["vip"]]);
    const row = await ledger.delivery(`crm:${events[0]?.id}`);
    assert.deepEqual([row?.attempts, row?.history.length, row?.decided], [0, 1, ["shows"]]);
    await flows.engine.end();
  });

  it("does not wait where nothing is set, nor does another destination of the same route", async () => {
    const alone = await startFlows([shows("memory")]);
    await alone.receive(now(alone.clock, { contact: person, data: text("vip") }));
    assert.equal(alone.effects("crm").length, 1);
    await alone.engine.end();

    const flows = await startFlows([marks, { ...shows("memory"), to: ["crm", "desk"] }]);
    await flows.ledger.setPause(flowsDestination, { by: "operator", reason: "test", at: "" });
    await flows.clock.advance(31_000);
    await flows.receive(now(flows.clock, { contact: person, data: text("vip") }));
    await flows.clock.advance(minute);
    assert.deepEqual([flows.effects("crm").length, flows.effects("desk").length], [0, 1]);
    await flows.engine.end();
  });

  it("does not wait for ever for a row that never comes: of an event that was routed long after it came", async () => {
    const flows = await startFlows([marks, shows("memory")]);
    const { clock, ledger, log } = flows;
    const old = now(clock, { contact: person });
    await clock.advance(2 * day);
    log.append([old]);
    ledger.append([old]);
    const createdAt = new Date(clock.now()).toISOString();
    const row = { eventId: old.id, eventType: old.type, laneKeys: [old.id], createdAt };
    const again = { id: `crm:${old.id}`, route: "shows", routes: ["shows"], ...row };
    await ledger.enqueue("crm", [again]);
    await clock.advance(minute);
    assert.deepEqual(flows.effects("crm"), [old.id]);
    await flows.engine.end();
  });
});

describe("a destination whose templates ask the log", () => {
  it("waits until the log has the event, without an attempt", async () => {
    const flows = await startFlows([shows("log")]);
    const { clock, log, ledger } = flows;
    log.behind = true;
    const event = now(clock, { contact: person, data: text("one") });
    await flows.receive(event);
    await clock.advance(minute);
    assert.deepEqual(flows.effects("crm"), []);
    log.behind = false;
    await clock.advance(10_000);
    assert.deepEqual(flows.effects("crm"), [event.id]);
    assert.equal((await ledger.delivery(`crm:${event.id}`))?.attempts, 0);
    await flows.engine.end();
  });
});

describe("routes whose destinations' templates wait", () => {
  const route = (parts: RouteParts): Route => ({ when: {}, to: [], test: false, ...parts });
  const event = now({ now: Date.now } as Parameters<typeof now>[0], { contact: person });
  const compiled = (...parts: RouteParts[]) =>
    compileRoutes({ accounts: {}, routes: parts.map(route), flows: noRules });

  it("ask at its turn, and are waited for by a row of `flows`", () => {
    const waiting = compiled(marks, { ...shows("memory"), when: { type: ["whatsapp.message.*"] } });
    assert.deepEqual(waiting.match(event), [
      { destination: "crm", route: "shows", routes: ["shows"] },
      { destination: flowsDestination, route: "none", routes: [], idle: true },
    ]);
    assert.deepEqual(waiting.patternsFor(flowsDestination), ["#"]);
    const log = compiled(marks, shows("log"));
    assert.deepEqual(log.match(event), [{ destination: "crm", route: "shows", routes: ["shows"] }]);
  });

  it("are asked nothing where only another destination's templates wait", () => {
    const { match } = compiled({ ...shows("log"), to: ["crm", "desk"] });
    assert.deepEqual(match(event), [
      { destination: "crm", route: "shows", routes: ["shows"] },
      { destination: "desk", route: "shows" },
    ]);
  });
});

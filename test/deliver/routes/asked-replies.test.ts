import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FlowRules, Route } from "../../../src/contracts.ts";
import { compileRoutes } from "../../../src/deliver/routes/routes.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { noRules } from "../flows/flow-engine.ts";

const replies = { senders: ["wa", "wa-two"], bots: ["bot"] };
const type = "business.reply.requested";
const compile = (
  routes: readonly (Partial<Route> & { name: string })[],
  flows?: Partial<FlowRules>,
) =>
  compileRoutes({
    accounts: {},
    routes: routes.map((parts) => ({ when: {}, to: [], test: false, ...parts })),
    flows: { ...noRules, replies, ...flows },
  });
const asking = (via: unknown, set?: object) =>
  makeEvent({
    type,
    data: { business: { via, reply: { text: "Hi" }, purpose: "bot", ...(set && { set }) } },
  });

describe("what is asked for by business.reply.requested", () => {
  it("reaches the one that is asked without a route, and flows where it sets something", () => {
    const routes = compile([]);
    assert.deepEqual(routes.match(asking("wa")), [{ destination: "wa", route: type }]);
    assert.deepEqual(routes.match(asking("wa", { tag: "vip" })), [
      { destination: "wa", route: type },
      { destination: "flows", route: "none", routes: [] },
    ]);
    assert.deepEqual(routes.patternsFor("wa"), [type]);
    assert.deepEqual(routes.patternsFor("bot"), []);
    assert.deepEqual(routes.patternsFor("flows"), [
      "business.conversation.closed",
      type,
      "business.set.requested",
    ]);
    assert.deepEqual(routes.explain(asking("wa")), [
      { route: type, to: ["wa"], matches: true, held: 1 },
    ]);
  });

  it("is sent by nobody else who could, whatever routes say; all others get it as any event", () => {
    const routes = compile([
      { name: "all", to: ["wa", "wa-two", "crm"] },
      { name: "later", when: { type: ["business.#"] }, to: ["wa"], after: { delayMs: 1 } },
    ]);
    const matched = routes
      .match(asking("wa", { tag: "vip" }))
      .map(({ destination, route }) => [destination, route]);
    assert.deepEqual(matched, [
      ["wa", type],
      ["crm", "all"],
      ["flows", "none"],
    ]);
    const [first] = routes.match(makeText("Hi", {}));
    assert.deepEqual([first?.destination, first?.route], ["wa", "all"]);
  });

  it("reaches nobody where the one that is asked is not there", () => {
    const routes = compile([{ name: "crm", when: { type: ["business.#"] }, to: ["crm"] }]);
    for (const via of ["gone", "crm", 5, undefined, null]) {
      const matched = routes.match(asking(via)).map(({ destination }) => destination);
      assert.deepEqual(matched, ["crm"], String(via));
    }
    const bare = makeEvent({ type });
    assert.deepEqual(
      routes.match(bare).map(({ destination }) => destination),
      ["crm"],
    );
  });

  it("needs no flows without a bot: what confirms a stop sets nothing", () => {
    const routes = compile([], { replies: { senders: ["wa"], bots: [] } });
    assert.deepEqual(routes.match(asking("wa")), [{ destination: "wa", route: type }]);
    assert.deepEqual(routes.patternsFor("flows"), []);
  });

  it("says why a destination does not send it", () => {
    const routes = compile([{ name: "all", to: ["wa-two", "crm"] }]);
    const says = (event: ReturnType<typeof asking>) =>
      Object.fromEntries(
        routes.whyNot(event, ["wa", "wa-two", "crm"]).map((each) => [each.destination, each.says]),
      );
    const asked = says(asking("wa"));
    assert.match(asked["wa"] ?? "", /came before it did, or is on its way/);
    assert.match(asked["wa-two"] ?? "", /asked of wa, which alone sends it/);
    assert.match(asked["crm"] ?? "", /takes such events now/);
    assert.match(says(asking("gone"))["wa"] ?? "", /is not there/);
    assert.match(says(makeText("Hi", {}))["wa"] ?? "", /no route leads to it/);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { RoutesTested, WaypostEvent } from "../../src/contracts.ts";
import { runCli } from "../support/cli.ts";
import { textEvent } from "../support/sample-events.ts";
import { type Harness, startOps, token } from "./harness.ts";

const when = { type: ["whatsapp.message.*"] };
const routes = [{ name: "reply", when, test: false, to: ["wa"] }];

let ops: Harness;
before(async () => {
  ops = await startOps({ routes });
  ops.destinations.set("wa", { kind: "whatsapp-reply" });
});
after(() => ops.ops.close());

const told = async (event: WaypostEvent) => {
  const response = await ops.post("/api/routes/test", { event });
  const { deliveries } = (await response.json()) as RoutesTested;
  assert.equal(response.status, 200);
  return deliveries.find(({ destination }) => destination === "wa");
};
const fresh = (n: number, receivedAt = new Date().toISOString()): WaypostEvent => {
  const event = textEvent(n);
  return { ...event, data: { ...event.data, receivedAt } };
};

describe("routes test of what a service would tell", () => {
  it("says what would become of it, and publishes nothing; or what is wrong, by its place", async () => {
    const told = { type: "business.order.paid", account: { phoneNumberId: "7001" }, business: {} };
    const good = await ops.post("/api/routes/test", { told });
    assert.equal(good.status, 200, await good.clone().text());
    const { event } = (await good.json()) as RoutesTested;
    assert.equal(event.type, "business.order.paid");
    const bad = await ops.post("/api/routes/test", { told: { ...told, account: "nowhere" } });
    assert.equal(bad.status, 400);
    const { errors } = (await bad.json()) as { errors: { path: string; remedy: string }[] };
    assert.equal(errors[0]?.path, "/told/account");
    assert.match(errors[0]?.remedy ?? "", /phoneNumberId/);
  });
});

describe("routes test of a destination that writes to contacts", () => {
  it("says what each guard says as things stand, beside what would be written", async () => {
    const now = await told(fresh(1));
    assert.equal(now?.would, "send");
    assert.match(JSON.stringify(now?.wouldSend), /Hi /);
    const names = ["event", "age", "stop", "holder", "recipient", "message", "window"];
    assert.deepEqual(
      now?.guards?.map(({ guard }) => guard),
      [...names, "pace", "once"].filter((name) => now?.guards?.some((each) => each.guard === name)),
    );
    const by = new Map(now?.guards?.map((each) => [each.guard, each]));
    for (const name of ["event", "age", "stop", "holder", "recipient", "message"]) {
      assert.equal(by.get(name)?.allows, true, name);
    }
    // The log does not have it: nobody wrote, so no window is open.
    assert.deepEqual(by.get("window"), {
      guard: "window",
      allows: false,
      says: "the customer service window is closed, and there is no template",
    });
    const old = await told(fresh(2, "2026-11-20T10:00:00.000Z"));
    assert.deepEqual(
      old?.guards?.find(({ guard }) => guard === "age"),
      { guard: "age", allows: false, says: "what it answers is too old" },
    );
    const test = fresh(3);
    const dashboards = { ...test, data: { ...test.data, renormalized: true as const } };
    const [first] = (await told(dashboards))?.guards ?? [];
    assert.deepEqual(first, {
      ...{ guard: "event", allows: false },
      says: "it was read only later, not as it came",
    });
  });

  it("is told on the command line too", async () => {
    ops.query.log.push(fresh(4, "2026-11-20T10:00:00.000Z"));
    const { out } = await runCli(["routes", "test", "evt_4"], { url: ops.url, token });
    assert.match(out, /would be skipped for wa .*as things stand: what it answers is too old/);
    assert.match(out, /✗ age: what it answers is too old/);
    assert.match(out, /✓ stop/);
  });
});

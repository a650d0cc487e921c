import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Route } from "../../../src/contracts.ts";
import type { TimelineStep } from "../../../src/ops/log/timeline.ts";
import { addDelivery, addScheduled } from "../deliveries/ledger-rows.ts";
import { type Harness, startOps } from "../harness.ts";
import { says, text } from "../talk.ts";

const handoff: Route = {
  name: "handoff",
  when: { type: ["whatsapp.message.*"], text: { contains: ["human"] } },
  to: ["slack"],
} as unknown as Route;

let ops: Harness;
before(async () => {
  ops = await startOps({ fromStore: true, routes: [handoff] });
  for (const name of ["crm", "erp", "slack", "waits", "late"]) {
    ops.destinations.set(name, { kind: "webhook" });
  }
});
after(() => ops.ops.close());

async function timeline(id: string): Promise<TimelineStep[]> {
  const response = await ops.get(`/api/timeline/${id}`);
  assert.equal(response.status, 200, await response.clone().text());
  return ((await response.json()) as { steps: TimelineStep[] }).steps;
}

describe("the timeline of an event", () => {
  it("tells each step in order, in the vendor's words, and why not of the others", async () => {
    const event = says("wamid.t1", text("hi"), { ago: 1, id: "evt_1", post: "pst_1" });
    await ops.store.append([
      { ...event, data: { ...event.data, receivedAt: "2026-11-20T10:00:00.900Z" } },
    ]);
    await addDelivery(ops.ledger, "crm", 1, "delivered");
    await addDelivery(ops.ledger, "erp", 1, "dead");
    await addDelivery(ops.ledger, "waits", 1);
    await addScheduled(ops.ledger, "late", 1);
    await ops.ledger.setPause("waits", {
      by: "operator",
      reason: "maintenance",
      at: "2026-11-20T10:00:00.000Z",
    });
    const steps = await timeline("evt_1");
    const told = steps.map(({ kind, destination = "" }) => `${kind} ${destination}`.trim());
    assert.deepEqual(told.slice(0, 2), ["received", "durable"]);
    assert.ok(told.indexOf("attempt crm") < told.indexOf("taken crm"));
    assert.ok(told.indexOf("attempt erp") < told.indexOf("dead erp"));
    assert.deepEqual(told.slice(-1), ["not-sent slack"]);
    const of = (kind: string, destination: string) =>
      steps.find((step) => step.kind === kind && step.destination === destination);
    assert.deepEqual(
      [of("attempt", "erp")?.detail, of("attempt", "erp")?.ms],
      ["422 unknown field", 41],
    );
    assert.equal(of("dead", "erp")?.detail, "the receiver answered 422");
    assert.match(
      of("waiting", "waits")?.words ?? "",
      /paused by an operator: maintenance. Nothing is lost/,
    );
    assert.equal(of("scheduled", "late")?.at, "2026-11-20T11:00:01.000Z");
    assert.match(
      of("not-sent", "slack")?.words ?? "",
      /route handoff comes closest: the text does not match/,
    );
    assert.match(
      steps.find(({ kind }) => kind === "stored")?.words ?? "",
      /later: until then it waited/,
    );
    const past = steps.filter(({ kind }) => !["waiting", "scheduled", "not-sent"].includes(kind));
    assert.deepEqual(
      past.map(({ at }) => at),
      past.map(({ at }) => at).toSorted(),
    );
  });

  it("tells of what is not Meta's where it came from, and 404 of what is not there", async () => {
    const told = says("wamid.t2", text("hi"), { ago: 1, id: "pi_1", post: "intake" });
    const made = says("wamid.t3", text("hi"), { ago: 1, id: "evt_x", post: "closing" });
    await ops.store.append([told, made]);
    assert.match((await timeline("pi_1"))[0]?.words ?? "", /Told by one of your services/);
    assert.match((await timeline("evt_x"))[0]?.words ?? "", /Made by Waypost/);
    assert.equal((await ops.get("/api/timeline/evt_none")).status, 404);
  });

  it("tells whether the bus had the POST at once, or the receiver's disk first", async () => {
    const [direct, late] = ["evt_direct", "evt_late"].map((id) =>
      says(`wamid.${id}`, text("hi"), { ago: 1, id, post: "pst_2" }),
    );
    assert.ok(direct && late);
    await ops.store.append([direct, { ...late, spooled: true }]);
    const durable = async (id: string) =>
      (await timeline(id)).find(({ kind }) => kind === "durable")?.words ?? "";
    assert.match(await durable("evt_direct"), /^Confirmed by the bus before/);
    assert.match(await durable("evt_late"), /^Kept on the receiver's disk before/);
  });
});

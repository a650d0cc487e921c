import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Replay, ReplayPlan } from "../../../src/contracts.ts";
import { makeText } from "../../store/make-events.ts";
import { runCli } from "../../support/cli.ts";
import { type Harness, startOps, token } from "../harness.ts";
import { addDelivery } from "./ledger-rows.ts";

describe("replays in the API and the terminal", () => {
  let ops: Harness;
  beforeEach(async () => {
    ops = await startOps();
    ops.destinations.set("crm", { kind: "webhook" });
    await ops.store.append([makeText("one", { at: 1 }), makeText("two", { at: 2 })]);
  });
  afterEach(() => ops.ops.close());
  const asked = async <T>(path: string, body?: object) => {
    const answer = await (body === undefined ? ops.get(path) : ops.post(path, body));
    return { status: answer.status, body: (await answer.json()) as T };
  };
  const running = () => ops.store.replays.running();

  it("are planned, started, shown and aborted", async () => {
    const request = { filter: { text: "two" }, to: "crm", rate: 50 };
    const plan = await asked<ReplayPlan>("/api/replays", { ...request, dryRun: true });
    assert.deepEqual([plan.status, plan.body.opened, plan.body.sample.length], [200, 1, 1]);
    assert.deepEqual(await running(), []);
    const before = new Date().toISOString();
    const started = await asked<Replay>("/api/replays", request);
    assert.deepEqual([started.status, started.body.state, started.body.rate], [202, "running", 50]);
    const { filter } = started.body;
    assert.equal(filter.of, "events");
    // What comes later than this is not among them.
    assert.ok(filter.to >= before && filter.to <= new Date().toISOString());
    assert.deepEqual(
      (await running()).map(({ id }) => id),
      [started.body.id],
    );
    const path = `/api/replays/${started.body.id}`;
    const shown = await asked<Replay & { rows: object }>(path);
    assert.deepEqual(shown.body.rows, {
      ...{ scheduled: 0, open: 0, sending: 0, delivered: 0, skipped: 0, dead: 0 },
    });
    assert.equal((await asked<Replay>(`${path}/abort`, {})).body.state, "aborted");
    assert.deepEqual(await running(), []);
    assert.equal((await asked(`${path}/abort`, {})).status, 409);
    assert.equal((await asked("/api/replays/rpl_none")).status, 404);
    const list = await asked<{ items: Replay[] }>("/api/replays");
    assert.deepEqual(
      list.body.items.map(({ id, state }) => [id, state]),
      [[started.body.id, "aborted"]],
    );
  });

  it("of deliveries open those that gave up", async () => {
    await addDelivery(ops.ledger, "crm", 1, "dead");
    await addDelivery(ops.ledger, "crm", 2);
    const filter = { destination: "crm", state: "dead" };
    const plan = await asked<ReplayPlan>("/api/replays", { filter, to: "routed", dryRun: true });
    assert.deepEqual([plan.body.found, plan.body.opened], [1, 1]);
  });

  it("that make no sense are refused, and say what does", async () => {
    const reasons = async (body: object) => {
      const answer = await asked<{ errors?: { parameter: string; reason: string }[] }>(
        "/api/replays",
        body,
      );
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      return JSON.stringify(answer.body.errors);
    };
    assert.match(await reasons({ filter: {}, to: "crn" }), /no destination.*there are crm/);
    assert.match(
      await reasons({ filter: { state: "dead", text: "x" }, to: "crm" }),
      /filter\.text.*deliveries/,
    );
    assert.match(
      await reasons({ filter: { destination: "erp" }, to: "crm" }),
      /another destination/,
    );
    assert.match(await reasons({ filter: { type: ["Bad Type"] }, to: "crm" }), /type patterns/);
    assert.match(await reasons({ filter: { sate: "dead" }, to: "crm" }), /filter.*additional/);
    assert.match(await reasons({ filter: {}, to: "crm", rate: 0 }), /rate/);
    assert.deepEqual(await running(), []);
  });

  it("are tried out and aborted from a terminal, which asks before anything is sent", async () => {
    const target = { url: ops.url, token };
    const dry = await runCli(["replay", "--to", "crm", "--dry-run"], target);
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, /2 found: 2 would be sent, 0 are there already/);
    assert.match(dry.out, /whatsapp\.message\.text evt_\S+ → crm/);
    const unasked = await runCli(["replay", "--to", "crm"], target);
    assert.notEqual(unasked.code, 0);
    assert.deepEqual(await running(), []);
    const begun = await runCli(["replay", "--to", "crm", "--yes", "--json"], target);
    assert.equal(begun.code, 0, begun.err);
    const { id } = JSON.parse(begun.out) as Replay;
    assert.match((await runCli(["replay", "show", id], target)).out, /running {2}to crm/);
    assert.match((await runCli(["replay", "abort", id], target)).out, /aborted/);
    assert.match((await runCli(["replay", "show"], target)).out, new RegExp(`^${id} {2}aborted`));
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { DestinationRow, RunningProcess } from "../../../src/contracts.ts";
import {
  type DestinationState,
  destinationStates,
} from "../../../src/ops/status/destination-state.ts";
import { type Harness, startOps } from "../harness.ts";
import { addDelivery, createdAt } from "./ledger-rows.ts";

let ops: Harness;
before(async () => {
  ops = await startOps();
  ops.destinations.set("erp", { kind: "webhook" });
  ops.destinations.set("fresh", { kind: "slack" });
  const epoch = await addDelivery(ops.ledger, "erp", 0);
  await ops.ledger.note("erp", epoch, {
    breaker: "open",
    breakerSince: createdAt,
    lastError: "the receiver answered 503",
    lastErrorAt: createdAt,
  });
  await addDelivery(ops.ledger, "former", 1);
  await ops.ledger.lease("waypost.alerts");
});
after(() => ops.ops.close());

const list = async () => {
  const { items } = (await (await ops.get("/api/destinations")).json()) as {
    items: DestinationState[];
  };
  return items;
};
const act = async (path: string, body?: unknown) => {
  const response = await ops.post(`/api/destinations/${path}`, body);
  return { status: response.status, body: (await response.json()) as DestinationState };
};

describe("the destinations of the API", () => {
  it("are those configured and those of which something is left, with what is known of them", async () => {
    assert.deepEqual(await list(), [
      {
        name: "erp",
        kind: "webhook",
        state: "out",
        says: "out; tried again and again",
        holder: "worker-1/7/work/aa 0123abcd",
        breaker: "open",
        breakerSince: createdAt,
        open: 1,
        scheduled: 0,
        oldestOpenAt: createdAt,
        dead: 0,
        lastError: "the receiver answered 503",
        lastErrorAt: createdAt,
        repeats: 0,
      },
      {
        name: "former",
        state: "removed",
        says: "no longer configured",
        holder: "worker-1/7/work/aa 0123abcd",
        breaker: "closed",
        open: 1,
        scheduled: 0,
        oldestOpenAt: "2026-11-20T10:00:01.000Z",
        dead: 0,
        repeats: 0,
      },
      {
        name: "fresh",
        kind: "slack",
        state: "unheld",
        says: "no worker delivers to it",
        breaker: "closed",
        open: 0,
        scheduled: 0,
        dead: 0,
        repeats: 0,
      },
    ]);
  });

  it("are paused with a reason, and resumed", async () => {
    const paused = await act("erp/pause", { reason: "they move house" });
    assert.deepEqual(
      [paused.status, paused.body.state, paused.body.says],
      [200, "paused", "paused by an operator: they move house"],
    );
    assert.equal((await ops.ledger.lease("erp")).pause?.by, "operator");
    const resumed = await act("erp/resume");
    assert.deepEqual([resumed.status, resumed.body.state], [200, "out"]);
    assert.equal((await ops.ledger.lease("erp")).pause, undefined);
  });

  it("can be paused before anything came for them, and resumed twice", async () => {
    assert.equal((await act("fresh/pause")).body.says, "paused by an operator: no reason given");
    for (const _ of [1, 2]) assert.equal((await act("fresh/resume")).body.state, "unheld");
  });

  it("are 404 when they are not configured", async () => {
    for (const path of ["none/pause", "former/pause", "none/resume", "waypost.alerts/pause"]) {
      assert.equal((await act(path)).status, 404, path);
    }
  });

  it("take only what the schema has", async () => {
    for (const body of [{ reason: 7 }, { reason: "" }, { reason: "x".repeat(201) }, { why: "x" }]) {
      assert.equal((await act("erp/pause", body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await ops.ledger.lease("erp")).pause, undefined);
  });
});

describe("the prune of the API", () => {
  it("is asked as it is meant and says what became of it", async () => {
    ops.pruned.answer = { removed: ["former"], kept: [{ name: "x", reason: "1 delivery open" }] };
    for (const body of [undefined, { force: true }]) {
      const response = await ops.post("/api/topology/prune", body);
      assert.equal(response.status, 200);
      assert.deepEqual(await response.json(), ops.pruned.answer);
    }
    assert.deepEqual(ops.pruned.asked, [{ force: false }, { force: true }]);
  });
});

describe("dropping what is dead, by the API", () => {
  it("takes a queue's name or that of its dead queue, and no other's", async () => {
    ops.dead.set("waypost.store.0-of-4", 3).set("waypost.deliver.erp", 1);
    const drop = (body: unknown) => ops.post("/api/topology/drop-dead", body);
    for (const [queue, dropped] of [
      ["waypost.dead.waypost.store", 3],
      ["waypost.deliver.erp", 1],
      ["waypost.deliver.erp", 0],
    ]) {
      const response = await drop({ queue });
      assert.deepEqual([response.status, await response.json()], [200, { dropped }]);
    }
    assert.equal((await drop({ queue: "none" })).status, 404);
    for (const body of [undefined, {}, { queue: "" }, { queue: 7 }, { queue: "x", all: true }]) {
      assert.equal((await drop(body)).status, 400, JSON.stringify(body));
    }
  });
});

describe("the state of a destination", () => {
  const row: DestinationRow = {
    name: "erp",
    epoch: 4,
    heartbeat: 9,
    seq: 0,
    revision: 0,
    open: 0,
    scheduled: 0,
    dead: 0,
    holder: "worker-1/7/work/aa 0123abcd",
  };
  const alive: RunningProcess = {
    id: "worker-1/7/work/aa",
    role: "work",
    host: "worker-1",
    pid: 7,
    version: "0.1.0",
    configHash: "abcd",
    startedAt: createdAt,
    seenAt: createdAt,
  };
  const state = (changes: Partial<DestinationRow>, processes: RunningProcess[] = [alive]) =>
    destinationStates({
      configured: new Map([["erp", { kind: "webhook" }]]),
      rows: [{ ...row, ...changes }],
      processes,
    })[0];

  it("is unheld when its holder is gone without a word", () => {
    assert.equal(state({})?.state, "delivering");
    assert.equal(state({}, [{ ...alive, id: "worker-2/9/work/bb" }])?.state, "unheld");
    assert.equal(state({}, [])?.state, "delivering");
  });

  it("is paused, whatever else", () => {
    const pause = { by: "config", reason: "the token was revoked", at: createdAt } as const;
    assert.equal(state({ pause, breaker: "open" })?.says, "paused itself: the token was revoked");
  });

  it("tells how long what waits will take while it works through it alone", () => {
    const works = { open: 600, perHour: 7_200 };
    assert.equal(state(works)?.drainsInMs, 300_000);
    const pause = { by: "operator", reason: "none", at: createdAt } as const;
    for (const idle of [{ breaker: "open" }, { pause }, { open: 0 }] as const) {
      assert.equal(state({ ...works, ...idle })?.drainsInMs, undefined);
    }
    assert.equal(state({ open: 600 })?.drainsInMs, undefined);
    assert.equal(state(works, [{ ...alive, id: "other" }])?.drainsInMs, undefined);
  });

  it("has nothing left once it was pruned, until somebody takes it again", () => {
    const left = (prunedEpoch: number) =>
      destinationStates({ configured: new Map(), rows: [{ ...row, prunedEpoch }], processes: [] });
    assert.deepEqual(left(4), []);
    assert.equal(left(3).length, 1);
  });
});

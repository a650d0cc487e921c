import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { RunningProcess, Store } from "../../../src/contracts.ts";
import { retire } from "../../../src/deliver/retire.ts";
import { pruneTopology } from "../../../src/ops/deliveries/prune.ts";
import { Problem } from "../../../src/ops/http/problem.ts";
import { openEmbeddedStore } from "../../../src/store/embedded/open-embedded-store.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { addDelivery } from "./ledger-rows.ts";

let folder: string;
let store: Store;
let waiting: number;
const removedQueues: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waypost-prune-"));
  const log = createArrayLog();
  store = await openEmbeddedStore({ path: join(folder, "store.db"), retentionDays: 30, log });
  waiting = 0;
  removedQueues.length = 0;
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const bus = {
  removeQueue: async (name: string, options?: { force?: boolean }) => {
    if (waiting > 0 && options?.force !== true) return waiting;
    removedQueues.push(name);
    return 0;
  },
};
const prune = (force = false) =>
  pruneTopology(
    {
      ledger: store.ledger,
      processes: store.processes,
      configured: new Map([["erp", { kind: "webhook" }]]),
      retire: (row, options) => retire(row, { ...options, ledger: store.ledger, bus }),
    },
    { force },
  );
const run = (id: string, configHash: string) => {
  const now = new Date().toISOString();
  const rest = { host: "h", pid: 1, version: "0.1.0", startedAt: now, seenAt: now };
  return store.processes.heartbeat({
    ...rest,
    id,
    role: "work",
    configHash,
  } satisfies RunningProcess);
};
const former = () => store.ledger.lease("former");

describe("pruning", () => {
  it("removes the queue of a destination that is no longer configured, and no other", async () => {
    await addDelivery(store.ledger, "former", 1, "delivered");
    await addDelivery(store.ledger, "erp", 1);
    await store.ledger.lease("waypost.alerts");
    assert.deepEqual(await prune(), { removed: ["former"], kept: [] });
    assert.deepEqual(removedQueues, ["waypost.deliver.former"]);
    assert.deepEqual(await prune(true), { removed: [], kept: [] });
    assert.equal((await former()).holder, undefined);
  });

  it("keeps one with open deliveries; forced, it ends them as dead", async () => {
    await addDelivery(store.ledger, "former", 1);
    await addDelivery(store.ledger, "former", 2, "sending");
    const kept = [{ name: "former", reason: "its open deliveries: 2" }];
    assert.deepEqual(await prune(), { removed: [], kept });
    assert.deepEqual(removedQueues, []);
    assert.deepEqual(await prune(true), { removed: ["former"], kept: [] });
    const { items } = await store.ledger.deliveries({ destination: "former" }, { limit: 10 });
    assert.deepEqual(
      items.map(({ state, reason }) => [state, reason]),
      Array.from({ length: 2 }, () => ["dead", "the destination was removed"]),
    );
  });

  it("keeps one in whose queue messages wait, unless forced", async () => {
    await addDelivery(store.ledger, "former", 1, "dead");
    waiting = 7;
    const kept = [{ name: "former", reason: "7 messages wait in its queue" }];
    assert.deepEqual(await prune(), { removed: [], kept });
    assert.deepEqual((await prune(true)).removed, ["former"]);
  });

  it("refuses while roles run with different configurations", async () => {
    await addDelivery(store.ledger, "former", 1, "delivered");
    await run("a", "1111");
    await run("b", "2222");
    await assert.rejects(prune(true), (error) => error instanceof Problem && error.status === 409);
    assert.deepEqual(removedQueues, []);
    await run("b", "1111");
    assert.deepEqual((await prune()).removed, ["former"]);
  });

  it("keeps one that a living process still holds", async () => {
    await addDelivery(store.ledger, "former", 1, "delivered");
    await run("worker-1/7/work/aa", "1111");
    const kept = [{ name: "former", reason: "a worker still delivers to it" }];
    assert.deepEqual(await prune(true), { removed: [], kept });
  });

  it("leaves what a former holder still writes without effect", async () => {
    const epoch = await addDelivery(store.ledger, "former", 1);
    await prune(true);
    const change = { id: "former:evt_1", state: "delivered", doneAt: "2026-11-20T11:00:00.000Z" };
    assert.equal(await store.ledger.write(epoch, [change as never]), 0);
  });
});

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { WaypostEvent } from "../../src/contracts.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";
import {
  createWorker,
  failedAttempts,
  numberedEvents,
  textsOf,
  type Worker,
} from "./deliver-process.ts";
import type { Orders } from "./deliver-program.ts";
import { judge, judgeDrained, type Stub, startStub } from "./deliver-stub.ts";
import { freePort } from "./program.ts";

const concurrency = 8;

interface Scene {
  readonly stub: Stub;
  readonly worker: Worker;
  readonly folder: string;
  readonly publish: (events: readonly WaypostEvent[]) => Promise<void>;
  /** Resolves when no delivery is open. */
  readonly settled: () => Promise<void>;
}

/** A worker on the embedded bus and store, a stub, and a folder that outlives the worker. */
async function inScene<T>(changes: Partial<Orders>, act: (scene: Scene) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "waypost-deliver-"));
  const stub = await startStub();
  const port = await freePort();
  const worker = createWorker({
    name: "alone",
    folder,
    url: stub.url,
    idempotency: "native",
    leaseMs: 1_500,
    concurrency,
    port,
    ...changes,
  });
  const publish = async (events: readonly WaypostEvent[]) => {
    const body = JSON.stringify(events);
    for (;;) {
      const sent = fetch(`http://127.0.0.1:${port}`, { method: "POST", body });
      if (
        await sent.then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return;
      await sleep(50);
    }
  };
  const settled = () =>
    waitFor("no delivery is open", async () => {
      const answer = await fetch(`http://127.0.0.1:${port}`);
      return (await answer.text()) === "0";
    });
  try {
    return await act({ stub, worker, folder, publish, settled });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${worker.output()}`);
  } finally {
    await worker.kill();
    await stub.close();
    await rm(folder, { recursive: true, force: true });
  }
}

describe("a worker on the embedded bus and store", () => {
  /** Ends between an effect and its record, three times, and begins again each time. */
  async function crashAfterEffects(
    idempotency: Orders["idempotency"],
    changes: Partial<Orders> = {},
  ) {
    return inScene({ idempotency, ...changes }, async (scene) => {
      const { stub, worker, folder, publish, settled } = scene;
      const events = numberedEvents(300, 30);
      await worker.start({ crash: { afterEffects: 40 } });
      await publish(events);
      await worker.ended();
      for (const afterEffects of [30, 50]) {
        await worker.start({ crash: { afterEffects } });
        await worker.ended();
      }
      await worker.start();
      await judgeDrained(stub, textsOf(events));
      await settled();
      const verdict = judge(stub, textsOf(events));
      await worker.stop();
      const path = join(folder, "store.db");
      const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
      const [row] = await store.ledger.destinations();
      const unknown = await failedAttempts(store.ledger);
      await store.close();
      assert.equal(row?.open, 0);
      return { ...verdict, repeats: row?.repeats ?? 0, unknown };
    });
  }

  for (const idempotency of ["native", "lookup"] as const) {
    it(`killed between effect and record repeats nothing where idempotency is "${idempotency}"`, async () => {
      const { unknown, ...verdict } = await crashAfterEffects(idempotency);
      assert.ok(unknown >= 3, "the kills came between effect and record");
      assert.deepEqual(verdict, { lost: [], disordered: [], second: 0, repeats: 0 });
    });
  }

  it("killed between effect and record repeats at most what was in flight, and counts it", async () => {
    const { lost, disordered, second, repeats, unknown } = await crashAfterEffects("none");
    assert.deepEqual({ lost, disordered }, { lost: [], disordered: [] });
    assert.ok(second >= 1, "the kill came between effect and record");
    const told = `${second} second effects, ${repeats} repeats, ${unknown} unknown`;
    assert.ok(second <= repeats && repeats <= unknown, told);
  });

  const inBatches: Partial<Orders> = {
    batch: { along: true, across: true, waitMs: 0, most: 10 },
    concurrency: 2,
  };

  it("killed between the effects of a batch and their record repeats nothing that can be looked up", async () => {
    const { unknown, ...verdict } = await crashAfterEffects("lookup", inBatches);
    assert.ok(unknown >= 3, "the kills came between effects and record");
    assert.deepEqual(verdict, { lost: [], disordered: [], second: 0, repeats: 0 });
  });

  it("killed so in a batch repeats at most what was in flight, and counts it", async () => {
    const { lost, disordered, second, repeats } = await crashAfterEffects("none", inBatches);
    assert.deepEqual({ lost, disordered }, { lost: [], disordered: [] });
    assert.ok(second >= 1, "the kill came between effects and record");
    assert.ok(second <= repeats, `${second} second effects, ${repeats} repeats`);
  });

  it("parks an event that ends the process each time, and no other", async () => {
    await inScene({ crash: { at: "3/5" } }, async ({ stub, worker, folder, publish }) => {
      const events = numberedEvents(200, 20);
      await worker.start();
      await publish(events);
      for (let starts = 1; ; starts += 1) {
        const texts = textsOf(events).filter((text) => text !== "3/5");
        const drained = judgeDrained(stub, texts).then(() => true);
        if (await Promise.race([drained, worker.ended().then(() => false)])) break;
        assert.ok(starts <= 8, "it ends again and again");
        await worker.start();
      }
      assert.deepEqual(judge(stub, textsOf(events)), { lost: ["3/5"], disordered: [], second: 0 });
      await worker.stop();
      const path = join(folder, "store.db");
      const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
      const dead = await store.ledger.deliveries({ state: "dead" }, { limit: 50 });
      await store.close();
      assert.deepEqual(
        dead.items.map(({ reason }) => reason),
        ["the process ended during each of its last 5 attempts"],
      );
    });
  });

  async function crashInInsert(broken?: "insert") {
    return inScene({ ...(broken && { broken }) }, async ({ stub, worker, publish }) => {
      const events = numberedEvents(200, 5);
      await worker.start({ crash: "insert" });
      await publish(events);
      await worker.ended();
      await worker.start();
      return judgeDrained(stub, textsOf(events));
    });
  }

  it("killed in the middle of an intake keeps the order", async () => {
    assert.deepEqual(await crashInInsert(), { lost: [], disordered: [], second: 0 });
  });

  it("would not if rows were inserted in another order: the check would notice", async () => {
    const { disordered } = await crashInInsert("insert");
    assert.ok(disordered.length > 0);
  });

  async function failing(broken?: "lanes", changes: Partial<Orders> = {}) {
    return inScene({ ...changes, ...(broken && { broken }) }, async ({ stub, worker, publish }) => {
      const events = numberedEvents(400, 10);
      stub.failing = 0.15;
      await worker.start();
      await publish(events);
      return judgeDrained(stub, textsOf(events));
    });
  }

  it("keeps the order of each conversation while 15 % of the calls fail", async () => {
    assert.deepEqual(await failing(), { lost: [], disordered: [], second: 0 });
  });

  it("keeps it in batches too", async () => {
    const verdict = await failing(undefined, inBatches);
    assert.deepEqual(verdict, { lost: [], disordered: [], second: 0 });
  });

  it("would not without lanes: the check would notice", async () => {
    const { disordered } = await failing("lanes");
    assert.ok(disordered.length > 0);
  });

  async function killedWhileEmitting(changes: Partial<Orders> = {}) {
    const orders = { flows: true, ...changes } as const;
    return inScene(orders, async ({ stub, worker, publish, settled }) => {
      const events = numberedEvents(200, 20);
      await worker.start({ crash: { afterEmits: 30 } });
      await publish(events);
      await worker.ended();
      await worker.start({ crash: { afterEmits: 60 } });
      await worker.ended();
      await worker.start();
      await judgeDrained(stub, textsOf(events));
      await settled();
      return judge(stub, textsOf(events));
    });
  }

  it("killed while routes emit and set loses and doubles no emit, and keeps their order", async () => {
    const verdict = await killedWhileEmitting();
    assert.deepEqual(verdict, { lost: [], disordered: [], second: 0 });
  });

  it("would not if emits were made anew each time: the check would notice", async () => {
    const { second } = await killedWhileEmitting({ broken: "emits" });
    assert.ok(second > 0);
  });
});

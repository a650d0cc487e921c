import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Store, StoreError, type WaypostEvent } from "../../src/contracts.ts";
import { createStoreHandler } from "../../src/store/log/create-store-handler.ts";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { makeStatus, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";

const needs = needsMongo(true);
const isOutage = (error: unknown) => error instanceof StoreError && error.verdict === "outage";

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const since = performance.now();
  try {
    return await work;
  } finally {
    const took = performance.now() - since;
    assert.ok(took < ms, `took ${Math.round(took)} ms`);
  }
}

describe("the MongoDB store, while its server fails", needs, () => {
  let mongo: Mongo;
  let store: Store;
  before(async () => {
    mongo = await startMongo({ file: true, own: true });
  });
  after(() => mongo.cleanup());
  afterEach(() => store.close());
  const connect = async () => {
    store = await connectMongoStore({ url: mongo.url, retentionDays: 30, log: createArrayLog() });
  };

  it("opens without a server, says so, and works once there is one", async () => {
    await mongo.stop();
    await within(5_000, connect());
    assert.match((await store.health()) ?? "", /not reachable/);
    const event = makeText("first");
    await within(5_000, assert.rejects(store.append([event]), isOutage));
    await within(5_000, assert.rejects(store.events({}, { limit: 5 }), isOutage));
    await mongo.start();
    await store.append([event]);
    assert.equal(await store.health(), undefined);
    assert.deepEqual(await store.event(event.id), event);
  });

  it("refuses a batch soon after the server went, and takes it after a restart", async () => {
    await connect();
    const kept = makeText("kept");
    await store.append([kept]);
    await mongo.stop();
    const event = makeText("while it is away");
    await within(12_000, assert.rejects(store.append([event]), isOutage));
    assert.match((await store.health()) ?? "", /not reachable/);
    await mongo.start();
    await store.append([event]);
    assert.deepEqual(await store.event(kept.id), kept);
    assert.deepEqual(await store.event(event.id), event);
  });

  it("gives up on a frozen server in bounded time, and recovers when it thaws", async () => {
    await connect();
    const event = makeText("into the ice");
    await store.append([makeText("before")]);
    mongo.freeze();
    try {
      await within(25_000, assert.rejects(store.append([event]), isOutage));
      await within(25_000, assert.rejects(store.stats(), isOutage));
    } finally {
      mongo.thaw();
    }
    await waitFor("a healthy store", async () => (await store.health()) === undefined);
    await store.append([event]);
    assert.deepEqual(await store.event(event.id), event);
  });

  it("loses and doubles nothing through restarts in the middle of a load, without a hot loop", async () => {
    await connect();
    const handle = createStoreHandler({ store, log: createArrayLog(), metrics: createMetrics() });
    const before = (await store.stats()).events;
    const sent: WaypostEvent[] = [];
    let attempts = 0;
    let failures = 0;
    let ended = false;
    const consume = async () => {
      for (let n = 0; !ended; n++) {
        const batch = [0, 1, 2, 3].flatMap((i) => [
          makeText(`load ${n}`),
          makeStatus(`wamid.L${n}`, ["sent", "delivered", "read", "sent"][i] ?? "sent"),
        ]);
        sent.push(...batch);
        for (let done = false; !done; ) {
          attempts += 1;
          done = await handle(batch, new AbortController().signal).then(
            () => true,
            () => false,
          );
          if (!done) failures += 1;
        }
      }
    };
    const load = consume();
    for (let kill = 0; kill < 3; kill++) {
      const reached = sent.length + 200;
      await waitFor("some load", () => sent.length > reached);
      await mongo.stop();
      const [tried, since] = [attempts, performance.now()];
      await sleep(2_500);
      const perSecond = (attempts - tried) / ((performance.now() - since) / 1_000);
      assert.ok(perSecond < 10, `${perSecond} attempts a second while the server is away`);
      await mongo.start();
    }
    const reached = sent.length + 200;
    await waitFor("load after the last restart", () => sent.length > reached);
    ended = true;
    await load;
    assert.ok(failures > 0);
    assert.equal((await store.stats()).events - before, sent.length);
    for (const event of sent.slice(0, 40)) assert.deepEqual(await store.event(event.id), event);
    assert.equal((await store.message("wamid.L0"))?.status, "read");
  });
});

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRabbitBus } from "../../src/bus/rabbitmq/rabbit-bus.ts";
import type { Bus, Store } from "../../src/contracts.ts";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";
import {
  createWorker,
  failedAttempts,
  numberedEvents,
  publishSlowly,
  removeDeliverQueues,
  textsOf,
  type Worker,
  withOutput,
} from "./deliver-process.ts";
import { type Orders, queues } from "./deliver-program.ts";
import { judge, judgeDrained, quiet, startStub } from "./deliver-stub.ts";

const skip = needsOwnRabbit().skip || needsMongo(true).skip;
const leaseMs = 1_500;
const concurrency = 8;

describe("two workers on RabbitMQ and MongoDB", { skip }, () => {
  let rabbit: Rabbit;
  let mongo: Mongo;
  before(async () => {
    [rabbit, mongo] = await Promise.all([startRabbit(), startMongo({ own: true })]);
  });
  after(async () => {
    await Promise.all([rabbit.cleanup(), mongo.cleanup()]);
  });

  /** A fresh database, vhost-wide queues emptied, a stub and two workers. */
  async function setUp(changes: Partial<Orders> = {}) {
    const url = new URL(mongo.url);
    url.pathname += `_${Math.random().toString(36).slice(2, 10)}`;
    const log = createArrayLog();
    const store: Store = await connectMongoStore({ url: url.href, retentionDays: 30, log });
    await store.syncIndexes();
    const metrics = createMetrics();
    const bus: Bus = await connectRabbitBus({ url: rabbit.url, queues, log, metrics });
    await waitFor("RabbitMQ", () => bus.health().ready);
    const stub = await startStub();
    const workers = ["one", "two"].map((name) =>
      createWorker({
        name,
        rabbitmqUrl: rabbit.url,
        mongodbUrl: url.href,
        url: stub.url,
        idempotency: "native",
        leaseMs,
        concurrency,
        ...changes,
      }),
    );
    let epochSeen = 0;
    /** Waits until somebody holds it who did not when this was last asked, and delivers. */
    const nextHolder = async (): Promise<Worker> => {
      let found: Worker | undefined;
      await waitFor("another holder", async () => {
        const { holder = "", epoch } = await store.ledger.lease("stub");
        if (epoch === epochSeen) return false;
        found = workers.find(({ name }) => holder.startsWith(`${name} `));
        if (found !== undefined) epochSeen = epoch;
        return found !== undefined;
      });
      const before = stub.effects.length;
      await waitFor("its effects", () => stub.effects.length > before);
      return found as Worker;
    };
    const tearDown = async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
      await stub.close();
      await removeDeliverQueues(bus);
      await bus.close();
      await store.close();
    };
    return { store, bus, stub, workers, nextHolder, tearDown };
  }

  it("killed and frozen while they hold, with 15 % failures, lose and reorder nothing", async () => {
    const { bus, stub, workers, nextHolder, tearDown, store } = await setUp();
    stub.failing = 0.15;
    const events = numberedEvents(1_200, 40);
    try {
      await Promise.all(workers.map((worker) => worker.start()));
      const publishing = publishSlowly(bus, events, 10_000);
      for (let fault = 0; fault < 4; fault += 1) {
        const victim = await nextHolder();
        await sleep(Math.random() * 500); // the instant is the experiment
        if (fault === 2) {
          victim.freeze();
          await sleep(leaseMs * 1.7);
          victim.thaw();
        } else {
          await victim.kill();
          void victim.start();
        }
      }
      await publishing;
      const verdict = await judgeDrained(stub, textsOf(events));
      assert.deepEqual(verdict, { lost: [], disordered: [], second: 0 });
      const [row] = await store.ledger.destinations();
      assert.ok((row?.epoch ?? 0) >= 4, `epochs: ${row?.epoch}`);
    } catch (error) {
      throw withOutput(error, workers);
    } finally {
      await tearDown();
    }
  });

  it("go on after the broker was killed and the store froze for longer than the lease", async () => {
    const { bus, stub, workers, nextHolder, tearDown } = await setUp();
    stub.failing = 0.15;
    const events = numberedEvents(800, 30);
    try {
      await Promise.all(workers.map((worker) => worker.start()));
      const publishing = publishSlowly(bus, events, 6_000);
      await nextHolder();
      mongo.freeze();
      await sleep(leaseMs * 1.5);
      mongo.thaw();
      await nextHolder();
      await rabbit.kill();
      await rabbit.start();
      await publishing;
      const verdict = await judgeDrained(stub, textsOf(events));
      assert.deepEqual(verdict, { lost: [], disordered: [], second: 0 });
      await Promise.all(workers.map((worker) => worker.stop()));
    } catch (error) {
      throw withOutput(error, workers);
    } finally {
      mongo.thaw();
      await tearDown();
    }
  });

  /** A holder is frozen with much in its memory, and thaws when the other one has taken over. */
  async function freezeHolder(broken?: "epoch") {
    const changes = { idempotency: "none", ...(broken && { broken }) } as const;
    const { bus, stub, workers, nextHolder, tearDown, store } = await setUp(changes);
    stub.delayMs = 50; // the other holder is busy for longer than a breaker that opens at the thaw
    const events = numberedEvents(400, 40);
    try {
      // All of it is in the memory of the holder before the first effect.
      const pause = { by: "operator", reason: "to gather", at: new Date().toISOString() } as const;
      await store.ledger.setPause("stub", pause);
      await Promise.all(workers.map((worker) => worker.start()));
      await publishSlowly(bus, events, 0);
      const open = async () => (await store.ledger.destinations())[0]?.open;
      await waitFor("the backlog", async () => (await open()) === events.length);
      await store.ledger.setPause("stub", undefined);
      const victim = await nextHolder();
      victim.freeze();
      await nextHolder();
      victim.thaw();
      const verdict = await judgeDrained(stub, textsOf(events), broken ? 3_000 : undefined);
      await quiet(stub, leaseMs);
      const { epoch } = await store.ledger.lease("stub");
      const failed = await failedAttempts(store.ledger);
      // In flight when a holder ended, or without an answer: nobody can know of these.
      const allowed = (epoch - 1) * concurrency + failed;
      const { second } = judge(stub, textsOf(events));
      return { ...verdict, second, allowed };
    } catch (error) {
      throw withOutput(error, workers);
    } finally {
      await tearDown();
    }
  }

  it("repeat at most what was in flight where the stub offers no key", async () => {
    const { lost, disordered, second, allowed } = await freezeHolder();
    assert.deepEqual({ lost, disordered }, { lost: [], disordered: [] });
    assert.ok(second <= allowed, `${second} second effects, ${allowed} in flight`);
  });

  it("repeat much more when the epoch is ignored: the check would notice", async () => {
    const { second, allowed } = await freezeHolder("epoch");
    assert.ok(second > allowed, `${second} second effects, ${allowed} in flight`);
  });
});

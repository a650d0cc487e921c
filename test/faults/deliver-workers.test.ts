import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRabbitBus } from "../../src/bus/rabbitmq/rabbit-bus.ts";
import type { Bus, Store, WaypostEvent } from "../../src/contracts.ts";
import { parcelOf } from "../../src/event/parcel.ts";
import { connectMongoStore } from "../../src/store/mongo/connect-mongo-store.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { type Mongo, needsMongo, startMongo } from "../services/mongo.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";
import { createWorker, numberedEvents, textsOf, type Worker } from "./deliver-process.ts";
import { type Orders, queues } from "./deliver-program.ts";
import { judge, type Stub, startStub } from "./deliver-stub.ts";

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
        repeat: "safe",
        leaseMs,
        concurrency,
        ...changes,
      }),
    );
    const holder = async (): Promise<Worker | undefined> => {
      const { holder = "" } = await store.ledger.destination("stub");
      return workers.find(({ name }) => holder.startsWith(`${name} `));
    };
    const tearDown = async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
      await stub.close();
      await bus.close();
      await store.close();
    };
    return { store, bus, stub, workers, holder, tearDown };
  }

  it("killed and frozen while they hold, with 15 % failures, lose and reorder nothing", async () => {
    const { bus, stub, workers, holder, tearDown, store } = await setUp();
    stub.failing = 0.15;
    const events = numberedEvents(2_000, 40);
    try {
      await Promise.all(workers.map((worker) => worker.start()));
      const publishing = publishSlowly(bus, events, 12_000);
      for (let fault = 0; fault < 6; fault += 1) {
        await waitFor("somebody holds it", async () => (await holder()) !== undefined, 20_000);
        await sleep(300 + Math.random() * 700); // the instant is the experiment
        const victim = await holder();
        if (fault % 3 === 2) {
          victim?.freeze();
          await sleep(leaseMs * 1.7);
          victim?.thaw();
        } else {
          await victim?.kill();
          void victim?.start();
        }
      }
      await publishing;
      const verdict = await drained(stub, events);
      assert.deepEqual(verdict, { lost: [], disordered: [], second: 0 });
      const [row] = await store.ledger.destinations();
      assert.ok((row?.epoch ?? 0) >= 6, `epochs: ${row?.epoch}`);
    } catch (error) {
      throw new Error(workers.map((worker) => worker.output()).join("\n"), { cause: error });
    } finally {
      await tearDown();
    }
  });
});

/** In order, again and again until confirmed. */
async function publishSlowly(
  bus: Bus,
  events: readonly WaypostEvent[],
  forMs: number,
): Promise<void> {
  const size = 40;
  const pauseMs = forMs / (events.length / size);
  for (let at = 0; at < events.length; at += size) {
    const parcels = events.slice(at, at + size).map(parcelOf);
    for (;;) {
      const sent = bus.publish(parcels, AbortSignal.timeout(3_000));
      if (await sent.then(() => true, () => false)) break;
      await sleep(100);
    }
    await sleep(pauseMs);
  }
}

async function drained(stub: Stub, events: readonly WaypostEvent[], withinMs = 40_000) {
  const texts = textsOf(events);
  await waitFor("all took effect", () => judge(stub, texts).lost.length === 0, withinMs).catch(
    () => undefined,
  );
  return judge(stub, texts);
}

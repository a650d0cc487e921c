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
  numberedEvents,
  publishSlowly,
  removeDeliverQueues,
  rowsOf,
  textsOf,
  type Worker,
  withOutput,
} from "./deliver-process.ts";
import { flowQueues, type Orders } from "./deliver-program.ts";
import { judgeDrained, quiet, startStub } from "./deliver-stub.ts";

const skip = needsOwnRabbit().skip || needsMongo(true).skip;
const leaseMs = 1_500;

/** A route sets each conversation's topic to its message and emits it; what is emitted goes to the stub, which remembers it. */
describe("two workers whose flows set, emit and remember, on RabbitMQ and MongoDB", {
  skip,
}, () => {
  let rabbit: Rabbit;
  let mongo: Mongo;
  before(async () => {
    [rabbit, mongo] = await Promise.all([startRabbit(), startMongo({ own: true })]);
  });
  after(async () => {
    await Promise.all([rabbit.cleanup(), mongo.cleanup()]);
  });

  async function setUp(changes: Partial<Orders> = {}) {
    const url = new URL(mongo.url);
    url.pathname += `_${Math.random().toString(36).slice(2, 10)}`;
    const log = createArrayLog();
    const store: Store = await connectMongoStore({ url: url.href, retentionDays: 30, log });
    await store.syncIndexes();
    const metrics = createMetrics();
    const bus: Bus = await connectRabbitBus({ url: rabbit.url, queues: flowQueues, log, metrics });
    await waitFor("RabbitMQ", () => bus.health().ready);
    const stub = await startStub();
    const workers = ["one", "two"].map((name) =>
      createWorker({
        ...{ name, rabbitmqUrl: rabbit.url, mongodbUrl: url.href, url: stub.url, leaseMs },
        ...{ idempotency: "native", concurrency: 8, flows: true, ...changes },
      }),
    );
    /** Who holds `flows`, once more of what it emits has taken effect. */
    const flowsHolder = async (): Promise<Worker> => {
      const count = stub.effects.length;
      await waitFor("more effects", () => stub.effects.length > count);
      const { holder = "" } = await store.ledger.lease("flows");
      return workers.find(({ name }) => holder.startsWith(`${name} `)) ?? assert.fail(holder);
    };
    const tearDown = async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
      await stub.close();
      await removeDeliverQueues(bus);
      await bus.close();
      await store.close();
    };
    return { store, bus, stub, workers, flowsHolder, tearDown };
  }

  it("killed and frozen past their lease lose, double and reorder nothing", async () => {
    const { bus, stub, store, workers, flowsHolder, tearDown } = await setUp();
    stub.failing = 0.1;
    const events = numberedEvents(600, 30);
    try {
      await Promise.all(workers.map((worker) => worker.start()));
      for (let fault = 0; fault < 4; fault += 1) {
        const some = events.slice(150 * fault, 150 * (fault + 1));
        const publishing = publishSlowly(bus, some, 2_000);
        const victim = await flowsHolder();
        await sleep(Math.random() * 500); // the instant is the experiment
        if (fault % 2 === 0) {
          await victim.kill();
          void victim.start();
        } else {
          victim.freeze();
          await sleep(leaseMs * 1.7);
          victim.thaw();
        }
        await publishing;
      }
      const verdict = await judgeDrained(stub, textsOf(events));
      assert.deepEqual(verdict, { lost: [], disordered: [], second: 0 });
      const { epoch } = await store.ledger.lease("flows");
      assert.ok(epoch >= 4, `epochs: ${epoch}`);
    } catch (error) {
      throw withOutput(error, workers);
    } finally {
      await tearDown();
    }
  });

  it("that keep not what they emit before it is published double it: the check would notice", async () => {
    const { bus, stub, workers, tearDown } = await setUp({ broken: "emits" });
    const events = numberedEvents(120, 12);
    try {
      const [one, two] = workers;
      await one?.start({ crash: { afterEmits: 20 } });
      const publishing = publishSlowly(bus, events, 0);
      await one?.ended();
      await two?.start();
      await publishing;
      const { lost, second } = await judgeDrained(stub, textsOf(events));
      assert.deepEqual(lost, []);
      assert.ok(second > 0, "nothing was doubled");
    } catch (error) {
      throw withOutput(error, workers);
    } finally {
      await tearDown();
    }
  });

  for (const broken of [undefined, "fences"] as const) {
    const what = broken
      ? "that look at no fence take it back: the check would notice"
      : "take nothing back of what a successor has set, frozen in the middle of a set until then";
    it(what, async () => {
      const { bus, store, workers, tearDown } = await setUp(broken && { broken });
      const events = numberedEvents(3, 1);
      const [, frozenAt = "", last = ""] = textsOf(events);
      const { conversationId = "", contact } = events[0]?.data ?? {};
      const fieldOf = async () => (await store.contacts.find(contact?.waId ?? ""))?.fields["last"];
      try {
        const [one, two] = workers;
        await one?.start({ freezeAt: frozenAt });
        await publishSlowly(bus, events, 0);
        await waitFor("the first text is set", async () => (await fieldOf()) !== undefined);
        await two?.start({ freezeAt: "none of them" });
        const isSet = async () => (await fieldOf()) === last;
        await waitFor("the successor has set the last", isSet);
        one?.thaw();
        await waitFor("the frozen one has set its own", () =>
          /has set it/.test(one?.output() ?? ""),
        );
        const stands = broken ? frozenAt : last;
        assert.equal(await store.contacts.topic(conversationId), stands);
        assert.equal(await fieldOf(), stands);
      } catch (error) {
        throw withOutput(error, workers);
      } finally {
        await tearDown();
      }
    });
  }

  it("deliver `once` of each contact, while both live, are killed and begin anew", async () => {
    const { bus, store, stub, workers, flowsHolder, tearDown } = await setUp({ flows: "once" });
    const events = numberedEvents(600, 150);
    try {
      await Promise.all(workers.map((worker) => worker.start()));
      for (let turn = 0; turn < 4; turn += 1) {
        // Other people each time, whose first messages are on the way.
        const some = events.filter((_, i) => (i % 150) % 4 === turn);
        const publishing = publishSlowly(bus, some, 2_000);
        const holder = await flowsHolder();
        if (turn === 1) {
          await holder.kill();
          void holder.start();
        } else holder.reload();
        await publishing;
      }
      const firsts = textsOf(events.slice(0, 150));
      await waitFor("the first of each", () => stub.effects.length >= firsts.length);
      await quiet(stub, 2 * leaseMs);
      const told = stub.effects.map(({ text }) => text);
      const missed = events.slice(0, 150).filter((_, i) => !told.includes(firsts[i] ?? ""));
      const people = missed.flatMap(({ data }) => data.conversationId ?? []);
      const why = people.length === 0 ? "" : await rowsOf(store.ledger, people);
      assert.deepEqual(told.toSorted(), firsts.toSorted(), why || undefined);
    } catch (error) {
      throw withOutput(error, workers);
    } finally {
      await tearDown();
    }
  });
});

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect } from "amqplib";
import {
  bindLayout,
  countsOf,
  dropMarker,
  hasExchange,
  setMarker,
  settledAt,
  unbindLayout,
} from "../../src/bus/rabbitmq/declare-layout.ts";
import {
  layoutIds,
  layoutOf,
  markersOf,
  shardHeader,
  shardHeaders,
  unordered,
} from "../../src/bus/rabbitmq/layout.ts";
import { connectRabbitBus } from "../../src/bus/rabbitmq/rabbit-bus.ts";
import type { Bus, QueueSpec } from "../../src/contracts.ts";
import { deadQueueName } from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { createArrayLog } from "../support/array-log.ts";
import { textEvent } from "../support/sample-events.ts";
import { moduleUrl, sourceLoader } from "../support/source.ts";
import { waitFor } from "../support/wait-for.ts";
import { byHand } from "./rabbitmq-harness.ts";

const program = fileURLToPath(moduleUrl("./layout-worker.ts", import.meta.url));
const numbers = 8;
const never = new AbortController().signal;

/** Of number n % 8, so that an id tells its number. */
function encoded(n: number) {
  const event = textEvent(n);
  const phoneNumberId = `70070070070070${n % numbers}`;
  const account = { ...event.data.account, phoneNumberId };
  return encodeEvent({ ...event, data: { ...event.data, account } });
}

describe("the store's queue on RabbitMQ", needsOwnRabbit(), () => {
  let rabbit: Rabbit;
  let model: Awaited<ReturnType<typeof connect>>;
  let folder: string;
  let name: string;
  const buses: Bus[] = [];
  const children: ChildProcess[] = [];
  before(async () => {
    rabbit = await startRabbit();
    model = await connect(rabbit.url, { noDelay: true });
    folder = await mkdtemp(join(tmpdir(), "waypost-layout-"));
  });
  after(async () => {
    await model?.close();
    await rabbit?.cleanup();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    name = `test.${randomBytes(4).toString("hex")}`;
    writeFileSync(file(), "");
  });
  afterEach(async () => {
    for (const bus of buses.splice(0)) await bus.close();
    for (const child of children.splice(0)) await killed(child);
    await byHand(rabbit.url, async (channel) => {
      const { settled, layout, leaving } = markersOf(spec(1));
      await channel.deleteExchange(settled);
      for (const id of [unordered, ...layoutIds]) {
        const { queues, sharder } = layoutOf(spec(1), id);
        for (const queue of queues) await channel.deleteQueue(queue.name);
        for (const each of [layout(id), leaving(id)]) await channel.deleteExchange(each);
        if (!sharder) continue;
        await channel.deleteExchange(sharder.name);
        await channel.deleteExchange(sharder.rest);
      }
      await channel.deleteQueue(deadQueueName(name));
    });
  });

  const file = () => join(folder, name);
  const spec = (shards: number): QueueSpec => ({
    name,
    patterns: ["#"],
    quarantine: true,
    single: true,
    shards,
  });
  /** As versions before this declared it. */
  const old = (): QueueSpec => ({ name, patterns: ["#"], quarantine: true, single: false });
  const opened = async (queue: QueueSpec, quietMs = 200) => {
    const log = createArrayLog();
    const bus = await connectRabbitBus({
      url: rabbit.url,
      queues: [queue],
      log,
      metrics: createMetrics(),
      quietMs,
    });
    buses.push(bus);
    await waitFor("the bus is ready", () => bus.health().ready);
    return bus;
  };
  const publish = (bus: Bus, from: number, count: number) =>
    bus.publish(
      Array.from({ length: count }, (_, i) => encoded(from + i)),
      never,
    );
  /** A bus that stores into the file. */
  const stores = async (queue: QueueSpec, quietMs?: number) => {
    const bus = await opened(queue, quietMs);
    const seen: string[] = [];
    const consumer = await bus.consume(queue, async (batch) => {
      for (const { id } of batch) seen.push(id);
    });
    return { bus, seen, consumer };
  };
  const spawned = (queue: QueueSpec, more: object = {}) => {
    const orders = JSON.stringify({ url: rabbit.url, queue, file: file(), quietMs: 200, ...more });
    const child = spawn(process.execPath, [...sourceLoader, program, orders], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  };
  const isSettled = async (shards: number) =>
    (await settledAt(model, spec(shards))) === String(shards);
  /** In the order in which each came first. */
  const stored = () => [...new Set(readFileSync(file(), "utf8").trim().split("\n"))];

  it("is one queue with a single active consumer, and another worker goes on at once", async () => {
    const first = spawned(spec(1));
    const publisher = await opened(spec(1));
    await publish(publisher, 0, 20);
    await waitFor("it stores", () => stored().length === 20);
    assert.ok(await isSettled(1));
    const second = await stores(spec(1));
    await waitFor("it waits", async () => (await consumersOf(name)) === 2);
    await publish(publisher, 20, 20);
    await waitFor("the first stores", () => stored().length === 40);
    assert.deepEqual(second.seen, []);
    await killed(first);
    const from = performance.now();
    await publish(publisher, 40, 1);
    await waitFor("the second stores", () => second.seen.includes("evt_40"));
    assert.ok(performance.now() - from < 4_000, "not when a heartbeat is missed");
    assert.deepEqual(await publisher.queues(), [{ name, ready: 0, consumers: 1, dead: 0 }]);
  });

  it("comes from the queue of an older version under load, killed after each step: in order, nothing lost", async () => {
    const before = await opened(old());
    await publish(before, 0, 2_000);
    await before.close();
    const load = startLoad(await opened(spec(1)), 2_000);
    await killedAfterEachStep(1, 20);
    const total = await load.stop();
    await waitFor("all is stored", () => stored().length === total);
    assert.deepEqual(stored(), ids(total));
    assert.equal(await countsOf(model, `${name}.interim`), undefined);
    assert.deepEqual(await markers(), [`${name}.layout.1`, `${name}.settled`]);
  });

  it("is split by number under load, killed after each step: each number in order, nothing lost", async () => {
    const before = await opened(spec(1));
    const load = startLoad(before, 0);
    const first = spawned(spec(1));
    await waitFor("it is one queue", () => isSettled(1));
    await killed(first);
    const split = startLoad(await opened(spec(3)), 1_000_000);
    const earlier = await load.stop();
    await killedAfterEachStep(3, 20);
    const later = await split.stop();
    await waitFor("all is stored", () => stored().length === earlier + later - 1_000_000);
    assertOrderOfNumbers(stored());
    assert.deepEqual(await markers(), [`${name}.layout.3`, `${name}.settled`]);
    assert.equal(await countsOf(model, name), undefined);
  });

  it("ends a change that was begun before another, so that older events come first", async () => {
    const publisher = await opened(spec(1));
    const first = await stores(spec(1));
    await waitFor("it is one queue", () => isSettled(1));
    await first.bus.close();
    await publish(publisher, 0, 40);
    // As a worker that was killed on the way from 1 to 2.
    const { settled, leaving, layout } = markersOf(spec(1));
    await dropMarker(model, settled);
    await setMarker(model, leaving("1"));
    await setMarker(model, layout("2"));
    await bindLayout(model, layoutOf(spec(1), "2"));
    await dropMarker(model, layout("1"));
    await unbindLayout(model, layoutOf(spec(1), "1"));
    await publish(publisher, 40, 40);
    const second = await stores(spec(1));
    await waitFor("it is one queue again", () => isSettled(1));
    await publish(publisher, 80, 40);
    await waitFor("all is stored", () => second.seen.length === 120);
    assert.deepEqual(second.seen, ids(120));
  });

  it("lets processes of an older version live until they stop, and loses nothing meanwhile", async () => {
    const [oldReceiver, oldWorker] = [await opened(old()), await stores(old())];
    await publish(oldReceiver, 0, 500);
    const [receiver, worker] = [await opened(spec(1)), await stores(spec(1), 5_000)];
    const loads = [startLoad(oldReceiver, 1_000_000), startLoad(receiver, 2_000_000)];
    await waitFor("the new worker stores", () => worker.seen.length > 0);
    assert.ok(oldReceiver.health().ready);
    await oldWorker.bus.close();
    await waitFor("the old queue is gone", async () => (await markers()).length === 1);
    // It reconnects, or a minute is over: it declares its queue again.
    await oldReceiver.declare([old()]);
    await waitFor("it is gone again", async () => !(await countsOf(model, name)));
    assert.ok(oldReceiver.health().ready, "it is not refused");
    assert.ok(!(await isSettled(1)));
    const [one = 0, two = 0] = await Promise.all(loads.map((load) => load.stop()));
    await oldReceiver.close();
    await waitFor("it is one queue", () => isSettled(1));
    const seen = () => new Set([...oldWorker.seen, ...worker.seen]);
    await waitFor("nothing is lost", () => seen().size === 500 + one + two - 3_000_000);
  });

  it("moves once at a start, and then follows what others do", async () => {
    const publisher = await opened(spec(1));
    const one = await stores(spec(1));
    await waitFor("it is one queue", () => isSettled(1));
    const two = await stores(spec(2));
    await waitFor("it is two", () => isSettled(2));
    await publish(publisher, 0, 80);
    await waitFor("all is stored", () => one.seen.length + two.seen.length === 80);
    await waitFor("the first one waits", async () => (await consumersOf(`${name}.1-of-2`)) === 2);
    assert.ok(await isSettled(2));
  });

  it("puts into shard 0 what has no number, or comes from a process without shards", async () => {
    const sharded = await opened(spec(2));
    const plain = await opened(spec(1));
    const none = { ...encoded(1), routingKey: "whatsapp.account.update.none" };
    const post = { ...none, type: "waypost.quarantine", routingKey: "waypost.quarantine.none" };
    await sharded.publish([none, post], never);
    await publish(plain, 2, 8);
    assert.equal((await countsOf(model, `${name}.0-of-2`))?.messageCount, 10);
    await publish(sharded, 16, 16);
    const counts = [0, 1].map(
      async (n) => (await countsOf(model, `${name}.${n}-of-2`))?.messageCount ?? 0,
    );
    const [zero = 0, rest = 0] = await Promise.all(counts);
    assert.equal(zero + rest, 26);
    assert.ok(rest >= 2 && zero >= 12);
    const states = await sharded.queues();
    assert.deepEqual(
      states,
      [{ name, ready: 26, consumers: 0, dead: 0 }],
      "no worker was there yet",
    );
    const { seen } = await stores(spec(2));
    await waitFor("all is stored", () => seen.length === 26);
    await waitFor("each shard has a state", async () => (await sharded.queues()).length === 2);
    await assert.rejects(sharded.removeQueue(`${name}.0-of-2`), /is declared/);
  });

  it("says nothing of a number or a person in its headers", () => {
    const headers = Array.from({ length: 200 }, (_, n) =>
      shardHeaders(`whatsapp.message.text.70070070070${n}`),
    );
    const values = new Set(headers.map((each) => each?.[shardHeader]));
    assert.deepEqual(
      [...values].map(Number).sort((a, b) => a - b),
      Array.from({ length: 16 }, (_, n) => n),
    );
    assert.equal(shardHeaders("whatsapp.account.update.none"), undefined);
  });

  it("is put back when it is deleted under its worker", async () => {
    const publisher = await opened(spec(1));
    const { seen } = await stores(spec(1));
    await publish(publisher, 0, 1);
    await waitFor("it stores", () => seen.includes("evt_0"));
    await byHand(rabbit.url, (channel) => channel.deleteQueue(name));
    await waitFor("it stores again", async () => {
      await publish(publisher, 1, 1).catch(() => undefined);
      return seen.includes("evt_1");
    });
  });

  const ids = (count: number) => Array.from({ length: count }, (_, n) => `evt_${n}`);

  /** Confirmed events, one batch after another, until it is stopped; answers with the number of the next. */
  function startLoad(bus: Bus, from: number) {
    let next = from;
    let stopping = false;
    const running = (async () => {
      while (!stopping) {
        await publish(bus, next, 10);
        next += 10;
        await sleep(40);
      }
    })();
    return {
      stop: async () => {
        stopping = true;
        await running;
        return next;
      },
    };
  }

  function assertOrderOfNumbers(seen: readonly string[]): void {
    const last = new Map<number, number>();
    for (const n of seen.map((id) => Number(id.slice(4)))) {
      assert.ok(n > (last.get(n % numbers) ?? -1), `${n} after ${last.get(n % numbers)}`);
      last.set(n % numbers, n);
    }
  }

  /** Worker after worker, until one has brought it there; at least so many die. */
  async function killedAfterEachStep(shards: number, atLeast: number): Promise<void> {
    const steps = join(folder, `${name}.steps`);
    writeFileSync(steps, "");
    for (let kills = 0; ; kills += 1) {
      const child = spawned(spec(shards), { killed: steps });
      const isOver = () => child.exitCode !== null || child.signalCode !== null;
      await waitFor("it dies, or has done all", async () => isOver() || (await isSettled(shards)));
      if (isOver()) continue;
      // What it was to do last, it may just have done.
      await killed(child);
      spawned(spec(shards));
      assert.ok(kills >= atLeast, `${kills} kills`);
      return;
    }
  }

  /** The waiting ones too, which RabbitMQ does not count otherwise. */
  async function consumersOf(queue: string): Promise<number> {
    const of = `rabbit_misc:r(<<"/">>, queue, <<"${queue}">>)`;
    return Number(
      await rabbit.erl(
        `length([Each || Each <- rabbit_amqqueue:consumers_all(<<"/">>), proplists:get_value(queue_name, Each) =:= ${of}])`,
      ),
    );
  }

  async function markers(): Promise<string[]> {
    const { settled, layout, leaving } = markersOf(spec(1));
    const all = [unordered, ...layoutIds];
    const found: string[] = [];
    for (const each of [...all.map(layout), ...all.map(leaving), settled]) {
      if (await hasExchange(model, each)) found.push(each);
    }
    return found;
  }
});

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, "exit");
  child.kill("SIGKILL");
  await over;
}

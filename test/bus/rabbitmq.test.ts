import assert from "node:assert/strict";
import { after, afterEach, before, describe, it, mock } from "node:test";
import { eventsExchange } from "../../src/bus/rabbitmq/topology.ts";
import type { Bus } from "../../src/contracts.ts";
import { deadQueueName } from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { statusEvent, textEvent } from "../support/sample-events.ts";
import { waitFor } from "../support/wait-for.ts";
import {
  byHand,
  collect,
  openBus,
  publish,
  publishUntilConfirmed,
  queueSpec,
} from "./rabbitmq-harness.ts";

describe("the RabbitMQ bus", needsOwnRabbit(), () => {
  let rabbit: Rabbit;
  const open: Bus[] = [];
  const opened: typeof openBus = async (url, ...queues) => {
    const made = await openBus(url, ...queues);
    open.push(made.bus);
    return made;
  };
  before(async () => {
    rabbit = await startRabbit();
  });
  after(() => rabbit?.cleanup());
  afterEach(async () => {
    for (const bus of open.splice(0)) await bus.close();
    const queues = await rabbit.queues();
    await byHand(rabbit.url, async (channel) => {
      for (const queue of queues) await channel.deleteQueue(queue);
    });
  });

  it("rejects what no queue is bound for, and its neighbours in the same call only", async () => {
    const messages = queueSpec("t.messages", ["whatsapp.message.*"]);
    const statuses = queueSpec("t.statuses", ["whatsapp.status.*"]);
    const { bus, log, returned, ready } = await opened(rabbit.url, messages, statuses);
    await ready();
    await byHand(rabbit.url, (channel) =>
      channel.unbindQueue(statuses.name, eventsExchange, "whatsapp.status.*.*"),
    );
    const mixed = publish(bus, [textEvent(1), statusEvent(2, "read"), textEvent(3)]);
    const alone = publish(bus, [textEvent(4)]);
    await assert.rejects(mixed, /no queue is bound/);
    await alone;
    assert.equal(await returned(), 1);
    assert.ok(
      log.lines.some(({ level, message }) => level === "error" && /declares/.test(message)),
    );
    await publishUntilConfirmed(bus, statusEvent(2, "read"));
    const seen = await collect(bus, statuses);
    await waitFor("the status arrives", () => seen.known.has("evt_s2"));
  });

  it("publishes what outlives the broker in any queue, and names no person but in the body", async () => {
    const queue = queueSpec("t.all");
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    const event = textEvent(1);
    await publish(bus, [event]);
    const message = await byHand(rabbit.url, (channel) => channel.get(queue.name, { noAck: true }));
    assert.ok(message);
    const { headers, ...properties } = message.properties;
    // RabbitMQ's own count.
    assert.deepEqual(
      Object.keys(headers ?? {}).filter((name) => name !== "x-delivery-count"),
      [],
    );
    const given = Object.entries(properties).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(given), {
      contentType: "application/cloudevents+json",
      deliveryMode: 2,
      messageId: event.id,
      type: event.type,
      appId: "waypost",
    });
  });

  it("rejects what a queue does not take, and takes it when there is room", async () => {
    const queue = queueSpec("t.all");
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    await byHand(rabbit.url, async (channel) => {
      await channel.assertQueue("t.full", { maxLength: 1, overflow: "reject-publish" });
      await channel.bindQueue("t.full", eventsExchange, "whatsapp.message.*.*");
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => publish(bus, [textEvent(n)])));
    const said = outcomes.map((one) => (one.status === "rejected" ? String(one.reason) : "taken"));
    assert.deepEqual(said, ["taken", "Error: message nacked", "Error: message nacked"]);
    await publish(bus, [statusEvent(4, "read")]);
    await byHand(rabbit.url, (channel) => channel.deleteQueue("t.full"));
    await publish(bus, [textEvent(2)]);
  });

  it("puts back a binding that nobody misses, because another queue takes the events", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const [queue, other] = [queueSpec("t.messages", ["whatsapp.message.*"]), queueSpec("t.all")];
    // Heartbeats would take the tick for a minute of silence.
    const url = rabbit.url.replace("heartbeat=5", "heartbeat=0");
    const { bus, ready } = await opened(url, queue, other);
    await ready();
    await byHand(rabbit.url, (channel) =>
      channel.unbindQueue(queue.name, eventsExchange, "whatsapp.message.*.*"),
    );
    const seen = await collect(bus, other);
    await publish(bus, [textEvent(1)]);
    t.mock.timers.tick(60_000);
    await waitFor("it is bound again", async () => {
      await publish(bus, [textEvent(2)]);
      return (await bus.queues())[0]?.ready !== 0;
    });
    assert.ok(seen.known.has("evt_1"));
  });

  it("recovers by itself when an exchange is deleted, and rejects what it lost", async () => {
    const queue = queueSpec("t.all");
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    const seen = await collect(bus, queue);
    await publish(bus, [textEvent(1)]);
    await byHand(rabbit.url, (channel) => channel.deleteExchange(eventsExchange));
    await assert.rejects(publish(bus, [textEvent(2)]));
    await publishUntilConfirmed(bus, textEvent(2));
    await waitFor("both arrive", () => seen.known.has("evt_1") && seen.known.has("evt_2"));
  });

  it("declares a queue again that is deleted under its consumer", async () => {
    const queue = queueSpec("t.single", ["#"], true);
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    const seen = await collect(bus, queue);
    await publish(bus, [textEvent(1)]);
    await waitFor("it consumes", () => seen.known.has("evt_1"));
    await byHand(rabbit.url, (channel) => channel.deleteQueue(queue.name));
    await waitFor("it consumes again", async () => {
      await publish(bus, [textEvent(2)]).catch(() => undefined);
      return seen.known.has("evt_2");
    });
  });

  it("says in words that a queue stands there with other settings, once, and goes on when it is gone", async () => {
    await byHand(rabbit.url, (channel) => channel.assertQueue("t.other", { durable: true }));
    const { bus, log, ready } = await opened(rabbit.url, queueSpec("t.other"));
    const words = /queue t\.other with other settings: delete it/;
    await waitFor("it says so", () => words.test(bus.health().reason ?? ""));
    await assert.rejects(publish(bus, [textEvent(1)]));
    await byHand(rabbit.url, (channel) => channel.deleteQueue("t.other"));
    await ready();
    assert.equal(log.lines.filter(({ reason }) => words.test(reason ?? "")).length, 1);
    await publish(bus, [textEvent(1)]);
  });

  it("says that the password is wrong, without showing it", async () => {
    const { bus, log } = await opened(rabbit.url.replace("guest:guest", "guest:hushhush"));
    await waitFor("it says so", () => /refuses the user/.test(bus.health().reason ?? ""));
    assert.ok(!JSON.stringify(log.lines).includes("hushhush"));
    await assert.rejects(
      openBus("http://guest:hushhush@127.0.0.1"),
      (error: Error) => error instanceof TypeError && !error.message.includes("hushhush"),
    );
  });

  it("rejects all publishes at once while RabbitMQ is short of memory, and recovers", async () => {
    const queue = queueSpec("t.all");
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    const seen = await collect(bus, queue);
    await publish(bus, [textEvent(0)]);
    await waitFor("it consumes", () => seen.known.has("evt_0"));
    await rabbit.allowMemory(0.000001);
    await waitFor("RabbitMQ has told", async () => {
      await publish(bus, [textEvent(1)], 150).catch(() => undefined);
      return !bus.health().ready;
    });
    assert.match(bus.health().reason ?? "", /blocks publishers: low on memory/);
    const before = process.memoryUsage().rss;
    const from = performance.now();
    const flood = Array.from({ length: 50_000 }, (_, i) => publish(bus, [textEvent(i)], 60_000));
    const outcomes = await Promise.allSettled(flood);
    assert.ok(outcomes.every(({ status }) => status === "rejected"));
    assert.ok(performance.now() - from < 10_000, "at once, not at the deadline");
    assert.ok(process.memoryUsage().rss - before < 300e6, "nothing piles up");
    await rabbit.allowMemory(0.4);
    await ready();
    await publish(bus, [textEvent(2)]);
    await waitFor("what was blocked and what came after arrives", () => seen.known.has("evt_2"));
  });

  it("carries 20,000 events with its memory bounded", async () => {
    const queue = queueSpec("t.all");
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    const seen = await collect(bus, queue);
    const total = 20_000;
    let next = 0;
    const resident: number[] = [];
    const lane = async () => {
      while (next < total) {
        const at = next++;
        // A timeout would stay in memory until it is over.
        await bus.publish([encodeEvent(textEvent(at))], new AbortController().signal);
        if (at % 1000 === 0) resident.push(process.memoryUsage().rss);
      }
    };
    await Promise.all(Array.from({ length: 2000 }, lane));
    await waitFor("all arrive", () => seen.known.size === total);
    const growth = Math.max(...resident.slice(10)) - Math.max(...resident.slice(0, 10));
    assert.ok(growth < 100e6, `${Math.round(growth / 1e6)} MB more in the second half`);
  });

  it("moves hostile messages to the dead queue as they are, and keeps the order of the others", async (t) => {
    const queue = queueSpec("t.all");
    const { bus, ready, dead } = await opened(rabbit.url, queue);
    await ready();
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on("warning", onWarning);
    t.after(() => process.off("warning", onWarning));
    const junk = ["", "\0", "[]", "null", '{"specversion":"1.0"}', "{".repeat(1_000_000), '"evt"'];
    await byHand(rabbit.url, async (channel) => {
      for (let i = 0; i < 70; i += 1) {
        const text = junk[i % junk.length] ?? "";
        channel.publish(eventsExchange, "whatsapp.junk.none", Buffer.from(text));
        const event = Buffer.from(JSON.stringify(textEvent(i)));
        channel.publish(eventsExchange, "whatsapp.message.text.none", event);
      }
      await channel.waitForConfirms();
    });
    const seen = await collect(bus, queue);
    await waitFor("all that can be read arrive", () => seen.known.size === 70);
    assert.deepEqual(
      seen.all,
      Array.from({ length: 70 }, (_, i) => `evt_${i}`),
    );
    await waitFor("70 are dead", async () => (await bus.queues())[0]?.dead === 70);
    await waitFor("a metric tells", async () => (await dead()) === 70);
    const reasons: unknown[] = [];
    const first = await byHand(rabbit.url, async (channel) => {
      const bodies: (string | false)[] = [];
      for (let i = 0; i < junk.length; i += 1) {
        const message = await channel.get(deadQueueName(queue.name));
        bodies.push(message ? message.content.toString() : false);
        if (message) reasons.push(message.properties.headers?.["x-waypost-reason"]);
      }
      return bodies;
    });
    assert.deepEqual(first, junk);
    assert.match(String(reasons[0]), /it is not JSON/);
    assert.match(String(reasons[4]), /it has no id/);
    assert.deepEqual(warnings, []);
  });

  it("gives a batch back that has failed for ten minutes, before RabbitMQ closes the channel", async (t) => {
    const queue = queueSpec("t.all");
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    const batches: string[][] = [];
    const consumer = await bus.consume(queue, async (batch) => {
      batches.push(batch.map(({ id }) => id));
      throw new Error("not now");
    });
    await publish(bus, [textEvent(1)]);
    await waitFor("it has failed twice", () => batches.length >= 2);
    await publish(bus, [textEvent(2)]);
    const count = batches.length;
    await waitFor("it goes on failing", () => batches.length > count);
    assert.deepEqual(batches.at(-1), ["evt_1"]);
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 11 * 60_000 });
    t.after(() => mock.timers.reset());
    const end = performance.now() + 10_000;
    while (batches.at(-1)?.length !== 2 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(batches.at(-1), ["evt_1", "evt_2"]);
    await consumer.close();
  });
});

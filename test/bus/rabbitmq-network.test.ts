import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Bus, QueueSpec } from "../../src/contracts.ts";
import { type FaultProxy, startFaultProxy } from "../services/fault-proxy.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { textEvent } from "../support/sample-events.ts";
import { waitFor } from "../support/wait-for.ts";
import {
  byHand,
  collect,
  openBus,
  publish,
  publishUntilConfirmed,
  queueSpec,
} from "./rabbitmq-harness.ts";

describe("the RabbitMQ bus on a bad network", needsOwnRabbit(), () => {
  let rabbit: Rabbit;
  let proxy: FaultProxy;
  let bus: Bus;
  let ready: (withinMs?: number) => Promise<void>;
  let queue: QueueSpec;
  let count = 0;
  before(async () => {
    rabbit = await startRabbit();
  });
  after(() => rabbit?.cleanup());
  beforeEach(async () => {
    proxy = await startFaultProxy(rabbit);
    queue = queueSpec(`t.network${count++}`, ["#"], true);
    const url = proxy.through(rabbit.url).replace("heartbeat=5", "heartbeat=1");
    ({ bus, ready } = await openBus(url, queue));
    await ready();
  });
  afterEach(async () => {
    await bus.close();
    await proxy.close();
    await byHand(rabbit.url, (channel) => channel.deleteQueue(queue.name));
  });

  it("loses nothing that it confirmed, and keeps the order, when its connections are cut while it publishes", async () => {
    const seen = await collect(bus, queue);
    let failures = 0;
    for (let i = 0; i < 200; i += 1) {
      if (i % 50 === 25) setImmediate(proxy.cut);
      failures += await publishUntilConfirmed(bus, textEvent(i));
    }
    await waitFor("all arrive", () => seen.known.size === 200);
    assert.ok(failures > 0, "the cuts were felt");
    assert.deepEqual(seen.ids, ids(0, 200));
  });

  it("tells a handler when its channel is lost, and hands the batch over again", async () => {
    const calls: { ids: string[]; aborted: boolean }[] = [];
    await bus.consume(queue, async (batch, signal) => {
      const call = { ids: batch.map(({ id }) => id), aborted: false };
      calls.push(call);
      if (calls.length > 1) return;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      call.aborted = true;
    });
    await publish(bus, [textEvent(1), textEvent(2)]);
    await waitFor("it handles", () => calls.length === 1);
    proxy.cut();
    const handled = () => calls.slice(1).flatMap((call) => call.ids);
    await waitFor("all come again", () => new Set(handled()).size === 2);
    assert.deepEqual(calls[0]?.aborted, true);
    assert.deepEqual(handled(), ["evt_1", "evt_2"]);
  });

  it("rejects at once while RabbitMQ refuses connections, and is back soon after", async () => {
    const seen = await collect(bus, queue);
    proxy.refuse(true);
    await waitFor("it notices", () => !bus.health().ready);
    await waitFor("it says why", () => /RabbitMQ is away/.test(bus.health().reason ?? ""));
    const from = performance.now();
    await assert.rejects(publish(bus, [textEvent(1)], 5000));
    assert.ok(performance.now() - from < 1_000, "at once, not at the deadline");
    proxy.refuse(false);
    await ready(20_000);
    await publish(bus, [textEvent(1)]);
    await waitFor("it arrives", () => seen.known.has("evt_1"));
  });

  it("holds to the deadline when nothing passes any more, and connects anew", async () => {
    const seen = await collect(bus, queue);
    proxy.blackhole(true);
    const from = performance.now();
    await assert.rejects(publish(bus, [textEvent(1)], 150), /not confirmed in time/);
    assert.ok(performance.now() - from < 1_500, "not when the heartbeats notice");
    await waitFor("the heartbeats notice", () => !bus.health().ready);
    proxy.blackhole(false);
    await ready(20_000);
    await publish(bus, [textEvent(2)]);
    await waitFor("it arrives", () => seen.known.has("evt_2"));
  });

  it("works byte by byte and with latency", async () => {
    const seen = await collect(bus, queue);
    proxy.slice(1);
    await publish(bus, [textEvent(0)]);
    proxy.slice(0);
    proxy.delay(100, 100);
    for (let i = 1; i < 5; i += 1) await publish(bus, [textEvent(i)]);
    await waitFor("all arrive", () => seen.known.size === 5);
    assert.deepEqual(seen.all, ids(0, 5));
  });

  it("closes within a few seconds although RabbitMQ does not answer", async () => {
    await collect(bus, queue);
    const open = publish(bus, [textEvent(1)]).catch(() => undefined);
    proxy.blackhole(true);
    const unconfirmed = publish(bus, [textEvent(2)], 60_000).catch(() => "rejected");
    const from = performance.now();
    await bus.close();
    assert.ok(performance.now() - from < 9000);
    assert.equal(await unconfirmed, "rejected");
    await open;
  });
});

function ids(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `evt_${from + i}`);
}

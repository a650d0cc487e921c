import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Bus } from "../../src/contracts.ts";
import {
  collect,
  openBus,
  publish,
  publishUntilConfirmed,
  queueSpec,
} from "../bus/rabbitmq-harness.ts";
import { needsOwnRabbit, type Rabbit, startRabbit } from "../services/rabbitmq.ts";
import { textEvent } from "../support/sample-events.ts";
import { waitFor } from "../support/wait-for.ts";

describe("a RabbitMQ that fails", needsOwnRabbit(), () => {
  let rabbit: Rabbit;
  let open: Bus | undefined;
  const opened: typeof openBus = async (...args) => {
    const made = await openBus(...args);
    open = made.bus;
    return made;
  };
  afterEach(() => open?.close());
  before(async () => {
    rabbit = await startRabbit();
  });
  after(() => rabbit?.cleanup());

  it("loses nothing confirmed and reorders nothing when it is killed under load", async (t) => {
    const queue = queueSpec("t.killed", ["#"], true);
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    await rabbit.sync();
    const seen = await collect(bus, queue);
    const lanes = 16;
    const next = Array.from({ length: lanes }, () => 0);
    let running = true;
    let failures = 0;
    const lane = async (number: number) => {
      while (running) {
        const at = (next[number] ?? 0) * lanes + number;
        failures += await publishUntilConfirmed(bus, textEvent(at));
        next[number] = (next[number] ?? 0) + 1;
      }
    };
    const load = Promise.all(next.map((_, number) => lane(number)));
    const progress = () => next.reduce((sum, one) => sum + one, 0);
    for (const end of [rabbit.kill, rabbit.stop]) {
      const from = progress();
      await waitFor("there is load", () => progress() > from + 1000);
      await end();
      await rabbit.start();
    }
    const from = progress();
    await waitFor("the load goes on", () => progress() > from + 1000);
    running = false;
    await load;
    const confirmed = next.flatMap((count, number) =>
      Array.from({ length: count }, (_, i) => `evt_${i * lanes + number}`),
    );
    const lost = () => confirmed.filter((id) => !seen.known.has(id));
    await waitFor("all confirmed arrive", () => lost().length === 0, 30_000).catch(() => undefined);
    t.diagnostic(
      `${confirmed.length} confirmed, ${failures} attempts failed, ${seen.all.length - seen.ids.length} repeated`,
    );
    assert.deepEqual(lost(), []);
    assert.ok(failures > 0, "the kills were felt");
    for (let number = 0; number < lanes; number += 1) {
      const order = seen.ids.map((id) => Number(id.slice(4))).filter((n) => n % lanes === number);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
    }
  });

  it("hands a batch over again, in order, when it went while the handler had it", async () => {
    const queue = queueSpec("t.restarted", ["#"], true);
    const { bus, ready } = await opened(rabbit.url, queue);
    await ready();
    await rabbit.sync();
    await publish(
      bus,
      Array.from({ length: 500 }, (_, i) => textEvent(i)),
    );
    const calls: string[][] = [];
    await bus.consume(queue, async (batch, signal) => {
      calls.push(batch.map(({ id }) => id));
      if (calls.length !== 3) return;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    });
    await waitFor("the third batch is held", () => calls.length === 3);
    await rabbit.kill();
    await rabbit.start();
    const handled = () => [...calls.slice(0, 2), ...calls.slice(3)].flat();
    await waitFor("all are handled", () => new Set(handled()).size === 500);
    const first = [...new Set(handled())];
    assert.deepEqual(
      first,
      Array.from({ length: 500 }, (_, i) => `evt_${i}`),
    );
    assert.ok(
      calls.slice(3).some((batch) => batch.some((id) => calls[2]?.includes(id))),
      "the held batch came again",
    );
  });

  it("keeps to the deadline while it is frozen, holds no more than the window, and is taken up again", async () => {
    const queue = queueSpec("t.frozen");
    const { bus, ready } = await opened(rabbit.url.replace("heartbeat=5", "heartbeat=1"), queue);
    await ready();
    const seen = await collect(bus, queue);
    await publish(bus, [textEvent(0)]);
    rabbit.freeze();
    const late: number[] = [];
    const before = process.memoryUsage().rss;
    while (bus.health().ready) {
      const from = performance.now();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 500 }, (_, i) => publish(bus, [textEvent(i)], 150)),
      );
      assert.ok(outcomes.every(({ status }) => status === "rejected"));
      late.push(performance.now() - from);
    }
    assert.ok(
      late.length > 2 && Math.max(...late) < 1000,
      `answered after ${late.map(Math.round)} ms`,
    );
    assert.ok(process.memoryUsage().rss - before < 150e6, "nothing piles up");
    rabbit.thaw();
    await ready(15_000);
    await publish(bus, [textEvent(1000)]);
    await waitFor("it arrives", () => seen.known.has("evt_1000"));
  });
});

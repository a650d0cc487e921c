import { connect } from "amqplib";
import { connectRabbitBus } from "../../src/bus/rabbitmq/rabbit-bus.ts";
import type { Bus, BusMessage, QueueSpec } from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";

export function queueSpec(name: string, patterns = ["#"], single = false): QueueSpec {
  return { name, patterns, quarantine: false, single };
}

/** A bus with what it logged and counted. Does not wait for the connection. */
export async function openBus(url: string, ...queues: QueueSpec[]) {
  const log = createArrayLog();
  const metrics = createMetrics();
  const bus = await connectRabbitBus({ url, queues, log, metrics });
  return {
    bus,
    log,
    returned: async () => (await metrics.returned.get()).values[0]?.value ?? 0,
    dead: async () => (await metrics.queueDead.get()).values[0]?.value ?? 0,
    ready: (withinMs?: number) => waitFor("the bus is ready", () => bus.health().ready, withinMs),
  };
}

/** Does by hand, on a connection of its own, what an operator might. */
export async function byHand<T>(
  url: string,
  work: (
    channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>["createConfirmChannel"]>>,
  ) => Promise<T>,
): Promise<T> {
  const connection = await connect(url);
  try {
    const channel = await connection.createConfirmChannel();
    return await work(channel);
  } finally {
    await connection.close();
  }
}

export function publish(bus: Bus, items: readonly BusMessage[], withinMs = 5000): Promise<void> {
  return bus.publish(items.map(encodeEvent), AbortSignal.timeout(withinMs));
}

/** Again and again until it is confirmed, as the spool does. Resolves with how often it failed. */
export async function publishUntilConfirmed(bus: Bus, item: BusMessage): Promise<number> {
  let failures = 0;
  await waitFor(`${item.id} is confirmed`, async () => {
    try {
      await publish(bus, [item], 1000);
      return true;
    } catch {
      failures += 1;
      return false;
    }
  });
  return failures;
}

/** Everything handed over, repeats too, and in `ids` each once, when it first came. */
export async function collect(bus: Bus, queue: QueueSpec) {
  const all: string[] = [];
  const ids: string[] = [];
  const known = new Set<string>();
  const consumer = await bus.consume(queue, async (batch) => {
    for (const { id } of batch) {
      all.push(id);
      if (!known.has(id)) ids.push(id);
      known.add(id);
    }
  });
  return { all, ids, known, consumer };
}

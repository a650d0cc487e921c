import type { Bus, BusHealth, Consumer, Parcel, QueueSpec, QueueState } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { closeChannel } from "./channel.ts";
import { type Connection, openConnection } from "./connection.ts";
import { createConsumer } from "./consume.ts";
import { createPublisher, declareOn, type Publisher } from "./publish.ts";
import { removeQueue } from "./remove-queue.ts";
import { openTail } from "./tail.ts";
import { deadQueueOf, reasonHeader, topologyOf } from "./topology.ts";

export interface RabbitBusOptions {
  /** `amqp:` or `amqps:`; `heartbeat` is 5 s unless it says so. */
  readonly url: string;
  /** Declared, all of them, whenever a connection is made. */
  readonly queues: readonly QueueSpec[];
  readonly log: Log;
  readonly metrics: Pick<Metrics, "returned" | "queueReady" | "queueDead">;
  /** Shown by RabbitMQ. */
  readonly connectionName?: string;
}

const gaugesMs = 5_000;

/**
 * Resolves at once, also while RabbitMQ is away: publishing then rejects at once, consumers begin when it is there.
 * Publishing and consuming have a connection each, so that a blocked publisher does not keep acks back.
 */
export async function connectRabbitBus(options: RabbitBusOptions): Promise<Bus> {
  const { log, metrics, connectionName = "waypost" } = options;
  let { queues } = options;
  const base = { url: withHeartbeat(options.url), name: connectionName, log };
  const publisher = createPublisher({ topology: () => topologyOf(queues), log, metrics });
  const publishing = await openConnection({
    ...base,
    purpose: "publish",
    setup: publisher.attach,
  });
  const consuming = await openConnection({
    ...base,
    purpose: "consume",
    setup: async () => undefined,
  });
  const consumers = new Set<Consumer>();
  const gauges = startGauges(() => queueStates(consuming, queues), metrics);
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    await Promise.all([...consumers].map((consumer) => consumer.close()));
    await publisher.close();
    await Promise.all([publishing.close(), consuming.close()]);
  };
  const kept = (consumer: Consumer): Consumer => {
    consumers.add(consumer);
    const close = () => consumer.close().finally(() => consumers.delete(consumer));
    return { ...consumer, close };
  };
  return {
    publish: (parcels, signal) => publisher.publish(parcels, signal),
    consume: async (queue, handle) =>
      kept(createConsumer({ connection: consuming, queue, handle, bury: buryBy(publisher), log })),
    async declare(specs) {
      const model = publishing.current();
      if (model) await declareOn(model, topologyOf(specs), log);
      // Only what RabbitMQ took, or it would refuse every later connection too. While it is away: declared
      // before anything is published again.
      queues = specs;
    },
    tail: async (pattern, onEvent) =>
      kept(await openTail({ connection: consuming, pattern, onEvent, log })),
    health: () => healthOf(publishing.trouble() ?? publisher.trouble()),
    queues: () => queueStates(consuming, queues),
    removeQueue: async (name, { force = false } = {}) => {
      if (queues.some((queue) => queue.name === name)) throw new Error(`${name} is declared`);
      const model = consuming.current();
      if (!model) throw new Error(consuming.trouble());
      return removeQueue(model, name, force);
    },
    close: () => {
      clearInterval(gauges);
      closed ??= closeAll();
      return closed;
    },
  };
}

function buryBy({ publish }: Publisher) {
  return (dead: Parcel, reason: string, signal: AbortSignal) =>
    publish([dead], signal, { exchange: "", headers: { [reasonHeader]: reason } });
}

/** While RabbitMQ is away they stand as they were. */
function startGauges(
  states: () => Promise<readonly QueueState[]>,
  metrics: RabbitBusOptions["metrics"],
): NodeJS.Timeout {
  let measuring = false;
  const measure = async () => {
    // A frozen RabbitMQ answers late: one question is enough.
    if (measuring) return;
    measuring = true;
    for (const { name: queue, ready, dead } of await states().catch(() => [])) {
      metrics.queueReady.set({ queue }, ready);
      metrics.queueDead.set({ queue }, dead);
    }
    measuring = false;
  };
  return setInterval(() => void measure(), gaugesMs).unref();
}

function healthOf(reason: string | undefined): BusHealth {
  return reason === undefined
    ? { kind: "rabbitmq", ready: true }
    : { kind: "rabbitmq", ready: false, reason };
}

/** In the URL: as a socket option amqplib ignores it. Throws a TypeError without the URL, which holds the password. */
export function withHeartbeat(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^amqps?:$/.test(url.protocol)) {
    throw new TypeError("the RabbitMQ URL must look like amqp://user:password@host:5672/vhost");
  }
  if (!url.searchParams.has("heartbeat")) url.searchParams.set("heartbeat", "5");
  return url.href;
}

async function queueStates(
  connection: Connection,
  queues: readonly QueueSpec[],
): Promise<QueueState[]> {
  const model = connection.current();
  if (!model) throw new Error(connection.trouble());
  const channel = await model.createChannel();
  channel.on("error", () => undefined);
  const states: QueueState[] = [];
  try {
    for (const { name } of queues) {
      const { messageCount, consumerCount } = await channel.checkQueue(name);
      const dead = await channel.checkQueue(deadQueueOf(name));
      states.push({
        name,
        ready: messageCount,
        consumers: consumerCount,
        dead: dead.messageCount,
      });
    }
  } finally {
    await closeChannel(channel);
  }
  return states;
}

import type { ChannelModel } from "amqplib";
import type { Bus, BusHealth, Consumer, QueueSpec } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { type Connection, openConnection } from "./connection.ts";
import { type ConsumerOptions, createConsumer } from "./consume.ts";
import { createIntakeConsumer } from "./consume-intake.ts";
import { buryBy } from "./dead-message.ts";
import { createLayoutConsumer, quietMs } from "./layout-consumer.ts";
import { createPublisher, declareOn } from "./publish.ts";
import { queueStates, startQueueGauges } from "./queue-states.ts";
import { dropDead, removeQueue } from "./remove-queue.ts";
import { openTail } from "./tail.ts";
import { topologyOf } from "./topology.ts";

export interface RabbitBusOptions {
  /** `amqp:` or `amqps:`; `heartbeat` is 5 s unless it says so. */
  readonly url: string;
  /** Declared, all of them, whenever a connection is made. */
  readonly queues: readonly QueueSpec[];
  readonly log: Log;
  readonly metrics: Pick<Metrics, "returned" | "queueReady" | "queueDead">;
  /** Shown by RabbitMQ. */
  readonly connectionName?: string;
  /** How long no process of an older version may show itself before the queues are as this one has them. */
  readonly quietMs?: number;
}

/**
 * Resolves at once, also while RabbitMQ is away: publishing then rejects at once, consumers begin when it is there.
 * Publishing and consuming have a connection each, so that a blocked publisher does not keep acks back.
 */
export async function connectRabbitBus(options: RabbitBusOptions): Promise<Bus> {
  const { log, metrics, connectionName = "waypost" } = options;
  let { queues } = options;
  const base = { url: withHeartbeat(options.url), name: connectionName, log };
  const publisher = createPublisher({
    topology: () => topologyOf(queues),
    sharded: () => queues.some(({ shards = 1 }) => shards > 1),
    log,
    metrics,
  });
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
  const { kept, closeConsumers } = keepConsumers();
  const states = async () => queueStates(connectedNow(consuming), queues);
  const gauges = startQueueGauges(states, metrics);
  const parts = { connection: consuming, bury: buryBy(publisher), log };
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    await closeConsumers();
    await publisher.close();
    await Promise.all([publishing.close(), consuming.close()]);
  };
  return {
    publish: (events, signal) => publisher.publish(events, signal),
    consume: async (queue, handle) => kept(openConsumer({ ...parts, queue, handle }, options)),
    consumeIntake: async (queue, handle) => kept(createIntakeConsumer({ ...parts, queue, handle })),
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
    queues: states,
    removeQueue: async (name, { force = false } = {}) => {
      if (queues.some((queue) => isPartOf(name, queue))) throw new Error(`${name} is declared`);
      return removeQueue(connectedNow(consuming), name, force);
    },
    dropDead: async (name) => dropDead(connectedNow(consuming), name),
    close: () => {
      clearInterval(gauges);
      closed ??= closeAll();
      return closed;
    },
  };
}

/** Those that are open. */
function keepConsumers() {
  const consumers = new Set<Consumer>();
  return {
    kept: (consumer: Consumer): Consumer => {
      consumers.add(consumer);
      const close = () => consumer.close().finally(() => consumers.delete(consumer));
      return { ...consumer, close };
    },
    closeConsumers: async () => {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
    },
  };
}

function openConsumer(parts: ConsumerOptions, options: RabbitBusOptions): Consumer {
  if (parts.queue.shards === undefined) return createConsumer(parts);
  return createLayoutConsumer({ ...parts, quietMs: options.quietMs ?? quietMs });
}

function connectedNow(connection: Connection): ChannelModel {
  const model = connection.current();
  if (!model) throw new Error(connection.trouble());
  return model;
}

/** Its shards too, and those of another number of them, which a worker empties. */
function isPartOf(name: string, { name: queue, shards }: QueueSpec): boolean {
  return name === queue || (shards !== undefined && name.startsWith(`${queue}.`));
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

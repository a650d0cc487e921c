import type { Channel } from "amqplib";
import type { QueueSpec } from "../../contracts.ts";
import { deadQueueName, intakeQueueName } from "../../contracts.ts";
import { QUARANTINE_TYPE } from "../../event/event.ts";
import { bindingKey } from "../../event/routing-key.ts";

/** Events: topic, routed by `<type>.<phoneNumberId>`. Internal services bind their own queues here. */
export const eventsExchange = "waypost.events";
/** Quarantined POSTs: only the store binds it. */
export const quarantineExchange = "waypost.quarantine";

/** What services tell: any routing key. */
const intakeExchange = intakeQueueName;

/** Of a message in a dead queue: why it is there. */
export const reasonHeader = "x-waypost-reason";

export function exchangeOf(type: string): string {
  return type === QUARANTINE_TYPE ? quarantineExchange : eventsExchange;
}

/** What must stand in RabbitMQ, as data. The same on 3.10 and 4.x. */
export interface Topology {
  readonly exchanges: readonly string[];
  readonly queues: readonly DeclaredQueue[];
  /** Those whose layout may be another than the one asked for: see declare-layout.ts. */
  readonly layouts: readonly QueueSpec[];
}
interface DeclaredQueue {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly bindings: readonly Binding[];
}
export interface Binding {
  readonly exchange: string;
  readonly key: string;
}

/**
 * Without a limit of its own a queue has none on 3.10 but 20 on 4.x, and would drop what was delivered
 * that often; 4.x's word for none (-1) makes 3.10 drop at once.
 */
export const quorum = { "x-queue-type": "quorum", "x-delivery-limit": 1_000_000 };
export const singleActive = { ...quorum, "x-single-active-consumer": true };

export function topologyOf(specs: readonly QueueSpec[]): Topology {
  return {
    exchanges: [
      eventsExchange,
      quarantineExchange,
      ...(specs.some(({ intake }) => intake) ? [intakeExchange] : []),
    ],
    queues: specs.flatMap((spec) => {
      const dead = { name: deadQueueName(spec.name), arguments: quorum, bindings: [] };
      if (spec.shards !== undefined) return [dead];
      const args = spec.single ? singleActive : quorum;
      return [dead, { name: spec.name, arguments: args, bindings: bindingsOf(spec) }];
    }),
    layouts: specs.filter(({ shards }) => shards !== undefined),
  };
}

export function bindingsOf({ patterns, quarantine, intake }: QueueSpec): Binding[] {
  if (intake) return [{ exchange: intakeExchange, key: "#" }];
  const events = patterns.map((pattern) => ({
    exchange: eventsExchange,
    key: bindingKey(pattern),
  }));
  return quarantine ? [...events, { exchange: quarantineExchange, key: "#" }] : events;
}

/** RabbitMQ refuses what Waypost declares. The message names it and the remedy, and holds no secret. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
}

/**
 * Declares what is missing; harmless to repeat. Throws TopologyError, and the channel is gone, where something of
 * that name exists with other settings. Bindings that a queue no longer should have stay: AMQP cannot list them.
 */
export async function declareTopology(channel: Channel, topology: Topology): Promise<void> {
  for (const exchange of topology.exchanges) {
    await explained(`exchange ${exchange}`, () =>
      channel.assertExchange(exchange, "topic", { durable: true }),
    );
  }
  for (const queue of topology.queues) {
    await explained(`queue ${queue.name}`, async () => {
      await channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
      for (const { exchange, key } of queue.bindings) {
        await channel.bindQueue(queue.name, exchange, key);
      }
    });
  }
}

export async function explained(what: string, declare: () => Promise<unknown>): Promise<void> {
  try {
    await declare();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === 406) {
      throw new TopologyError(
        `RabbitMQ has the ${what} with other settings: delete it there once it is empty, and Waypost declares it again`,
        { cause: error },
      );
    }
    if (code === 403) {
      throw new TopologyError(
        `RabbitMQ does not let this user declare the ${what}: grant configure, write and read on ^waypost`,
        { cause: error },
      );
    }
    throw error;
  }
}

import type { Channel } from "amqplib";
import type { Consumer, WaypostEvent } from "../../contracts.ts";
import { isQuarantined } from "../../event/event.ts";
import { parseBusMessage } from "../../event/parse.ts";
import { compilePattern } from "../../event/pattern.ts";
import { bindingKey } from "../../event/routing-key.ts";
import type { Log } from "../../support/log.ts";
import { within } from "../../support/within.ts";
import type { Connection } from "./connection.ts";
import { createSubscription } from "./subscription.ts";
import { declareTopology, eventsExchange, topologyOf } from "./topology.ts";

interface TailOptions {
  readonly connection: Connection;
  readonly pattern: string;
  readonly onEvent: (event: WaypostEvent) => void;
  readonly log: Log;
}

/**
 * A queue that nobody else sees and that ends with its channel. Resolves when it is bound, or after 2 s
 * while RabbitMQ is away: it then begins when RabbitMQ is back. Throws a TypeError for what is no pattern.
 */
export async function openTail(options: TailOptions): Promise<Consumer> {
  const { connection, pattern, onEvent, log } = options;
  compilePattern(pattern);
  let bound = () => {};
  const isBound = new Promise<void>((resolve) => {
    bound = resolve;
  });
  const subscription = createSubscription({
    connection,
    log,
    run: async ({ channel, over }) => {
      let end = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      over.addEventListener("abort", end, { once: true });
      await consumeTail(channel, pattern, (content) => {
        if (content) show(content, onEvent, log);
        else end();
      });
      bound();
      if (!over.aborted) await ended;
    },
  });
  await within(2000, isBound, () => undefined);
  return subscription;
}

async function consumeTail(
  channel: Channel,
  pattern: string,
  onContent: (content: Buffer | undefined) => void,
): Promise<void> {
  await declareTopology(channel, topologyOf([]));
  const { queue } = await channel.assertQueue("", {
    exclusive: true,
    autoDelete: true,
    durable: false,
  });
  await channel.bindQueue(queue, eventsExchange, bindingKey(pattern));
  await channel.consume(queue, (message) => onContent(message?.content), { noAck: true });
}

function show(content: Buffer, onEvent: (event: WaypostEvent) => void, log: Log): void {
  try {
    const item = parseBusMessage(content);
    if (!isQuarantined(item)) onEvent(item);
  } catch (error) {
    log.warn("a live tail could not show an event", { error });
  }
}

import type { ChannelModel, ConfirmChannel, Options } from "amqplib";
import {
  DeliveryError,
  type EncodedEvent,
  type QueuePublisher,
  type QueueTarget,
} from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import { closeChannel, guardChannel } from "./channel.ts";
import { type Connection, openConnection } from "./connection.ts";
import { findTarget, refusals } from "./queue-target.ts";
import { withHeartbeat } from "./rabbit-bus.ts";

export interface QueuePublisherOptions {
  /** As RabbitBusOptions.url. */
  readonly url: string;
  readonly log: Log;
  /** Shown by RabbitMQ. */
  readonly connectionName?: string;
}

/**
 * A connection of its own with a channel for each target: what RabbitMQ refuses for one closes no other's.
 * Resolves at once, also while RabbitMQ is away: publishing is then an outage.
 */
export async function connectQueuePublisher(
  options: QueuePublisherOptions,
): Promise<QueuePublisher> {
  const { url, log, connectionName = "waypost queues" } = options;
  const blocked = new WeakSet<ChannelModel>();
  const lines = new Map<string, Line>();
  const connection = await openConnection({
    url: withHeartbeat(url),
    name: connectionName,
    purpose: "publish",
    log,
    setup: async (model) => {
      model.on("blocked", () => blocked.add(model));
      model.on("unblocked", () => blocked.delete(model));
    },
  });
  const lineTo = (target: QueueTarget): Promise<Line> => {
    const model = connection.current();
    if (!model) throw new DeliveryError("outage", troubleOf(connection));
    if (blocked.has(model)) throw new DeliveryError("outage", "RabbitMQ blocks publishers");
    return openLine(model, target, lines, log);
  };
  return {
    publish: async (target, event, signal) => {
      if (signal.aborted) throw new DeliveryError("outage", "stopped before it was sent");
      const line = await until(
        signal,
        Promise.resolve().then(() => lineTo(target)),
      );
      await until(signal, send(line, target, event));
    },
    check: async (target, signal) => {
      const line = await until(
        signal,
        Promise.resolve().then(() => lineTo(target)),
      );
      return until(signal, findTarget(line.model, target));
    },
    close: async () => {
      await Promise.all([...lines.values()].map(({ channel }) => closeChannel(channel, 1000)));
      await connection.close();
    },
  };
}

/** A channel to one target, and what waits for its confirms. */
interface Line {
  readonly model: ChannelModel;
  readonly channel: ConfirmChannel;
  /** Message ids that came back since their publish: no queue took them. */
  readonly returned: Set<string>;
  /** The next publish begins anew, with a look at the target. */
  forget(): void;
}

async function openLine(
  model: ChannelModel,
  target: QueueTarget,
  lines: Map<string, Line>,
  log: Log,
): Promise<Line> {
  const key = JSON.stringify(target);
  const known = lines.get(key);
  if (known?.model === model) return known;
  await findTarget(model, target);
  const channel = await refusals(model.createConfirmChannel());
  guardChannel(channel, log);
  const forget = () => {
    if (lines.get(key) === line) lines.delete(key);
  };
  const line: Line = { model, channel, returned: new Set(), forget };
  channel.on("return", ({ properties }) => line.returned.add(String(properties.messageId)));
  channel.on("close", forget);
  const raced = lines.get(key);
  if (raced?.model === model) {
    void closeChannel(channel);
    return raced;
  }
  lines.set(key, line);
  return line;
}

function send(line: Line, target: QueueTarget, event: EncodedEvent): Promise<void> {
  const [exchange, key] =
    "queue" in target
      ? ["", target.queue]
      : [target.exchange, target.routingKey ?? event.routingKey];
  const properties: Options.Publish = {
    persistent: true,
    mandatory: true,
    contentType: "application/cloudevents+json",
    appId: "waypost",
    messageId: event.id,
    type: event.type,
  };
  return new Promise((resolve, reject) => {
    const onConfirm = (error: unknown) => {
      if (error) reject(unconfirmed(error));
      else if (line.returned.delete(event.id)) reject(unroutable(line, target, key));
      else resolve();
    };
    try {
      line.channel.publish(exchange, key, Buffer.from(event.bytes), properties, onConfirm);
    } catch (error) {
      reject(new DeliveryError("outage", "the channel to RabbitMQ is closed", { cause: error }));
    }
  });
}

/** A nack says that the queue is full or failing; anything else that the channel went away meanwhile. */
function unconfirmed(error: unknown): DeliveryError {
  const nacked = error instanceof Error && /nacked/.test(error.message);
  return nacked
    ? new DeliveryError("outage", "RabbitMQ did not take it: the queue is full or failing")
    : new DeliveryError("outage", "the channel closed before RabbitMQ had confirmed", {
        maybeDone: true,
        cause: error,
      });
}

/** A queue that was deleted meanwhile is declared again by the next attempt. */
function unroutable(line: Line, target: QueueTarget, key: string): DeliveryError {
  line.forget();
  void closeChannel(line.channel);
  if ("queue" in target) return new DeliveryError("outage", `the queue ${target.queue} is gone`);
  return new DeliveryError(
    "config",
    `nothing is bound to the exchange ${target.exchange} for ${key}: bind a queue, or route fewer types to it`,
  );
}

function troubleOf(connection: Connection): string {
  return connection.trouble() ?? "no connection to RabbitMQ";
}

/** The work, or an outage with an unknown outcome when the signal aborts first. */
function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () =>
      reject(
        new DeliveryError("outage", "RabbitMQ has not confirmed in time", { maybeDone: true }),
      );
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

import type { Duplex } from "node:stream";
import type { Channel, ChannelModel } from "amqplib";
import type { Log } from "../../support/log.ts";
import { within } from "../../support/within.ts";

/** Without an `error` listener an error of the channel would end the process. */
export function guardChannel(channel: Channel, log: Log): void {
  channel.on("error", (error) => log.warn("RabbitMQ closed a channel", { error }));
  channel.on("handler-error", (error) => log.error("a channel's listener failed", { error }));
}

/**
 * Resolves when the channel is closed, by whomever, or after `limitMs`. amqplib's own promise never
 * settles when the connection ends before the broker has answered.
 */
export async function closeChannel(channel: Channel, limitMs = 3000): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    channel.once("close", resolve);
    channel.close().then(resolve, () => resolve());
  });
  await within(limitMs, closed, () => undefined);
}

/**
 * Ends a connection without waiting for the other side, so that recovery takes over. amqplib's `close` waits for an
 * answer, for ever when the broker is frozen or gone. Nothing happens to one that has ended.
 */
export function dropConnection(model: ChannelModel, error = new Error("given up")): void {
  const { stream } = model.connection as { stream?: Duplex };
  stream?.destroy(error);
}

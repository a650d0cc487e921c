import type { Channel, ChannelModel, Options } from "amqplib";
import { DeliveryError, type QueueTarget } from "../../contracts.ts";
import { closeChannel } from "./channel.ts";

/**
 * Declares a queue that is missing; one that exists is taken as it is. Says what it found. On channels of its own: what RabbitMQ
 * refuses closes them. Throws DeliveryError.
 */
export async function findTarget(model: ChannelModel, target: QueueTarget): Promise<string> {
  if ("exchange" in target) {
    await tried(model, (channel) => channel.checkExchange(target.exchange));
    return `the exchange ${target.exchange} is there`;
  }
  const found = await tried(model, (channel) => channel.checkQueue(target.queue)).catch(
    (error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    },
  );
  if (found) return `the queue ${target.queue} is there, ${found.messageCount} waiting`;
  await tried(model, (channel) => channel.assertQueue(target.queue, declared(target)));
  return `the queue ${target.queue} was missing and is declared now`;
}

/** As Waypost's own queues; a full one refuses, so that nothing is dropped from its head. */
function declared({ maxLength }: { readonly maxLength?: number }): Options.AssertQueue {
  const limit = { "x-max-length": maxLength, "x-overflow": "reject-publish" };
  const quorum = { "x-queue-type": "quorum", "x-delivery-limit": 1_000_000 };
  return { durable: true, arguments: maxLength === undefined ? quorum : { ...quorum, ...limit } };
}

async function tried<T>(model: ChannelModel, ask: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await refusals(model.createChannel());
  channel.on("error", () => undefined);
  try {
    return await refusals(ask(channel));
  } finally {
    void closeChannel(channel);
  }
}

const remedies: Readonly<Record<number, string>> = {
  403: "RabbitMQ does not let this user: grant it configure, write and read on the name",
  404: "RabbitMQ has no such exchange: declare it there, or correct the name",
  405: "another connection has the queue for itself: it must not be exclusive",
  406: "RabbitMQ has it with other settings: delete it there once it is empty, or use another name",
};

/** Its failures as DeliveryErrors: those of the other side with a remedy, or an outage. */
export async function refusals<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const remedy = remedies[codeOf(error) ?? 0];
    if (remedy !== undefined) throw new DeliveryError("config", remedy, { cause: error });
    throw new DeliveryError("outage", "RabbitMQ went away", { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof DeliveryError && codeOf(error.cause) === 404;
}

function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "number" ? code : undefined;
}

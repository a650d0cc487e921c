import type { ChannelModel } from "amqplib";
import { deadQueueName } from "../../contracts.ts";
import { closeChannel } from "./channel.ts";

/**
 * Deletes a queue and its dead queue unless messages wait in one of them; answers how many. They are counted
 * first: RabbitMQ has no "only if empty" for quorum queues.
 */
export async function removeQueue(
  model: ChannelModel,
  name: string,
  force: boolean,
): Promise<number> {
  const names = [name, deadQueueName(name)];
  let waiting = 0;
  for (const each of names) waiting += await countMessages(model, each);
  if (waiting > 0 && !force) return waiting;
  const channel = await model.createChannel();
  channel.on("error", () => undefined);
  try {
    for (const each of names) await channel.deleteQueue(each);
  } finally {
    await closeChannel(channel);
  }
  return 0;
}

/** Empties the dead queue of this one; answers how many messages lay there. */
export async function dropDead(model: ChannelModel, name: string): Promise<number> {
  const dead = deadQueueName(name);
  if ((await countMessages(model, dead)) === 0) return 0;
  const channel = await model.createChannel();
  channel.on("error", () => undefined);
  try {
    return (await channel.purgeQueue(dead)).messageCount;
  } finally {
    await closeChannel(channel);
  }
}

/** On a channel of its own: asking for a queue that is not there closes it. */
async function countMessages(model: ChannelModel, name: string): Promise<number> {
  const channel = await model.createChannel();
  channel.on("error", () => undefined);
  try {
    return (await channel.checkQueue(name)).messageCount;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === 404) return 0;
    throw error;
  } finally {
    await closeChannel(channel);
  }
}

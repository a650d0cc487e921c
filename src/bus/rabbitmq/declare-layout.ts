import type { Channel, ChannelModel } from "amqplib";
import type { QueueSpec } from "../../contracts.ts";
import { closeChannel } from "./channel.ts";
import {
  goalOf,
  type Layout,
  type LayoutId,
  layoutIds,
  layoutOf,
  markersOf,
  type Survey,
  shardHeader,
  unordered,
} from "./layout.ts";
import { explained, quorum, singleActive } from "./topology.ts";

/** On a channel of its own: what RabbitMQ refuses closes it. */
export async function onChannel<T>(
  model: ChannelModel,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await model.createChannel();
  channel.on("error", () => undefined);
  try {
    return await work(channel);
  } finally {
    await closeChannel(channel);
  }
}

/** The answer, or undefined where RabbitMQ answers with that code (404: there is none, 406: it is another). */
export async function unless<T>(code: number, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === code) return undefined;
    throw error;
  }
}

export async function hasExchange(model: ChannelModel, name: string): Promise<boolean> {
  const ask = onChannel(model, (channel) => channel.checkExchange(name));
  return (await unless(404, ask)) !== undefined;
}

/** Undefined: there is no such queue. */
export function countsOf(model: ChannelModel, queue: string) {
  const ask = onChannel(model, (channel) => channel.checkQueue(queue));
  return unless(404, ask);
}

export async function setMarker(model: ChannelModel, name: string): Promise<void> {
  await onChannel(model, (channel) => channel.assertExchange(name, "fanout", { durable: true }));
}

export async function dropMarker(model: ChannelModel, name: string): Promise<void> {
  await onChannel(model, (channel) => channel.deleteExchange(name));
}

/** Its queues, what spreads over them, and last what leads events in. Harmless to repeat. */
export async function bindLayout(model: ChannelModel, layout: Layout): Promise<void> {
  await onChannel(model, async (channel) => {
    for (const { name, arguments: args } of layout.queues) {
      await explained(`queue ${name}`, () =>
        channel.assertQueue(name, { durable: true, arguments: args }),
      );
    }
    await bindSharder(channel, layout);
    for (const { queue, exchange, key } of layout.entries) {
      if (queue !== undefined) await channel.bindQueue(queue, exchange, key);
      else if (layout.sharder) await channel.bindExchange(layout.sharder.name, exchange, key);
    }
  });
}

async function bindSharder(channel: Channel, { sharder, inner }: Layout): Promise<void> {
  if (sharder === undefined) return;
  const args = { "alternate-exchange": sharder.rest };
  await channel.assertExchange(sharder.rest, "fanout", { durable: true });
  await explained(`exchange ${sharder.name}`, () =>
    channel.assertExchange(sharder.name, "headers", { durable: true, arguments: args }),
  );
  for (const { queue, exchange, key, slot } of inner) {
    const match = slot === undefined ? {} : { "x-match": "all", [shardHeader]: slot };
    await channel.bindQueue(queue, exchange, key, match);
  }
}

/** No more events come in; what it holds stays. */
export async function unbindLayout(model: ChannelModel, layout: Layout): Promise<void> {
  await onChannel(model, async (channel) => {
    for (const { queue, exchange, key } of layout.entries) {
      if (queue !== undefined) await channel.unbindQueue(queue, exchange, key);
      else if (layout.sharder) await channel.unbindExchange(layout.sharder.name, exchange, key);
    }
  });
}

/**
 * What every role does, so that no event slips through before a worker starts. Where another layout than the asked one stands, or
 * one moves into another, the store is bound there and nothing is touched: only the worker that holds the lock moves.
 */
export async function declareLayout(model: ChannelModel, spec: QueueSpec): Promise<void> {
  const goal = goalOf(spec);
  if (await redeclareLayout(model, spec, goal)) return;
  const markers = markersOf(spec);
  if (await hasExchange(model, markers.settled)) return;
  if (await countsOf(model, spec.name)) {
    if ((await plainOf(model, spec)) === "unordered") return;
  }
  const { current, leaving, plain } = await survey(model, spec);
  if (current.length > 0 || leaving.length > 0 || plain === "unordered") return;
  await bindLayout(model, layoutOf(spec, plain === "ordered" ? "1" : goal));
  await setMarker(model, markers.layout(plain === "ordered" ? "1" : goal));
}

/** Puts back what is missing of the layout if it is a current one; answers whether it is. */
export async function redeclareLayout(
  model: ChannelModel,
  spec: QueueSpec,
  id: LayoutId,
): Promise<boolean> {
  const marker = markersOf(spec).layout(id);
  const layout = layoutOf(spec, id);
  if (!(await hasExchange(model, marker))) return false;
  await bindLayout(model, layout);
  if (await hasExchange(model, marker)) return true;
  // A worker left it in between: its queues are being emptied.
  await unbindLayout(model, layout);
  return false;
}

/** The layout that all use; undefined: one moves into another, or nothing is there. */
export async function settledAt(
  model: ChannelModel,
  spec: QueueSpec,
): Promise<LayoutId | undefined> {
  const { settled, layout } = markersOf(spec);
  if (!(await hasExchange(model, settled))) return undefined;
  const goal = goalOf(spec);
  if (await hasExchange(model, layout(goal))) return goal;
  return (await survey(model, spec)).current[0];
}

/** Asks for some thirty names: for times when something moves, not for each minute. */
export async function survey(model: ChannelModel, spec: QueueSpec): Promise<Survey> {
  const markers = markersOf(spec);
  const found = async (ids: readonly LayoutId[], nameOf: (id: LayoutId) => string) => {
    const there: LayoutId[] = [];
    for (const id of ids) if (await hasExchange(model, nameOf(id))) there.push(id);
    return there;
  };
  return {
    current: await found(layoutIds, markers.layout),
    leaving: await found([unordered, ...layoutIds], markers.leaving),
    plain: await plainOf(model, spec),
  };
}

/** Throws TopologyError for a queue that no version of Waypost made. */
async function plainOf(model: ChannelModel, { name }: QueueSpec): Promise<Survey["plain"]> {
  if (!(await countsOf(model, name))) return "none";
  const assert = (args: Readonly<Record<string, unknown>>) =>
    onChannel(model, (channel) => channel.assertQueue(name, { durable: true, arguments: args }));
  if (await unless(406, assert(singleActive))) return "ordered";
  await explained(`queue ${name}`, () => assert(quorum));
  return "unordered";
}

import { setMaxListeners } from "node:events";
import type { Channel, ChannelModel } from "amqplib";
import type { Consumer } from "../../contracts.ts";
import { backoffMs, delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import { closeChannel, guardChannel } from "./channel.ts";
import type { Connection } from "./connection.ts";

/** What runs on one channel, from its opening to its end. */
export interface Session {
  readonly channel: Channel;
  /** Begin nothing more: paused, closed, or the channel is lost. */
  readonly over: AbortSignal;
  /** What runs is in vain or unwanted: closed, or the channel is lost. */
  readonly cut: AbortSignal;
  /** Nothing can be acked any more: the broker gives it to the next session. */
  lost(): boolean;
}

export interface SubscriptionOptions {
  readonly connection: Connection;
  readonly log: Log;
  /** Returning asks for a new channel, unless `over`. */
  readonly run: (session: Session) => Promise<void>;
}

/** Runs sessions one after another, each on a channel of its own, until it is paused or closed. */
export function createSubscription(options: SubscriptionOptions): Consumer {
  const closing = new AbortController();
  let pausing: AbortController | undefined;
  let running = Promise.resolve();
  const resume = () => {
    if (closing.signal.aborted || pausing) return;
    const current = new AbortController();
    pausing = current;
    running = running.then(() => runSessions(options, current.signal, closing.signal));
  };
  const pause = async () => {
    pausing?.abort();
    pausing = undefined;
    await running;
  };
  resume();
  return {
    pause,
    resume: async () => resume(),
    close: async () => {
      closing.abort();
      await pause();
    },
  };
}

async function runSessions(
  options: SubscriptionOptions,
  pausing: AbortSignal,
  closing: AbortSignal,
): Promise<void> {
  const { connection, log } = options;
  let failures = 0;
  while (!pausing.aborted) {
    let model: ChannelModel | undefined;
    try {
      model = await connection.connected(pausing);
      await runSession(model, options, pausing, closing);
      failures = 0;
    } catch (error) {
      if (pausing.aborted) return;
      // A lost connection is told once, by itself.
      if (connection.current() === model) log.warn("cannot consume from RabbitMQ", { error });
      failures += 1;
      await delay(backoffMs(failures, 5000), { signal: pausing });
    }
  }
}

async function runSession(
  model: ChannelModel,
  { log, run }: SubscriptionOptions,
  pausing: AbortSignal,
  closing: AbortSignal,
): Promise<void> {
  const channel = await model.createChannel();
  const gone = new AbortController();
  guardChannel(channel, log);
  channel.once("close", () => gone.abort());
  const cut = AbortSignal.any([closing, gone.signal]);
  // Every message of a batch may be published to the dead queue at once.
  setMaxListeners(0, cut);
  try {
    await run({
      channel,
      over: AbortSignal.any([pausing, gone.signal]),
      cut,
      lost: () => gone.signal.aborted,
    });
  } finally {
    await closeChannel(channel);
  }
}

import { randomUUID } from "node:crypto";
import type { ConsumeMessage } from "amqplib";
import { type Consumer, deadQueueName, type QueueSpec } from "../../contracts.ts";
import { backoffMs, delay } from "../../support/delay.ts";
import type { Log } from "../../support/log.ts";
import type { Connection } from "./connection.ts";
import { type DeadMessage, keptOf } from "./dead-message.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { createSubscription, type Session } from "./subscription.ts";
import { declareTopology, topologyOf } from "./topology.ts";

/** Bounds memory too: an event may be some megabytes, and a store that is away fills it. */
const maxUnacked = 100;
/** How much longer than the store everything waits, at most. */
const maxBackoffMs = 5_000;
/** RabbitMQ closes a channel that holds a message unacked for 30 minutes. */
const maxHeldMs = 10 * 60_000;

/** Each must succeed before the batch is acked. One that is done removes itself; steps may add others. */
export type Steps = (() => Promise<void>)[];

export interface BatchConsumerOptions {
  readonly connection: Connection;
  readonly queue: QueueSpec;
  readonly log: Log;
  /**
   * The same on every channel. RabbitMQ puts what a channel gives back behind what was given back before and is not delivered again yet:
   * a channel that takes less at a time than the one before it would change the order.
   */
  readonly prefetch?: number;
  /** How many bytes are held at a time, beside one message of any size; undefined: as many as the prefetch brings. */
  readonly maxBytes?: number;
  /** What is to be done before the batch may be acked. `cut`: what runs is in vain. */
  readonly stepsOf: (messages: readonly ConsumeMessage[], cut: AbortSignal) => Steps;
}

/** Ordered batches of a queue, one at a time, on a channel of its own. The only place that acks. */
export function consumeBatches(options: BatchConsumerOptions): Consumer {
  const { connection, log } = options;
  // Outlives a channel: reopening it is no success.
  const failures = { count: 0 };
  return createSubscription({
    connection,
    log,
    run: (session) => runBatches(session, options, failures),
  });
}

async function runBatches(
  session: Session,
  options: BatchConsumerOptions,
  failures: { count: number },
): Promise<void> {
  const inbox = await openInbox(session, options);
  while (!session.over.aborted) {
    const messages = await inbox.take();
    const last = messages.at(-1);
    if (last === undefined) return;
    if (!(await settled(messages, options, session, failures))) return;
    if (session.lost()) return;
    session.channel.ack(last, true);
    inbox.release(messages);
  }
}

async function openInbox(
  { channel, over }: Session,
  { queue, maxBytes, prefetch = maxUnacked }: BatchConsumerOptions,
): Promise<Inbox> {
  const inbox = createInbox(over, prefetch / 2, maxBytes);
  await declareTopology(channel, topologyOf([queue]));
  await channel.prefetch(prefetch);
  await channel.consume(queue.name, (message) => {
    if (message) inbox.put(message);
    else inbox.end();
  });
  return inbox;
}

/** True when all of the batch may be acked. False gives it back: it comes again, on a new channel. */
async function settled(
  messages: readonly ConsumeMessage[],
  { stepsOf, log }: BatchConsumerOptions,
  session: Session,
  failures: { count: number },
): Promise<boolean> {
  const steps = stepsOf(messages, session.cut);
  const heldSince = Date.now();
  for (;;) {
    try {
      await takeSteps(steps);
      failures.count = 0;
      return true;
    } catch (error) {
      if (session.over.aborted) return false;
      failures.count += 1;
      log.warn("a batch failed and comes again", { attempt: failures.count, error });
    }
    await delay(backoffMs(failures.count, maxBackoffMs), { signal: session.over });
    if (session.over.aborted || Date.now() - heldSince > maxHeldMs) return false;
  }
}

/** What is done is done: only the step that failed, and what follows, comes again. */
async function takeSteps(steps: Steps): Promise<void> {
  for (let step = steps[0]; step; step = steps[0]) {
    await step();
    steps.shift();
  }
}

export interface Dead {
  readonly message: ConsumeMessage;
  /** In our words, without content. */
  readonly reason: string;
}

export interface Undertaker {
  readonly queue: QueueSpec;
  /** Publishes, confirmed, to a dead queue. */
  readonly bury: (dead: DeadMessage, reason: string, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** Resolves when all of them lie in the queue's dead queue, each with its reason. */
export async function buryAll(
  all: readonly Dead[],
  { queue, bury, log }: Undertaker,
  cut: AbortSignal,
): Promise<void> {
  await Promise.all(all.map(({ message, reason }) => bury(deadOf(message, queue), reason, cut)));
  for (const { message, reason } of all) {
    const bytes = message.content.length;
    log.error("a message that is no event went to the dead queue", { reason, bytes });
  }
}

/** As it came, but for its way. */
function deadOf({ content, properties }: ConsumeMessage, queue: QueueSpec): DeadMessage {
  const { messageId, type } = properties;
  return {
    id: typeof messageId === "string" && messageId !== "" ? messageId : randomUUID(),
    type: typeof type === "string" ? type : "",
    routingKey: deadQueueName(queue.name),
    bytes: content,
    kept: keptOf(properties),
  };
}

import { randomUUID } from "node:crypto";
import type { ConsumeMessage } from "amqplib";
import type {
  BusMessage,
  Consumer,
  EncodedEvent,
  HandleBatch,
  QueueSpec,
} from "../../contracts.ts";
import { deadQueueName } from "../../contracts.ts";
import { parseBusMessage } from "../../event/parse.ts";
import { quarantinedMessage } from "../../event/quarantined-post.ts";
import { backoffMs, delay } from "../../support/delay.ts";
import { describeError, type Log } from "../../support/log.ts";
import type { Connection } from "./connection.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { createSubscription, type Session } from "./subscription.ts";
import { declareTopology, topologyOf } from "./topology.ts";

/** Bounds memory too: an event may be some megabytes, and a store that is away fills it. */
const prefetch = 100;
/** How much longer than the store everything waits, at most. */
const maxBackoffMs = 5_000;
/** RabbitMQ closes a channel that holds a message unacked for 30 minutes. */
const maxHeldMs = 10 * 60_000;

export interface ConsumerOptions {
  readonly connection: Connection;
  readonly queue: QueueSpec;
  readonly handle: HandleBatch;
  /** Publishes, confirmed, to a dead queue. */
  readonly bury: (dead: EncodedEvent, reason: string, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** Ordered batches of a queue, one at a time, on a channel of its own. The only place that acks. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { connection, queue } = options;
  const log = options.log.child({ queue: queue.name });
  // Outlives a channel: reopening it is no success.
  const failures = { count: 0 };
  return createSubscription({
    connection,
    log,
    run: async (session) => {
      const inbox = await openInbox(session, queue);
      while (!session.over.aborted) {
        const messages = await inbox.take();
        const last = messages.at(-1);
        if (last === undefined) return;
        if (!(await settled(messages, { ...options, log }, session, failures))) return;
        if (session.lost()) return;
        session.channel.ack(last, true);
      }
    },
  });
}

async function openInbox({ channel, over }: Session, queue: QueueSpec): Promise<Inbox> {
  const inbox = createInbox(over, prefetch / 2);
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
  options: ConsumerOptions,
  session: Session,
  failures: { count: number },
): Promise<boolean> {
  const { log } = options;
  const steps = stepsOf(messages, options, session.cut);
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

/** What is to be done before the batch may be acked: bury what is no event, handle, bury what the handler answers. */
function stepsOf(
  messages: readonly ConsumeMessage[],
  { queue, handle, bury, log }: ConsumerOptions,
  cut: AbortSignal,
): (() => Promise<void>)[] {
  const { batch, dead } = sort(messages, queue);
  const buryAll = async (all: readonly Dead[]) => {
    await Promise.all(all.map(({ message, reason }) => bury(deadOf(message, queue), reason, cut)));
    for (const { message, reason } of all) {
      const bytes = message.content.length;
      log.error("a message that is no event went to the dead queue", { reason, bytes });
    }
  };
  const steps: (() => Promise<void>)[] = [];
  if (dead.length > 0) steps.push(() => buryAll(dead));
  if (batch.size === 0) return steps;
  steps.push(async () => {
    const answered = (await handle([...batch.keys()], cut)) ?? [];
    const unfit = answered.flatMap(({ item, reason }) => {
      const message = batch.get(item);
      return message === undefined ? [] : [{ message, reason }];
    });
    if (unfit.length > 0) steps.push(() => buryAll(unfit));
  });
  return steps;
}

/** What is done is done: only the step that failed, and what follows, comes again. */
async function takeSteps(steps: (() => Promise<void>)[]): Promise<void> {
  for (let step = steps[0]; step; step = steps[0]) {
    await step();
    steps.shift();
  }
}

interface Dead {
  readonly message: ConsumeMessage;
  readonly reason: string;
}

/**
 * What is no event goes with the batch as a quarantined POST to who takes those, or what has an event's id; else to the
 * dead queue.
 */
function sort(messages: readonly ConsumeMessage[], queue: QueueSpec) {
  const batch = new Map<BusMessage, ConsumeMessage>();
  const dead: Dead[] = [];
  for (const message of messages) {
    try {
      batch.set(parseBusMessage(message.content), message);
    } catch (error) {
      const reason = describeError(error);
      const post = quarantinedMessage(message.content, reason);
      const taken = queue.quarantine || (queue.misshapen && post.eventid !== undefined);
      if (taken) batch.set(post, message);
      else dead.push({ message, reason });
    }
  }
  return { batch, dead };
}

/** As it came, but for its way. */
function deadOf({ content, properties }: ConsumeMessage, queue: QueueSpec): EncodedEvent {
  const { messageId, type } = properties;
  return {
    id: typeof messageId === "string" && messageId !== "" ? messageId : randomUUID(),
    type: typeof type === "string" ? type : "",
    routingKey: deadQueueName(queue.name),
    bytes: content,
  };
}

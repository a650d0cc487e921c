import type { ConsumeMessage } from "amqplib";
import type { BusMessage, Consumer, HandleBatch, QueueSpec } from "../../contracts.ts";
import { parseBusMessage } from "../../event/parse.ts";
import { quarantinedMessage } from "../../event/quarantined-post.ts";
import { describeError } from "../../support/describe-error.ts";
import type { Connection } from "./connection.ts";
import {
  buryAll,
  consumeBatches,
  type Dead,
  type Steps,
  type Undertaker,
} from "./consume-batches.ts";

export interface ConsumerOptions extends Undertaker {
  readonly connection: Connection;
  readonly handle: HandleBatch;
}

/** Hands over the events of a queue. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { connection, queue } = options;
  const log = options.log.child({ queue: queue.name });
  return consumeBatches({
    connection,
    queue,
    log,
    stepsOf: (messages, cut) => stepsOf(messages, { ...options, log }, cut),
  });
}

/** What is to be done before the batch may be acked: bury what is no event, handle, bury what the handler answers. */
function stepsOf(
  messages: readonly ConsumeMessage[],
  options: ConsumerOptions,
  cut: AbortSignal,
): Steps {
  const { batch, dead } = sort(messages, options.queue);
  const steps: Steps = [];
  if (dead.length > 0) steps.push(() => buryAll(dead, options, cut));
  if (batch.size === 0) return steps;
  steps.push(async () => {
    const answered = (await options.handle([...batch.keys()], cut)) ?? [];
    const unfit = answered.flatMap(({ item, reason }) => {
      const message = batch.get(item);
      return message === undefined ? [] : [{ message, reason }];
    });
    if (unfit.length > 0) steps.push(() => buryAll(unfit, options, cut));
  });
  return steps;
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

import type { ConsumeMessage } from "amqplib";
import type { Consumer, HandleIntake } from "../../contracts.ts";
import type { Connection } from "./connection.ts";
import { buryAll, consumeBatches, type Steps, type Undertaker } from "./consume-batches.ts";

/** What does not fit comes once more. Fewer would take small messages slower: 16 a third as fast as 50, which are as fast as 100. */
const prefetch = 50;
/** A service may publish what it likes: RabbitMQ takes 16 MB or 128 MB a message. */
const maxBytes = 16 * 1024 * 1024;

export interface IntakeConsumerOptions extends Undertaker {
  readonly connection: Connection;
  readonly handle: HandleIntake;
}

/** Hands over what services published to the exchange `waypost.intake`, and buries what cannot be taken. */
export function createIntakeConsumer(options: IntakeConsumerOptions): Consumer {
  const { connection, queue, handle } = options;
  const log = options.log.child({ queue: queue.name });
  return consumeBatches({
    connection,
    queue,
    log,
    prefetch,
    maxBytes,
    stepsOf: (messages, cut) => {
      const steps: Steps = [];
      // The same ones when the step comes again.
      const told = messages.map(toldIn);
      steps.push(async () => {
        const refused = await handle(told, cut);
        const dead = refused.flatMap(({ at, reason }) => {
          const message = messages[at];
          return message === undefined ? [] : [{ message, reason }];
        });
        if (dead.length > 0) steps.push(() => buryAll(dead, { ...options, log }, cut));
      });
      return steps;
    },
  });
}

function toldIn({ content, properties }: ConsumeMessage) {
  const { messageId, contentEncoding } = properties;
  return {
    bytes: content,
    ...(typeof messageId === "string" && messageId && { messageId }),
    ...(typeof contentEncoding === "string" && contentEncoding && { contentEncoding }),
  };
}

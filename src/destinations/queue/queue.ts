import type { Destination, QueuePublisher, QueueTarget } from "../../contracts.ts";
import { DeliveryError } from "../../contracts.ts";
import { encodeEvent } from "../../event/encode.ts";
import { type DestinationKind, OptionError } from "../destination-kind.ts";
import { effectId } from "../effect-id.ts";

const name = { type: "string", minLength: 1, maxLength: 255 };

const schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    queue: {
      ...name,
      description: "A durable quorum queue; declared when RabbitMQ does not have it.",
    },
    maxLength: {
      description:
        "With queue: how many events it holds when Waypost declares it. A full one refuses, and the rest waits in Waypost.",
      type: "integer",
      minimum: 1,
    },
    exchange: { ...name, description: "Instead of queue: an exchange that RabbitMQ has." },
    routingKey: {
      ...name,
      description: "With exchange: for every event. Default: <type>.<phone number id>.",
    },
  },
} as const;

/** Puts each event into a queue or an exchange on Waypost's RabbitMQ, in conversation order. */
export const queue: DestinationKind<Options> = {
  kind: "queue",
  schema,
  create: (destination, given, { queues }) => {
    const target = parseTarget(destination, given);
    if (queues) return createQueue(target, queues);
    throw new OptionError(destination, "kind", {
      problem: "queue needs RabbitMQ",
      remedy: "Set RABBITMQ_URL, or remove the destination",
    });
  },
};

interface Options {
  readonly queue?: string;
  readonly maxLength?: number;
  readonly exchange?: string;
  readonly routingKey?: string;
}

function parseTarget(destination: string, given: Options): QueueTarget {
  const fail = (option: string, problem: string, remedy: string): never => {
    throw new OptionError(destination, option, { problem, remedy });
  };
  const { queue, maxLength, exchange, routingKey } = given;
  if ((queue === undefined) === (exchange === undefined)) {
    return fail("", "needs a queue or an exchange", "Give exactly one of the two");
  }
  for (const [option, value] of Object.entries({ queue, exchange })) {
    if (/^(waypost|amq)\./.test(value ?? "")) {
      fail(option, "begins like a name of Waypost's or RabbitMQ's own", "Use a name of your own");
    }
  }
  if (queue !== undefined) {
    if (routingKey !== undefined) fail("routingKey", "goes with an exchange only", "Remove it");
    return { queue, ...(maxLength !== undefined && { maxLength }) };
  }
  if (maxLength !== undefined) fail("maxLength", "goes with a queue only", "Remove it");
  return { exchange: exchange ?? "", ...(routingKey !== undefined && { routingKey }) };
}

function createQueue(target: QueueTarget, queues: QueuePublisher): Destination {
  return {
    kind: "queue",
    idempotency: "native",
    links: false,
    deliver: async (event, context, signal) => {
      await queues.publish(target, { ...encodeEvent(event), id: effectId(event, context) }, signal);
      return { answer: "confirmed" };
    },
    preview: (event) => {
      const { id, type, routingKey } = encodeEvent(event);
      const key = "queue" in target ? target.queue : (target.routingKey ?? routingKey);
      return { ...target, routingKey: key, messageId: id, type, body: event };
    },
    check: async (signal) => {
      const name = "queue" in target ? "queue" : "exchange";
      try {
        return [{ name, ok: true, detail: await queues.check(target, signal) }];
      } catch (error) {
        const detail = error instanceof DeliveryError ? error.message : "RabbitMQ does not answer";
        return [{ name, ok: false, detail }];
      }
    },
    // The publisher serves all destinations of this kind, and is closed by whoever made it.
    close: async () => undefined,
  };
}

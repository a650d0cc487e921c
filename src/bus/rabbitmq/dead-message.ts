import { randomUUID } from "node:crypto";
import type { MessageProperties, Options } from "amqplib";
import type { EncodedEvent } from "../../contracts.ts";
import type { Publisher } from "./publish.ts";
import { reasonHeader } from "./topology.ts";

/** What a message in a dead queue has of the one that came, so that an operator can publish it again as it was. */
export type KeptProperties = Pick<
  Options.Publish,
  | "contentType"
  | "contentEncoding"
  | "correlationId"
  | "replyTo"
  | "timestamp"
  | "appId"
  | "priority"
  | "headers"
>;

export interface DeadMessage extends EncodedEvent {
  readonly kept: KeptProperties;
}

/**
 * Not `expiration`, which would remove it from the dead queue, nor `userId`, which RabbitMQ takes only from that user, nor the headers
 * CC and BCC, which would send copies.
 */
export function keptOf(properties: MessageProperties): KeptProperties {
  const { contentType, contentEncoding, correlationId, replyTo } = properties;
  const { timestamp, appId, priority } = properties;
  const { CC: _cc, BCC: _bcc, ...headers } = properties.headers ?? {};
  return {
    ...{ contentType, contentEncoding, correlationId, replyTo },
    ...{ timestamp, appId, priority, headers },
  };
}

/** Publishes to a dead queue, and resolves when that is confirmed. */
export function buryBy({ publish }: Pick<Publisher, "publish">) {
  return async (dead: DeadMessage, reason: string, signal: AbortSignal): Promise<void> => {
    const { kept, ...event } = dead;
    const { headers, ...properties } = kept;
    const withReason = { ...headers, [reasonHeader]: reason };
    try {
      await publish([event], signal, { exchange: "", headers: withReason, properties });
    } catch (error) {
      if (!isMisfit(error)) throw error;
      // Else it would come again for ever, and nothing behind it would be taken.
      const plain = { ...event, id: randomUUID(), type: "" };
      const said = `${reason} (its own properties could not be kept)`;
      await publish([plain], signal, {
        exchange: "",
        headers: { [reasonHeader]: said },
        properties: {},
      });
    }
  };
}

/** amqplib does not write all that it reads: headers of more than 64 KB, integers of 64 bits, short texts that are no UTF-8. */
function isMisfit(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

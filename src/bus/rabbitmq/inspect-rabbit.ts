import { type ChannelModel, connect } from "amqplib";
import type { QueueSpec } from "../../contracts.ts";
import { closeChannel, within } from "./channel.ts";
import { connectionWords } from "./connection.ts";
import { withHeartbeat } from "./rabbit-bus.ts";
import { declareTopology, topologyOf } from "./topology.ts";

/**
 * Connects, declares these queues and the exchanges, and answers with the server's version. Throws an Error whose
 * message says what is wrong and what to do, without a secret.
 */
export async function inspectRabbit(url: string, queues: readonly QueueSpec[]): Promise<string> {
  let model: ChannelModel | undefined;
  try {
    model = await connect(withHeartbeat(url), {
      noDelay: true,
      timeout: 5_000,
      clientProperties: { connection_name: "waypost doctor" },
    });
    model.on("error", () => undefined);
    const channel = await model.createChannel();
    channel.on("error", () => undefined);
    await declareTopology(channel, topologyOf(queues));
    await closeChannel(channel);
    return versionOf(model);
  } catch (error) {
    throw new Error(error instanceof Error ? connectionWords(error) : "RabbitMQ is away");
  } finally {
    if (model) await within(2_000, model.close());
  }
}

function versionOf({ connection }: ChannelModel): string {
  const { serverProperties } = connection as { serverProperties?: { version?: unknown } };
  return String(serverProperties?.version ?? "of an unknown version");
}

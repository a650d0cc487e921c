import { type ChannelModel, connect } from "amqplib";
import type { QueueSpec } from "../../contracts.ts";
import { within } from "../../support/within.ts";
import { closeChannel } from "./channel.ts";
import { connectionWords } from "./connection.ts";
import { declareLayout, settledAt } from "./declare-layout.ts";
import { goalOf } from "./layout.ts";
import { withHeartbeat } from "./rabbit-bus.ts";
import { declareTopology, topologyOf } from "./topology.ts";

export interface RabbitFindings {
  readonly version: string;
  /** Over how many queues the store's events are split now; undefined: as asked, or it changes just now. */
  readonly otherShards?: string;
}

/**
 * Connects, declares these queues and the exchanges, and answers with what it found. Throws an Error whose
 * message says what is wrong and what to do, without a secret.
 */
export async function inspectRabbit(
  url: string,
  queues: readonly QueueSpec[],
): Promise<RabbitFindings> {
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
    const topology = topologyOf(queues);
    await declareTopology(channel, topology);
    await closeChannel(channel);
    let otherShards: string | undefined;
    for (const spec of topology.layouts) {
      await declareLayout(model, spec);
      const found = await settledAt(model, spec);
      if (found !== undefined && found !== goalOf(spec)) otherShards = found;
    }
    return { version: versionOf(model), ...(otherShards !== undefined && { otherShards }) };
  } catch (error) {
    throw new Error(error instanceof Error ? connectionWords(error) : "RabbitMQ is away");
  } finally {
    if (model) await within(2_000, model.close(), () => undefined);
  }
}

function versionOf({ connection }: ChannelModel): string {
  const { serverProperties } = connection as { serverProperties?: { version?: unknown } };
  return String(serverProperties?.version ?? "of an unknown version");
}

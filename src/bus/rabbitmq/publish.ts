import { setTimeout as sleep } from "node:timers/promises";
import type { ChannelModel, ConfirmChannel, Message, Options } from "amqplib";
import type { EncodedEvent } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { within } from "../../support/within.ts";
import { closeChannel, dropConnection, guardChannel } from "./channel.ts";
import { declareLayout } from "./declare-layout.ts";
import { shardHeaders } from "./layout.ts";
import { declareTopology, exchangeOf, type Topology } from "./topology.ts";
import { createWindow, type Diverted, type PublishCall, type Window } from "./window.ts";

export interface Publisher {
  /** As Bus.publish. Goes to the type's own exchange unless `diverted`. */
  publish(events: readonly EncodedEvent[], signal: AbortSignal, diverted?: Diverted): Promise<void>;
  /** Why not now, in words. */
  trouble(): string | undefined;
  /** Declares the topology and opens the channel on a new connection. */
  attach(model: ChannelModel): Promise<void>;
  /** Takes nothing more, waits for the confirms (3 s at most), closes the channel. */
  close(): Promise<void>;
}

interface PublisherOptions {
  /** As it is now: `declare` of the bus changes it. */
  readonly topology: () => Topology;
  /** Events bear the header that shards are told by. */
  readonly sharded: () => boolean;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "returned">;
}

/**
 * Nothing returns an event that another queue takes: a binding or a queue that was removed by hand is found
 * missing only by declaring it again.
 */
const redeclareMs = 60_000;

/** Where it stands: one of the three may keep it from publishing. */
interface Line {
  closing: boolean;
  /** In RabbitMQ's words. */
  blocked: string | undefined;
  channel: ConfirmChannel | undefined;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const line: Line = { closing: false, blocked: undefined, channel: undefined };
  const window = createWindow(
    () => line.channel !== undefined && line.blocked === undefined,
    (call) => {
      if (line.channel) sendCall(line.channel, call, window, options.sharded());
    },
  );
  const openChannel = createOpener(line, window, options);
  return {
    trouble: () => troubleOf(line),
    publish(events, signal, diverted) {
      const trouble = troubleOf(line);
      if (trouble !== undefined) return Promise.reject(new Error(trouble));
      if (signal.aborted) return Promise.reject(late(signal));
      if (events.length === 0) return Promise.resolve();
      return enter(window, events, signal, diverted);
    },
    attach: async (model) => {
      line.blocked = undefined;
      model.on("blocked", (reason) => {
        line.blocked = reason;
        window.reject(new Error(troubleOf(line)), "all");
        options.log.warn("RabbitMQ blocks publishers", { reason });
      });
      model.on("unblocked", () => {
        line.blocked = undefined;
        options.log.info("RabbitMQ takes publishes again");
      });
      await openChannel(model);
    },
    close: async () => {
      line.closing = true;
      await within(3000, window.idle(), () => undefined);
      if (line.channel) await closeChannel(line.channel, 1000);
    },
  };
}

function troubleOf({ closing, blocked, channel }: Line): string | undefined {
  if (closing) return "the bus is closing";
  if (blocked !== undefined) return `RabbitMQ blocks publishers: ${blocked}`;
  return channel ? undefined : "no channel to RabbitMQ";
}

/** Opens the confirm channel, and another one whenever it is lost while its connection lives. */
function createOpener(line: Line, window: Window, { topology, log, metrics }: PublisherOptions) {
  let repairing = false;
  const repair = async (model: ChannelModel) => {
    if (repairing) return;
    repairing = true;
    log.error("RabbitMQ has no queue for an event: declares the topology again");
    // 3.10 never tells the consumers of a deleted queue when it stands there again before it could.
    await sleep(1000);
    await declareOn(model, topology(), log).catch((error) => dropConnection(model, error));
    repairing = false;
  };
  const onReturn = (model: ChannelModel, { properties }: Message) => {
    metrics.returned.inc();
    const failure = new Error("RabbitMQ returned it: no queue is bound for it");
    for (const call of window.calls()) {
      if (call.events.some(({ id }) => id === properties.messageId)) call.failure ??= failure;
    }
    void repair(model);
  };
  return async function open(model: ChannelModel): Promise<void> {
    const drop = (error: Error) => dropConnection(model, error);
    await declareOn(model, topology(), log);
    const channel = await model.createConfirmChannel();
    const openedAt = Date.now();
    guardChannel(channel, log);
    channel.on("return", (message) => onReturn(model, message));
    const redeclare = () => void declareOn(model, topology(), log).catch(drop);
    const timer = setInterval(redeclare, redeclareMs).unref();
    // First of its listeners: amqplib's own then fails what is in flight, and nothing may be sent in its place.
    channel.prependListener("close", () => {
      clearInterval(timer);
      if (line.channel !== channel) return;
      line.channel = undefined;
      window.reject(new Error(troubleOf(line)), "waiting");
      if (line.closing) return;
      void sleep(Date.now() - openedAt < 1000 ? 1000 : 0)
        .then(() => open(model))
        .catch(drop);
    });
    line.channel = channel;
  };
}

/** On a channel of its own: what RabbitMQ refuses closes it. */
export async function declareOn(model: ChannelModel, topology: Topology, log: Log): Promise<void> {
  const scratch = await model.createChannel();
  scratch.on("error", () => log.debug("RabbitMQ refuses the topology"));
  await declareTopology(scratch, topology);
  for (const spec of topology.layouts) await declareLayout(model, spec);
  await closeChannel(scratch);
}

function enter(
  window: Window,
  events: readonly EncodedEvent[],
  signal: AbortSignal,
  diverted: Diverted | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      window.giveUp(call);
      call.settle(late(signal));
    };
    const call: PublishCall = {
      events,
      diverted,
      bytes: events.reduce((sum, { bytes }) => sum + bytes.length, 0),
      unconfirmed: events.length,
      failure: undefined,
      settle: (error) => {
        signal.removeEventListener("abort", onAbort);
        if (error) reject(error);
        else resolve();
      },
    };
    signal.addEventListener("abort", onAbort, { once: true });
    window.enter(call);
  });
}

function late(signal: AbortSignal): Error {
  return new Error("RabbitMQ has not confirmed in time", { cause: signal.reason });
}

const durable: Options.Publish = { persistent: true, mandatory: true };
/** One for all: amqplib has read it when `publish` returns. */
const ofEvents: Options.Publish = {
  ...durable,
  contentType: "application/cloudevents+json",
  appId: "waypost",
  messageId: "",
  type: "",
  headers: undefined as Diverted["headers"] | undefined,
};

function sendCall(
  channel: ConfirmChannel,
  call: PublishCall,
  window: Window,
  sharded: boolean,
): void {
  const onConfirm = (error: unknown) => {
    if (error) call.failure ??= error instanceof Error ? error : new Error("not confirmed");
    call.unconfirmed -= 1;
    if (call.unconfirmed > 0) return;
    window.leave(call);
    call.settle(call.failure);
  };
  let sent = 0;
  const { diverted } = call;
  const properties = diverted?.properties ? { ...diverted.properties, ...durable } : ofEvents;
  properties.headers = diverted?.headers;
  try {
    for (const { id, type, routingKey, bytes } of call.events) {
      properties.messageId = id;
      properties.type = type;
      if (sharded && diverted === undefined) properties.headers = shardHeaders(routingKey);
      const exchange = diverted?.exchange ?? exchangeOf(type);
      channel.publish(exchange, routingKey, asBuffer(bytes), properties, onConfirm);
      sent += 1;
    }
  } catch (error) {
    for (; sent < call.events.length; sent += 1) onConfirm(error);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

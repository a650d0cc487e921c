import { type ChannelModel, connect, type RecoveringChannelModel } from "amqplib";
import { describeError } from "../../support/describe-error.ts";
import type { Log } from "../../support/log.ts";
import { within } from "../../support/within.ts";
import { dropConnection } from "./channel.ts";
import { TopologyError } from "./topology.ts";

/** A connection that comes back by itself, at most about 2 s after the broker does. */
export interface Connection {
  /** Undefined while away. */
  current(): ChannelModel | undefined;
  /** Resolves when there is one. Rejects when the signal aborts. */
  connected(signal: AbortSignal): Promise<ChannelModel>;
  /** Why not, in words; undefined when connected. */
  trouble(): string | undefined;
  /** Within about 4 s, even when the broker is frozen. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly url: string;
  /** Shown by `rabbitmqctl list_connections`, with the purpose. */
  readonly name: string;
  readonly purpose: "publish" | "consume";
  readonly log: Log;
  /** Rebuilds on each new connection what the old one had. When it throws, the connection is made again. */
  readonly setup: (model: ChannelModel) => Promise<void>;
}

/** Resolves at once; the connection comes when the broker does. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { url, name, purpose, log, setup } = options;
  let current: ChannelModel | undefined;
  let trouble: string | undefined = "connecting to RabbitMQ";
  const waiting = new Set<(model: ChannelModel) => void>();
  const recovering = await connect(url, {
    noDelay: true,
    timeout: 2000,
    clientProperties: { connection_name: `${name} ${purpose}` },
    recovery: { waitForConnect: false, maxDelay: 2000, setup: guarded(setup) },
  });
  const away = (error: Error) => {
    current = undefined;
    const words = connectionWords(error);
    if (words !== trouble) log.warn(`no connection to RabbitMQ to ${purpose}`, { reason: words });
    trouble = words;
  };
  recovering.on("connect", (model) => {
    current = model;
    trouble = undefined;
    log.info(`connected to RabbitMQ to ${purpose}`);
    for (const resolve of waiting) resolve(model);
    waiting.clear();
  });
  recovering.on("connect-failed", away);
  recovering.on("disconnect", away);
  let due = 0;
  recovering.on("reconnect-scheduled", ({ delay }) => {
    due = performance.now() + delay;
  });
  // A `disconnect` follows, and tells it.
  recovering.on("error", () => undefined);
  return {
    current: () => current,
    trouble: () => trouble,
    connected: (signal) => (current ? Promise.resolve(current) : oneOf(waiting, signal)),
    close: async () => {
      if (!current && performance.now() >= due - 5)
        await within(2500, attempt(recovering), () => undefined);
      await within(1000, recovering.close(), () => undefined);
      if (current) dropConnection(current);
      current = undefined;
      trouble = "the connection to RabbitMQ is closed";
    },
  };
}

/**
 * The end of an attempt to connect. Recovery closed during one would open a connection without listeners, whose first
 * error ends the process.
 */
function attempt(recovering: RecoveringChannelModel): Promise<void> {
  return new Promise((resolve) => {
    recovering.once("connect", () => resolve());
    recovering.once("connect-failed", () => resolve());
  });
}

/**
 * Listens before anything else can happen: recovery itself listens only after the setup, and would keep for good a connection
 * that was lost meanwhile.
 */
function guarded(setup: ConnectionOptions["setup"]) {
  return async (model: ChannelModel) => {
    let lost: Error | undefined;
    const closed = new Promise<void>((resolve) => {
      model.on("close", (error) => {
        lost = error ?? new Error("Connection closed");
        // The other side may never close its end; its answer has a second to get out.
        setTimeout(() => dropConnection(model), 1000).unref();
        resolve();
      });
    });
    model.on("error", () => undefined);
    try {
      await setup(model);
    } catch (error) {
      // Recovery closes it, and would wait for ever for the answer of a broker that is gone.
      if (lost === undefined) {
        dropConnection(model);
        await closed;
      }
      throw error;
    }
    if (lost !== undefined) throw lost;
  };
}

function oneOf(waiting: Set<(model: ChannelModel) => void>, signal: AbortSignal) {
  return new Promise<ChannelModel>((resolve, reject) => {
    const onAbort = () => {
      waiting.delete(done);
      reject(new Error("no longer wanted"));
    };
    const done = (model: ChannelModel) => {
      signal.removeEventListener("abort", onAbort);
      resolve(model);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    waiting.add(done);
  });
}

/** What keeps from a connection, for people; no secret. */
export function connectionWords(error: Error): string {
  if (error instanceof TopologyError) return error.message;
  if (error.message.includes("ACCESS_REFUSED") || error.message.includes("ACCESS-REFUSED")) {
    return "RabbitMQ refuses the user or the password";
  }
  if (error.message.startsWith("Expected ConnectionOpenOk")) {
    return "RabbitMQ has no such vhost, or does not let this user in";
  }
  return `RabbitMQ is away: ${describeError(error)}`;
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openEmbeddedBus } from "../bus/embedded/embedded-bus.ts";
import type { RabbitBusOptions } from "../bus/rabbitmq/rabbit-bus.ts";
import type { Config } from "../config/config.ts";
import type { Bus, QueuePublisher, QueueSpec, Store } from "../contracts.ts";
import { openEmbeddedStore } from "../store/embedded/open-embedded-store.ts";
import type { MongoStoreOptions } from "../store/mongo/connect-mongo-store.ts";
import { delay } from "../support/delay.ts";
import { createLifecycle, type Lifecycle } from "../support/lifecycle.ts";
import { createLog, type Log } from "../support/log.ts";
import { createMetrics, type Metrics } from "../support/metrics.ts";

/** What every role starts with. */
export interface Base {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly life: Lifecycle;
}

/** The logger is added first, so it ends last. */
export function createBase(config: Config): Base {
  const { close, ...log } = createLog({ level: config.logLevel });
  const life = createLifecycle(log);
  life.add("log", () => {
    log.info("stopped");
    return close();
  });
  for (const warning of config.warnings) log.warn("configuration", { reason: warning });
  return { config, log, metrics: createMetrics(), life };
}

/** RabbitMQ where there is a URL, else the embedded bus in DATA_DIR. Declares the whole topology. */
export async function openBus(base: Base, queues: readonly QueueSpec[]): Promise<Bus> {
  const { config, log, metrics, life } = base;
  const options = { queues, log: log.child({ role: "bus" }), metrics };
  const bus = config.rabbitmqUrl
    ? await rabbitBus({ ...options, url: config.rabbitmqUrl })
    : await openEmbeddedBus({ ...options, path: await inDataDir(config, "bus.db") });
  life.add("bus", () => bus.close());
  return bus;
}

/** MongoDB where there is a URL, else the embedded store in DATA_DIR. */
export async function openStore({ config, log, life }: Base): Promise<Store> {
  const options = { retentionDays: config.retentionDays, log: log.child({ role: "store" }) };
  const store = config.mongodbUrl
    ? await mongoStore({ ...options, url: config.mongodbUrl })
    : await openEmbeddedStore({ ...options, path: await inDataDir(config, "store.db") });
  life.add("store", () => store.close());
  return store;
}

// The drivers are loaded only where they are used: they are much of the time that a start takes.
async function rabbitBus(options: RabbitBusOptions): Promise<Bus> {
  return (await import("../bus/rabbitmq/rabbit-bus.ts")).connectRabbitBus(options);
}

async function mongoStore(options: MongoStoreOptions): Promise<Store> {
  return (await import("../store/mongo/connect-mongo-store.ts")).connectMongoStore(options);
}

/** Of destinations of the kind `queue`; undefined without RabbitMQ. */
export async function openQueues(
  { rabbitmqUrl: url }: Pick<Config, "rabbitmqUrl">,
  log: Log,
): Promise<QueuePublisher | undefined> {
  if (url === undefined) return undefined;
  const { connectQueuePublisher } = await import("../bus/rabbitmq/queue-publisher.ts");
  return connectQueuePublisher({ url, log });
}

/** Does it until it works, or the program ends. */
export function keepTrying(
  { life }: Pick<Base, "life">,
  name: string,
  { everyMs, failed }: { readonly everyMs: number; readonly failed: (error: unknown) => void },
  work: () => Promise<void>,
): void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const trying = (async () => {
    while (!signal.aborted) {
      try {
        return await work();
      } catch (error) {
        failed(error);
        await delay(everyMs, { signal });
      }
    }
  })();
  life.add(name, () => {
    stopping.abort();
    return trying;
  });
}

export async function inDataDir(config: Config, name: string): Promise<string> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  return join(config.dataDir, name);
}

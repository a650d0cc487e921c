import { connectQueuePublisher } from "../bus/rabbitmq/queue-publisher.ts";
import { ConfigError, type ConfigProblem } from "../config/config-error.ts";
import type { DestinationConfig, Routing } from "../config/routing.ts";
import type { Bus, QueuePublisher, Store, WaypostEvent } from "../contracts.ts";
import { createDelivery, type DeliveryEngine } from "../deliver/create-delivery.ts";
import type { DeliveryHooks, DestinationSetup } from "../deliver/delivery.ts";
import { type DestinationParts, OptionError } from "../destinations/destination-kind.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import { createLog } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import type { Base } from "./base.ts";
import type { Plan } from "./plan.ts";

export interface Delivering {
  /** Finishes what runs, then goes on with the new plan; the ledger keeps every order. */
  reload(plan: Plan): Promise<void>;
  close(): Promise<void>;
}

export interface DeliveringOptions {
  readonly bus: Bus;
  readonly store: Store;
  readonly plan: Plan;
  /** Begins the holder's name, so that `status` finds the process. */
  readonly holder: string;
  /** `work --only`: these destinations; undefined: all. */
  readonly only?: readonly string[];
}

/** The consumers of the destinations' queues: bus ──▶ ledger ──▶ destinations. */
export async function startDelivering(base: Base, options: DeliveringOptions): Promise<Delivering> {
  const log = base.log.child({ role: "deliver" });
  const queues = await openQueues(base);
  let running: Running | undefined;
  const build = (plan: Plan) =>
    createDestinations(plan.routing, { log, ...(queues && { queues }) }).filter(
      ({ name }) => options.only === undefined || options.only.includes(name),
    );
  const start = (plan: Plan, setups: readonly DestinationSetup[]) => {
    const engine = createDelivery({
      destinations: setups,
      routes: plan.routes,
      bus: options.bus,
      ledger: options.store.ledger,
      log,
      holder: options.holder,
      hooks: measure(base.metrics),
    });
    engine.start();
    running = { engine, setups };
  };
  const stop = async () => {
    await running?.engine.close();
    await Promise.all((running?.setups ?? []).map(({ destination }) => destination.close()));
    running = undefined;
  };
  start(options.plan, build(options.plan));
  return {
    async reload(plan) {
      const setups = build(plan);
      await stop();
      start(plan, setups);
    },
    close: stop,
  };
}

interface Running {
  readonly engine: DeliveryEngine;
  readonly setups: readonly DestinationSetup[];
}

/** Every configured destination. Throws a ConfigError for options that a schema cannot refuse. */
export function createDestinations(routing: Routing, parts: DestinationParts): DestinationSetup[] {
  const problems: ConfigProblem[] = [];
  const setups: DestinationSetup[] = [];
  for (const [name, config] of Object.entries(routing.destinations)) {
    try {
      const destination = destinationKinds[config.kind]?.create(name, config.options, parts);
      if (destination) setups.push({ name, destination, config });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      const { option, problem, remedy } = error;
      const where = `destinations.${name}${option && `.${option}`}`;
      problems.push({ where, problem, remedy });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return setups;
}

/** Makes them all, the alerts' sender too, and closes them: opens no connection. Throws a ConfigError. */
export async function tryDestinations(routing: Routing, hasRabbit: boolean): Promise<void> {
  const { destinations, alerts } = routing;
  const all = {
    ...routing,
    destinations: { ...destinations, ...(alerts && { "alerts.to": alerts.to }) },
  };
  const setups = createDestinations(all, nowhere(hasRabbit));
  await Promise.all(setups.map(({ destination }) => destination.close()));
}

/** For destinations that are made, but not used. */
function nowhere(hasRabbit: boolean): DestinationParts {
  const refuse = () => Promise.reject(new Error("nothing is sent"));
  const queues = { publish: refuse, check: refuse, close: async () => undefined };
  return { log: createLog({ level: "error" }), ...(hasRabbit && { queues }) };
}

/** What a destination would be sent; nothing is sent, and no connection opened. */
export async function previewDestination(
  name: string,
  config: DestinationConfig,
  event: WaypostEvent,
): Promise<unknown> {
  const destination = destinationKinds[config.kind]?.create(name, config.options, nowhere(true));
  try {
    return destination?.preview(event);
  } finally {
    await destination?.close();
  }
}

async function openQueues({ config, log, life }: Base): Promise<QueuePublisher | undefined> {
  if (config.rabbitmqUrl === undefined) return undefined;
  const queues = await connectQueuePublisher({ url: config.rabbitmqUrl, log });
  life.add("queues", () => queues.close());
  return queues;
}

function measure(metrics: Metrics): DeliveryHooks {
  return {
    attempt: (destination, outcome) => metrics.deliveryAttempts.inc({ destination, outcome }),
    delivered: (destination, ms) => metrics.deliverySeconds.observe({ destination }, ms / 1_000),
    dead: (destination) => metrics.deliveryDead.inc({ destination }),
    holds: (destination, { open, oldestAgeMs, breakerOpen }) => {
      metrics.deliveryOpen.set({ destination }, open);
      metrics.deliveryOldestAge.set({ destination }, oldestAgeMs / 1_000);
      metrics.breakerOpen.set({ destination }, breakerOpen ? 1 : 0);
    },
    released: (destination) => {
      metrics.deliveryOpen.remove({ destination });
      metrics.deliveryOldestAge.remove({ destination });
      metrics.breakerOpen.remove({ destination });
    },
  };
}

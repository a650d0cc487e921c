import { ConfigError } from "../config/config-error.ts";
import type { DestinationConfig, Routing } from "../config/routing.ts";
import { type PathProblem, showPath } from "../config/yaml-file.ts";
import type { Bus, QueuePublisher, Store, WaypostEvent } from "../contracts.ts";
import { createDelivery, type DeliveryEngine } from "../deliver/create-delivery.ts";
import type { DeliveryHooks, DestinationSetup } from "../deliver/delivery.ts";
import { type DestinationParts, OptionError } from "../destinations/destination-kind.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import { createLog } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import type { Base } from "./base.ts";
import type { Plan } from "./plan.ts";

/** The name of the alerts' own sender among destinations; no configured one has a dot in its name. */
export const alertsSender = "alerts.to";

export interface Delivering {
  /** Finishes what runs, then goes on with the new plan; the ledger keeps every order. */
  reload(plan: Plan): Promise<void>;
  /** For good; the leases are free within `leftMs`. */
  close(leftMs?: number): Promise<void>;
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
  const build = async (plan: Plan) => {
    const setups = await createDestinations(plan.routing, { log, ...(queues && { queues }) });
    return setups.filter(({ name }) => options.only === undefined || options.only.includes(name));
  };
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
  let closed = false;
  const stop = async (leftMs?: number) => {
    await running?.engine.close(leftMs);
    await Promise.all((running?.setups ?? []).map(({ destination }) => destination.close()));
    running = undefined;
  };
  start(options.plan, await build(options.plan));
  return {
    async reload(plan) {
      const setups = await build(plan);
      await stop();
      if (!closed) start(plan, setups);
    },
    async close(leftMs) {
      closed = true;
      await stop(leftMs);
    },
  };
}

interface Running {
  readonly engine: DeliveryEngine;
  readonly setups: readonly DestinationSetup[];
}

/** Every configured destination. Throws a ConfigError for options that a schema cannot refuse. */
export async function createDestinations(
  routing: Routing,
  parts: DestinationParts,
): Promise<DestinationSetup[]> {
  const { setups, problems } = await makeDestinations(routing, parts);
  if (problems.length === 0) return setups;
  throw new ConfigError(
    problems.map(({ path, ...words }) => ({ where: showPath(path), ...words })),
  );
}

async function makeDestinations(
  { destinations }: Pick<Routing, "destinations">,
  parts: DestinationParts,
): Promise<{ readonly setups: DestinationSetup[]; readonly problems: PathProblem[] }> {
  const problems: PathProblem[] = [];
  const setups: DestinationSetup[] = [];
  for (const [name, config] of Object.entries(destinations)) {
    try {
      const destination = await destinationKinds[config.kind]?.create(name, config.options, parts);
      if (destination) setups.push({ name, destination, config });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      problems.push(toProblem(name, error));
    }
  }
  return { setups, problems };
}

function toProblem(name: string, { option, problem, remedy }: OptionError): PathProblem {
  const at = name === alertsSender ? ["alerts", "to"] : ["destinations", name];
  return { path: option === "" ? at : [...at, ...option.split(".")], problem, remedy };
}

/** Makes them all, the alerts' sender too, and closes them: opens no connection. Answers with what is wrong. */
export async function tryDestinations(
  { destinations, alerts }: Routing,
  hasRabbit: boolean,
): Promise<readonly PathProblem[]> {
  const all = { ...destinations, ...(alerts && { [alertsSender]: alerts.to }) };
  const { setups, problems } = await makeDestinations({ destinations: all }, nowhere(hasRabbit));
  await Promise.all(setups.map(({ destination }) => destination.close()));
  return problems;
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
  const kind = destinationKinds[config.kind];
  const destination = await kind?.create(name, config.options, nowhere(true));
  try {
    return destination?.preview(event);
  } finally {
    await destination?.close();
  }
}

async function openQueues({ config, log, life }: Base): Promise<QueuePublisher | undefined> {
  if (config.rabbitmqUrl === undefined) return undefined;
  const { connectQueuePublisher } = await import("../bus/rabbitmq/queue-publisher.ts");
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

import type { Config } from "../config/config.ts";
import { loadRouting } from "../config/load-routing.ts";
import type { Routing } from "../config/routing.ts";
import {
  flowsDestination,
  intakeQueueName,
  mediaDestination,
  type QueueSpec,
  storeQueueName,
} from "../contracts.ts";
import { deliverQueue } from "../deliver/delivery.ts";
import { compileRoutes, type Routes } from "../deliver/routes/routes.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import { mediaLaneKeys } from "../destinations/media/lane-keys.ts";
import type { Sources } from "../receive/sources/source.ts";
import { type LaneKeys, laneKeysByName, tryDestinations } from "./destinations.ts";
import { createSources, trySources } from "./sources.ts";

/** What waypost.yaml asks for, ready to run; SIGHUP loads another one, which replaces it as a whole. */
export interface Plan {
  readonly routing: Routing;
  readonly routes: Routes;
  readonly sources: Sources;
  /** Those configured, `flows` where a route has something for it, and `media` where files are fetched. */
  readonly destinations: ReadonlyMap<string, { readonly kind: string }>;
  /** `media`'s among them. */
  readonly laneKeys: LaneKeys;
  /** Every role declares all of them, so that no event slips through before its consumer first starts. */
  readonly queues: readonly QueueSpec[];
}

/** The store's queue takes everything, quarantine included, in order: conditions read the log. */
export function storeQueue({ storeShards }: Pick<Config, "storeShards">): QueueSpec {
  return {
    name: storeQueueName,
    patterns: ["#"],
    quarantine: true,
    single: true,
    shards: storeShards,
  };
}

/** What services publish to RabbitMQ, in order: one process takes it in at a time. */
export const intakeQueue: QueueSpec = {
  name: intakeQueueName,
  patterns: [],
  quarantine: false,
  intake: true,
  single: true,
};

/**
 * waypost.yaml as a start takes it. Throws a ConfigError with every problem, also with those that only making
 * the destinations and sources finds.
 */
export function readRouting(
  env: NodeJS.ProcessEnv,
  hasRabbit: boolean,
  cwd?: string,
): Promise<Routing> {
  return loadRouting(env, destinationKinds, cwd, async (routing) => [
    ...(await tryDestinations(routing, hasRabbit)),
    ...(await trySources(routing)),
  ]);
}

/** Throws as `readRouting`. */
export async function loadPlan(env: NodeJS.ProcessEnv, config: Config): Promise<Plan> {
  const hasRabbit = config.rabbitmqUrl !== undefined;
  const routing = await readRouting(env, hasRabbit);
  const media = config.media !== undefined;
  const routes = compileRoutes({ ...routing, media });
  const hasFlows = routes.patternsFor(flowsDestination).length > 0;
  const destinations = new Map([
    ...Object.entries(routing.destinations),
    ...(hasFlows ? [builtIn(flowsDestination)] : []),
    ...(media ? [builtIn(mediaDestination)] : []),
  ]);
  return {
    routing,
    routes,
    sources: await createSources(routing),
    destinations,
    laneKeys: new Map([
      ...(await laneKeysByName(routing, hasRabbit)),
      ...(media ? [[mediaDestination, mediaLaneKeys] as const] : []),
    ]),
    queues: [
      storeQueue(config),
      ...(hasRabbit ? [intakeQueue] : []),
      ...[...destinations.keys()].map((name) => deliverQueue(name, routes)),
    ],
  };
}

/** Its kind is its name. */
function builtIn(name: string): [string, { readonly kind: string }] {
  return [name, { kind: name }];
}

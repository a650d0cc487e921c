import type { Store } from "../contracts.ts";
import { flowsDestination } from "../contracts.ts";
import type { Surroundings } from "../deliver/attempt/surroundings.ts";
import type { DestinationSetup } from "../deliver/delivery.ts";
import type { FlowMemory } from "../deliver/flows/circumstances.ts";
import { createDecider, type Decider } from "../deliver/flows/decide.ts";
import { compileDoings, createFlows } from "../deliver/flows/flows.ts";
import { confirmationOf } from "../deliver/flows/set.ts";
import { createSurroundings } from "../deliver/flows/surroundings.ts";
import { templateFilters } from "../event/template-filters.ts";
import { systemClock } from "../support/clock.ts";
import { createTemplates } from "../support/template.ts";
import type { Plan } from "./plan.ts";

/** A built-in destination never waits long: all that it does is in the store and on the bus. */
const retry = { delaysMs: [1_000, 10_000, 60_000, 300_000] };

/** What routes ask at a delivery's turn, and the built-in destination that does what they `set` and `emit`. */
export function createFlowParts(
  plan: Plan,
  store: Store,
  files: Surroundings["files"] | undefined,
): {
  readonly decider: Decider;
  readonly setups: readonly DestinationSetup[];
  readonly surroundings: Surroundings;
} {
  const memory = { query: store, contacts: store.contacts, ledger: store.ledger };
  const { decider, flows, surroundings } = flowsOver(plan, memory, files);
  const setup = { name: flowsDestination, destination: flows, config: { retry } };
  return { decider, surroundings, setups: plan.destinations.has(flowsDestination) ? [setup] : [] };
}

/** The same over any memory: one that only reads tells what would be done. */
export function flowsOver(
  { routing, routes }: Pick<Plan, "routing" | "routes">,
  memory: FlowMemory,
  files?: Surroundings["files"],
) {
  const { flows: rules, accounts } = routing;
  const { now } = systemClock;
  const templates = createTemplates({ filters: templateFilters });
  const doings = compileDoings(routing.routes, templates);
  const decider = createDecider({
    ...{ routes: routing.routes, rules, memory, now },
    named: (route) => doings.get(route)?.names ?? new Set(),
  });
  const { circumstances } = decider;
  const { captures } = routes;
  const flows = createFlows({
    ...{ routes: routing.routes, doings, rules, memory, accounts, now },
    ...{ circumstances, captures },
    confirmation: confirmationOf(rules, templates.compile),
  });
  const { query } = memory;
  const surroundings = createSurroundings({
    ...{ query, accounts, rules, captures, circumstances },
    ...(files && { files }),
  });
  return { decider, flows, surroundings };
}

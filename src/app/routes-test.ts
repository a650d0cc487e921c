import type { RoutesTested, Store, WaypostEvent } from "../contracts.ts";
import { createDecider } from "../deliver/flows/decide.ts";
import { type DryChange, dryMemory } from "../deliver/flows/dry-memory.ts";
import { createFlows } from "../deliver/flows/flows.ts";
import { testRoutes } from "../deliver/flows/test-routes.ts";
import { textOf } from "../event/message-in-words.ts";
import { systemClock } from "../support/clock.ts";
import { createTemplates } from "../support/template.ts";
import { previewDestination } from "./destinations.ts";
import type { Plan } from "./plan.ts";

type Tested = Pick<Plan, "routing" | "routes" | "destinations">;

/** What would become of an event now. Sends, writes and claims nothing. */
export function testEvent(event: WaypostEvent, plan: Tested, store: Store): Promise<RoutesTested> {
  const { routing, routes, destinations } = plan;
  const { flows: rules, accounts } = routing;
  let changes: DryChange[] = [];
  const real = { query: store, contacts: store.contacts, ledger: store.ledger };
  const memory = dryMemory(real, event, (change) => changes.push(change));
  const { now } = systemClock;
  const decider = createDecider({ routes: routing.routes, rules, memory, now });
  return testRoutes(event, {
    ...{ routes, decider, destinations, now },
    flows: createFlows({
      ...{ routes: routing.routes, rules, memory, accounts, now },
      circumstances: decider.circumstances,
      captures: routes.captures,
      templates: createTemplates({ filters: { text: textOf } }),
    }),
    takeChanges() {
      const taken = changes;
      changes = [];
      return taken;
    },
    async preview(name, route) {
      const config = routing.destinations[name];
      if (config === undefined) return undefined;
      const own = routing.routes.find((each) => each.name === route)?.options?.[name];
      try {
        return await previewDestination(name, config, event, own);
      } catch (error) {
        return { cannotBeRendered: error instanceof Error ? error.name : "unknown error" };
      }
    },
  });
}

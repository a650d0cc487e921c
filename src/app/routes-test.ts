import type { RoutesTested, Store, WaypostEvent } from "../contracts.ts";
import { type DryChange, dryMemory } from "../deliver/flows/dry-memory.ts";
import { testRoutes } from "../deliver/flows/test-routes.ts";
import { systemClock } from "../support/clock.ts";
import { previewDestination } from "./destinations.ts";
import { flowsOver } from "./flows.ts";
import type { Plan } from "./plan.ts";

type Tested = Pick<Plan, "routing" | "routes" | "destinations">;

/** What would become of an event now. Sends, writes and claims nothing. */
export function testEvent(event: WaypostEvent, plan: Tested, store: Store): Promise<RoutesTested> {
  const { routing, routes, destinations } = plan;
  let changes: DryChange[] = [];
  const real = { query: store, contacts: store.contacts, ledger: store.ledger };
  const memory = dryMemory(real, event, (change) => changes.push(change));
  const { now } = systemClock;
  const { decider, flows } = flowsOver(plan, memory);
  return testRoutes(event, {
    ...{ routes, decider, destinations, now, flows },
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

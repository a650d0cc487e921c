import { DeliveryError, type RoutesTested, type Store, type WaypostEvent } from "../contracts.ts";
import { dryContext } from "../deliver/attempt/context.ts";
import { type DryChange, dryMemory } from "../deliver/flows/dry-memory.ts";
import { testRoutes } from "../deliver/flows/test-routes.ts";
import { omitFrom } from "../event/omit.ts";
import { systemClock } from "../support/clock.ts";
import { askDestination, previewDestination } from "./destinations.ts";
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
  const { decider, flows, surroundings } = flowsOver(plan, memory);
  const asked = { ledger: store.ledger, contacts: memory.contacts, surroundings, decider };
  const optionsOf = (name: string, route: string) =>
    routing.routes.find((each) => each.name === route)?.options?.[name];
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
      try {
        return await previewDestination(name, config, event, optionsOf(name, route));
      } catch (error) {
        return { cannotBeRendered: error instanceof Error ? error.name : "unknown error" };
      }
    },
    async guards(which) {
      const { destination: name, route } = which;
      const config = routing.destinations[name];
      if (config === undefined) return undefined;
      const told = omitFrom(event, config.omit);
      try {
        return await askDestination(name, config, optionsOf(name, route), async (destination) =>
          destination.guards?.(told, await dryContext(event, which, asked)),
        );
      } catch (error) {
        if (!(error instanceof DeliveryError)) throw error;
        return [{ guard: "message", allows: false, says: error.message }];
      }
    },
  });
}

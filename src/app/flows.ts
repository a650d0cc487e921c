import type { Store } from "../contracts.ts";
import { flowsDestination } from "../contracts.ts";
import type { DestinationSetup } from "../deliver/delivery.ts";
import type { FlowMemory } from "../deliver/flows/circumstances.ts";
import { createDecider, type Decider } from "../deliver/flows/decide.ts";
import { compileDoings, createFlows } from "../deliver/flows/flows.ts";
import { textOf } from "../event/message-in-words.ts";
import { systemClock } from "../support/clock.ts";
import { createTemplates } from "../support/template.ts";
import type { Plan } from "./plan.ts";

/** A built-in destination never waits long: all that it does is in the store and on the bus. */
const retry = { delaysMs: [1_000, 10_000, 60_000, 300_000] };

/** What routes ask at a delivery's turn, and the built-in destination that does what they `set` and `emit`. */
export function createFlowParts(
  { routing, routes, destinations }: Plan,
  store: Store,
): { readonly decider: Decider; readonly setups: readonly DestinationSetup[] } {
  const memory: FlowMemory = { query: store, contacts: store.contacts, ledger: store.ledger };
  const { flows: rules, accounts } = routing;
  const now = systemClock.now;
  const doings = compileDoings(routing.routes, createTemplates({ filters: { text: textOf } }));
  const decider = createDecider({
    ...{ routes: routing.routes, rules, memory, now },
    named: (route) => doings.get(route)?.names ?? new Set(),
  });
  if (!destinations.has(flowsDestination)) return { decider, setups: [] };
  const destination = createFlows({
    ...{ doings, rules, memory, accounts, now },
    circumstances: decider.circumstances,
    captures: routes.captures,
  });
  return { decider, setups: [{ name: flowsDestination, destination, config: { retry } }] };
}

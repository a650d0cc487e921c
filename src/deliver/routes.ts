import {
  type Accounts,
  deliverQueueName,
  type QueueSpec,
  type Route,
  type WaypostEvent,
  type When,
} from "../contracts.ts";
import { type Captures, mergeCaptures } from "./condition.ts";
import { compileConditions } from "./conditions.ts";

/** An event goes to this destination because of this route. */
interface Match {
  readonly route: string;
  readonly destination: string;
}

/** Why a route did not take an event: the first key that does not hold, `test` for test events. */
export interface RouteVerdict {
  readonly route: string;
  readonly to: readonly string[];
  readonly matches: boolean;
  readonly because?: keyof When | "test";
}

/** The routes of a configuration, compiled. Pure: the same event always gets the same answer. */
export interface Routes {
  /** Each destination once, for the first route in the file that takes the event there. */
  match(event: WaypostEvent): Match[];
  /** Every route with its verdict, for `routes test`. */
  explain(event: WaypostEvent): RouteVerdict[];
  /** The named groups of a route's expressions in an event that it took: `match` in templates. {} where it has none. */
  captures(route: string, event: WaypostEvent): Captures;
  /** The type patterns of all routes to a destination: what its queue is bound to. Sorted; none without a route. */
  patternsFor(destination: string): string[];
}

/** Throws on patterns, expressions or names that the configuration's check would have refused. */
export function compileRoutes(routing: {
  readonly accounts: Accounts;
  readonly routes: readonly Route[];
}): Routes {
  const compiled = routing.routes.map((route) => {
    const { name, to, when } = route;
    const conditions = compileConditions(when, routing.accounts);
    const verdict = (event: WaypostEvent): RouteVerdict => {
      if (event.data.test && !route.test) {
        return { route: name, to, matches: false, because: "test" };
      }
      const broken = conditions.find(({ holds }) => !holds(event));
      if (broken === undefined) return { route: name, to, matches: true };
      return { route: name, to, matches: false, because: broken.key };
    };
    return { name, conditions, verdict };
  });
  const explain = (event: WaypostEvent) => compiled.map(({ verdict }) => verdict(event));
  return {
    match: (event) => firstOfEach(explain(event)),
    explain,
    captures: (route, event) => {
      const conditions = compiled.find(({ name }) => name === route)?.conditions ?? [];
      return mergeCaptures(conditions, event);
    },
    patternsFor: (destination) => {
      const routes = routing.routes.filter(({ to }) => to.includes(destination));
      const patterns = new Set(routes.flatMap(({ when }) => when.type ?? ["#"]));
      return patterns.has("#") ? ["#"] : [...patterns].sort();
    },
  };
}

function firstOfEach(verdicts: readonly RouteVerdict[]): Match[] {
  const first = new Map<string, Match>();
  for (const { route, to, matches } of verdicts) {
    if (!matches) continue;
    for (const destination of to) {
      if (!first.has(destination)) first.set(destination, { route, destination });
    }
  }
  return [...first.values()];
}

/** The queue of a destination: bound to the types of its routes, held by one process at a time. */
export function deliverQueue(destination: string, routes: Pick<Routes, "patternsFor">): QueueSpec {
  return {
    name: deliverQueueName(destination),
    patterns: routes.patternsFor(destination),
    quarantine: false,
    misshapen: true,
    single: true,
  };
}

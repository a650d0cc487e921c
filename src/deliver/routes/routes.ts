import {
  type Accounts,
  type Delivery,
  type FlowRules,
  flowsDestination,
  mediaDestination,
  type NotDelivered,
  type Route,
  type WaypostEvent,
} from "../../contracts.ts";
import { fileArrived } from "../../event/file-arrived.ts";
import {
  acts,
  askedReplies,
  askedRoute,
  destinationsOf,
  mediaPatterns,
  ownTakes,
  whyNoMedia,
} from "../flows/takes.ts";
import { compileConditions, noInWords } from "./conditions.ts";
import { createMatching, type Match } from "./matching.ts";
import { type Captures, type Condition, mergeCaptures } from "./message-conditions.ts";

/** Whether a route takes an event, and why not. */
export interface RouteVerdict {
  readonly route: string;
  readonly to: readonly string[];
  /** It emits or sets something: `flows` does that. */
  readonly acts?: true;
  readonly matches: boolean;
  /** How many of its keys hold. */
  readonly held: number;
  /** The first key that does not hold, with dots where it has parts (`text.contains`); `test` for test events. */
  readonly because?: string;
}

/** The routes of a configuration, compiled. Pure: the same event always gets the same answer. */
export interface Routes {
  /** Each destination once, and once more for each route with `after`; `flows` and `media` among them. */
  match(event: WaypostEvent): Match[];
  /** Of these those of one destination, for which only the routes that lead there are asked. */
  matchFor(destination: string, event: WaypostEvent): Match[];
  /** Every route with its verdict, for `routes test`. */
  explain(event: WaypostEvent): RouteVerdict[];
  /**
   * For each of the destinations that has none of these deliveries the route to it that comes closest to taking the event, by
   * the routes as they are now: the most of its keys hold; of equals the first in the file. To `media` no route leads.
   */
  whyNot(
    event: WaypostEvent,
    destinations: Iterable<string>,
    delivered?: readonly Pick<Delivery, "destination">[],
  ): NotDelivered[];
  /** The named groups of a route's expressions in an event that it took: `match` in templates. {} where it has none. */
  captures(route: string, event: WaypostEvent): Captures;
  /** The type patterns of all that leads to a destination: what its queue is bound to. Sorted; none without any. */
  patternsFor(destination: string): string[];
}

/** Throws on patterns, expressions or names that the configuration's check would have refused. */
export function compileRoutes(routing: {
  readonly accounts: Accounts;
  readonly routes: readonly Route[];
  readonly flows?: FlowRules;
  /** Files of messages are fetched. */
  readonly media?: boolean;
}): Routes {
  const { routes, media } = routing;
  const compiled = routes.map((route) => compileRoute(route, routing.accounts));
  const own = ownTakes(routes, routing.flows);
  const asked = askedReplies(routing.flows?.replies);
  const whyNoFiles = media ? whyNoMedia(routing.accounts) : () => "files are not fetched";
  const byName = new Map(compiled.map((one) => [one.name, one]));
  const takes = (name: string, event: WaypostEvent) => byName.get(name)?.takes(event) ?? false;
  const explain = (event: WaypostEvent): RouteVerdict[] => {
    const sender = asked.senderOf(event);
    const verdicts = compiled.map(({ verdict }) => verdict(event));
    if (sender === undefined) return verdicts;
    return [{ route: askedRoute, to: [sender], matches: true, held: 1 }, ...verdicts];
  };
  return {
    ...createMatching({ routes, takes, own, asked, whyNoFiles }),
    explain,
    whyNot(event, destinations, delivered = []) {
      const given = new Set(delivered.map(({ destination }) => destination));
      const lacking = [...destinations].filter((destination) => !given.has(destination));
      const leading = byDestination(explain(event));
      return lacking.map((destination) => {
        const builtIn =
          destination === mediaDestination
            ? (whyNoFiles(event) ?? fetchedNow)
            : asked.whyNot(destination, event);
        return {
          destination,
          ...(builtIn === undefined ? closest(leading.get(destination)) : { says: builtIn }),
        };
      });
    },
    captures: (route, event) => {
      const conditions = byName.get(route)?.conditions ?? [];
      return mergeCaptures(conditions, event);
    },
    patternsFor: (destination) => patternsFor(destination, { routes, media, own, asked }),
  };
}

interface Leading {
  readonly routes: readonly Route[];
  readonly media: boolean | undefined;
  readonly own: ReturnType<typeof ownTakes>;
  readonly asked: ReturnType<typeof askedReplies>;
}

function patternsFor(destination: string, { routes, media, own, asked }: Leading): string[] {
  if (destination === mediaDestination) return media ? [...mediaPatterns].sort() : [];
  const taking = routes.filter((route) => destinationsOf(route).includes(destination));
  const types = taking.flatMap(({ when }) => when.type ?? ["#"]);
  const ownTypes = destination === flowsDestination ? own.patterns : [];
  const following = media && types.length > 0 ? [fileArrived] : [];
  const without = [...ownTypes, ...following, ...asked.patternsFor(destination)];
  const patterns = new Set([...types, ...without]);
  return patterns.has("#") ? ["#"] : [...patterns].sort();
}

function compileRoute(route: Route, accounts: Accounts) {
  const { name, to, when } = route;
  const conditions = compileConditions(when, accounts);
  const takesTest = (event: WaypostEvent) => !event.data.test || route.test;
  const takes = (event: WaypostEvent) =>
    takesTest(event) && conditions.every(({ holds }) => holds(event));
  const verdict = (event: WaypostEvent): RouteVerdict => {
    const broken = conditions.filter(({ holds }) => !holds(event));
    const because = takesTest(event) ? broken[0] && brokenPart(broken[0], event) : "test";
    const held = conditions.length - broken.length;
    const action = acts(route) && ({ acts: true } as const);
    const no = because === undefined ? {} : { because };
    return { route: name, to, ...action, matches: because === undefined, held, ...no };
  };
  return { name, conditions, takes, verdict };
}

function brokenPart({ key, part }: Condition, event: WaypostEvent): string {
  return [key, part?.(event)].filter((each) => each !== undefined).join(".");
}

const fetchedNow =
  "files of such events are fetched now: this one came before they were, or is on its way";

/** Each in the order of the file. */
function byDestination(verdicts: readonly RouteVerdict[]): ReadonlyMap<string, RouteVerdict[]> {
  const leading = new Map<string, RouteVerdict[]>();
  for (const verdict of verdicts) {
    for (const destination of verdict.acts ? [...verdict.to, flowsDestination] : verdict.to) {
      const others = leading.get(destination);
      if (others) others.push(verdict);
      else leading.set(destination, [verdict]);
    }
  }
  return leading;
}

/** Of the routes to a destination. The sort keeps the order of equals. */
function closest(leading: readonly RouteVerdict[] = []): Omit<NotDelivered, "destination"> {
  const byCloseness = (one: RouteVerdict, other: RouteVerdict) =>
    Number(other.matches) - Number(one.matches) || other.held - one.held;
  const [first] = leading.toSorted(byCloseness);
  if (first === undefined) return { says: "no route leads to it" };
  const { route, because } = first;
  if (because === undefined) {
    const says = `the route ${route} takes such events now: this one came before it did, or is on its way`;
    return { route, says };
  }
  return { route, because, says: `the route ${route} comes closest: ${noInWords(because)}` };
}

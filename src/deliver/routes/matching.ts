import {
  flowsDestination,
  mediaDestination,
  type Route,
  type WaypostEvent,
} from "../../contracts.ts";
import { wentWithout } from "../../event/file-arrived.ts";
import {
  acts,
  type askedReplies,
  askedRoute,
  destinationsOf,
  isConditional,
  isOwn,
  isPlain,
  type OwnTakes,
} from "../flows/takes.ts";

/** An event goes to this destination: a delivery. */
export interface Match {
  readonly destination: string;
  /** The first in the file that took it; of a delivery that others only wait for, `none`. */
  readonly route: string;
  /** Where they are asked at its turn: all that took it, in the file's order. */
  readonly routes?: readonly string[];
  /** It is a delivery of the route's own, which opens later. */
  readonly delayed?: true;
  /** Nothing is to be done: others wait until all is done that came before. */
  readonly idle?: true;
}

interface MatchingParts {
  readonly routes: readonly Route[];
  readonly takes: (route: string, event: WaypostEvent) => boolean;
  readonly own: OwnTakes;
  readonly asked: ReturnType<typeof askedReplies>;
  /** undefined: its files are fetched. */
  readonly whyNoFiles: (event: WaypostEvent) => string | undefined;
}

/** Which deliveries an event becomes; see `Routes`. */
export function createMatching(parts: MatchingParts) {
  const { routes, takes, own } = parts;
  const among = (some: readonly Route[], event: WaypostEvent): Match[] => {
    const taken = some.filter(({ name }) => takes(name, event));
    const deliveries = withBuiltIn(withFollowing(deliveriesOf(taken), event), event, parts);
    if (taken.some(actsAtOnce)) return deliveries;
    if (isOwn(event, own)) return [...deliveries, withoutRoute];
    const waited = taken.some(({ name }) => own.waitedFor(name));
    return waited ? [...deliveries, { ...withoutRoute, idle: true }] : deliveries;
  };
  // To `flows` also what others wait for it with.
  const leading = (destination: string) =>
    destination === flowsDestination ? routes : routes.filter(({ to }) => to.includes(destination));
  return {
    match: (event: WaypostEvent) => among(routes, event),
    matchFor: (destination: string, event: WaypostEvent) =>
      among(leading(destination), event).filter((match) => match.destination === destination),
  };
}

function withBuiltIn(
  matches: readonly Match[],
  event: WaypostEvent,
  { asked, whyNoFiles }: MatchingParts,
): Match[] {
  const sender = asked.senderOf(event);
  const free = matches.filter(({ destination }) => asked.isFree(destination, event));
  return [
    ...(sender === undefined ? [] : [{ destination: sender, route: askedRoute }]),
    ...free,
    ...(whyNoFiles(event) === undefined ? [{ destination: mediaDestination, route: "none" }] : []),
  ];
}

const withoutRoute: Match = { destination: flowsDestination, route: "none", routes: [] };

function actsAtOnce(route: Route): boolean {
  return acts(route) && route.after === undefined;
}

/** Of the routes that took an event, in the file's order. */
function deliveriesOf(taken: readonly Route[]): Match[] {
  const delayed: Match[] = [];
  const byDestination = new Map<string, Route[]>();
  for (const route of taken) {
    for (const destination of destinationsOf(route)) {
      const { name } = route;
      if (route.after !== undefined) {
        delayed.push({ destination, route: name, routes: [name], delayed: true });
      } else {
        byDestination.set(destination, [...(byDestination.get(destination) ?? []), route]);
      }
    }
  }
  return [
    ...[...byDestination].map(([destination, routes]) => toMatch(destination, routes)),
    ...delayed,
  ];
}

/** A file that came late goes where its message went on without it, by the same route, whatever else routes say. */
function withFollowing(matches: readonly Match[], event: WaypostEvent): Match[] {
  const taken = new Set(matches.map(({ destination }) => destination));
  return [...matches, ...wentWithout(event).filter(({ destination }) => !taken.has(destination))];
}

/** Behind a route that asks nothing no other is asked, but by `flows`, which does what each of them says. */
function toMatch(destination: string, taking: readonly Route[]): Match {
  const sure = taking.findIndex((route) => !isConditional(route));
  const all = destination === flowsDestination || sure < 0;
  const asked = (all ? taking : taking.slice(0, sure + 1)).map(({ name }) => name);
  const [route = ""] = asked;
  const [first] = taking;
  const plain = destination !== flowsDestination && first && isPlain(first, destination);
  return { destination, route, ...(!plain && { routes: asked }) };
}

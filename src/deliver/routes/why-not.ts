import {
  type Delivery,
  flowsDestination,
  mediaDestination,
  type NotDelivered,
  type WaypostEvent,
  type When,
} from "../../contracts.ts";
import type { Routes, RouteVerdict } from "./routes.ts";

/**
 * For each of the destinations that has none of these deliveries the route to it that comes closest to taking the event, by
 * the routes as they are now: the most of its keys hold; of equals the first in the file. To `media` no route leads. Pure.
 */
export function whyNot(
  routes: Pick<Routes, "explain" | "whyNoFiles" | "whyNoReply">,
  event: WaypostEvent,
  destinations: Iterable<string>,
  delivered: readonly Pick<Delivery, "destination">[] = [],
): NotDelivered[] {
  const given = new Set(delivered.map(({ destination }) => destination));
  const lacking = [...destinations].filter((destination) => !given.has(destination));
  const verdicts = routes.explain(event);
  return lacking.map((destination) => {
    if (destination === mediaDestination) {
      return { destination, says: routes.whyNoFiles(event) ?? fetchedNow };
    }
    const noReply = routes.whyNoReply(destination, event);
    if (noReply !== undefined) return { destination, says: noReply };
    const leading = verdicts.filter((verdict) => leadsTo(verdict, destination));
    const [closest] = leading.toSorted(byCloseness);
    if (closest === undefined) return { destination, says: "no route leads to it" };
    return { destination, ...about(closest) };
  });
}

const fetchedNow =
  "files of such events are fetched now: this one came before they were, or is on its way";

function leadsTo({ to, acts }: RouteVerdict, destination: string): boolean {
  return destination === flowsDestination ? acts === true : to.includes(destination);
}

/** The sort keeps the order of equals. */
function byCloseness(one: RouteVerdict, other: RouteVerdict): number {
  return Number(other.matches) - Number(one.matches) || other.held - one.held;
}

function about({ route, because }: RouteVerdict): Omit<NotDelivered, "destination"> {
  if (because === undefined) {
    const says = `the route ${route} takes such events now: this one came before it did, or is on its way`;
    return { route, says };
  }
  return { route, because, says: `the route ${route} comes closest: ${noInWords(because)}` };
}

/** Why a key of `when` says no; with its parts where it has some. */
export function noInWords(because: string): string {
  const [key = "", ...part] = because.split(".");
  const says = words[key as keyof typeof words] ?? `\`${key}\` does not hold`;
  return part.length === 0 ? says : `${says} (${because})`;
}

const words: Record<keyof When | "test", string> = {
  type: "another type",
  account: "another account",
  contact: "another contact",
  conversation: "another conversation",
  messageType: "another message type",
  text: "the text does not match",
  replyId: "no such button or row was chosen",
  reaction: "no such reaction",
  template: "not that template",
  flow: "not the answer of that flow",
  referral: "not from such an ad",
  country: "a number of another country",
  from: "the other side did it",
  data: "the business data differs",
  errorCode: "no such error code",
  not: "excluded by `not`",
  test: "a test event; the route has no `test: true`",
};

import type { RoutesTested } from "../../client/client.ts";
import { escapeControls, localTime, safeJson } from "./terminal.ts";

type RouteTested = RoutesTested["routes"][number];
type DeliveryTested = RoutesTested["deliveries"][number];

/** What would become of an event, as the running Waypost says. Pure. */
export function testedLines(tested: RoutesTested): string[] {
  const { event, routes, deliveries, notDelivered } = tested;
  return [
    `${event.id}  ${event.type}`,
    ...routes.flatMap(routeLines),
    ...(deliveries.length === 0 ? ["  goes to no destination"] : []),
    ...deliveries.flatMap(deliveryLines),
    ...notDelivered.map(({ destination, says }) => `  not to ${destination}: ${says}`),
  ].map(escapeControls);
}

function routeLines(tested: RouteTested): string[] {
  const { route, to, matches, says, only = [], opensAt, sets = [], emits = [], problem } = tested;
  if (!matches) return [`  ✗ ${route}: ${says}`];
  return [
    `  ✓ ${route} → ${to.join(", ") || "no destination"}`,
    ...only.map(({ key, holds, asOf }) => {
      return `      only ${key}: ${holds}, ${asOf === "event" ? "as of the event" : "as it stands now"}`;
    }),
    ...(opensAt === undefined ? [] : [`      after: opens ${localTime(opensAt)}`]),
    ...sets.map((set) => `      would set ${safeJson(set)}`),
    ...emits.map(({ type, data }) => `      would emit ${type} ${safeJson(data ?? {})}`),
    ...(problem === undefined ? [] : [`      cannot: ${problem}`]),
  ];
}

function deliveryLines(tested: DeliveryTested): string[] {
  const { destination, kind, route, would, opensAt, says, wouldSend, guards = [] } = tested;
  const when = opensAt === undefined ? "" : ` at ${localTime(opensAt)}`;
  const title = `${destination} (${kind})${when}`;
  if (would === "skip") return [`  would be skipped for ${title}: ${says}`];
  if (would === "wait") return [`  would wait for ${title}: ${says}`];
  const shown = wouldSend === undefined ? [] : safeJson(wouldSend, 2).split("\n");
  const stop = guards.find(({ allows }) => !allows);
  const head =
    stop === undefined
      ? `would be sent to ${title}, by ${route}`
      : `would be skipped for ${title}, by ${route}, as things stand: ${stop.says}`;
  return [`  ${head}`, ...guards.map(guardLine), ...shown.map((line) => `    ${line}`)];
}

type GuardAnswer = NonNullable<DeliveryTested["guards"]>[number];

function guardLine({ guard, allows, says }: GuardAnswer): string {
  return `      ${allows ? "✓" : "✗"} ${guard}${says === undefined ? "" : `: ${says}`}`;
}

/** One line: the event, and the routes that would deliver it or act. */
export function takenLine({ event, routes }: RoutesTested): string {
  const taken = routes.filter(({ matches }) => matches).map(heldWord);
  return escapeControls(`${event.id}  ${event.type}  ${taken.join(", ") || "no route"}`);
}

function heldWord({ route, only = [] }: RouteTested): string {
  const no = only.find(({ holds }) => holds !== "yes");
  return no === undefined ? route : `${route} (${no.key}: ${no.holds})`;
}

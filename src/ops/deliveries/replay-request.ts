import type { Delivery, ReplayRequest } from "../../contracts.ts";
import type { Viewer } from "../access/viewer.ts";
import { badParameter } from "../http/problem.ts";
import { parseEventFilter, parseTypes, type Query } from "../http/query.ts";
import { parseDeliveryFilter } from "./delivery-filter.ts";

type Destinations = ReadonlyMap<string, { readonly kind: string }>;

const defaultRate = 10;
/** With one of them it is a filter of deliveries. */
const ofDeliveries = ["destination", "kind", "state", "verdict", "route", "event"];
const ofEventsAlone = ["messageId", "text"];

/** What the validator let through. Throws a Problem that names the property. */
export function parseReplay(body: Query, destinations: Destinations): ReplayRequest {
  const to = String(body["to"]);
  if (to !== "routed" && !destinations.has(to)) {
    throw badParameter(
      "to",
      `is no destination that is configured here; there are ${[...destinations.keys()].join(", ") || "none"}`,
    );
  }
  const filter = (body["filter"] ?? {}) as Query;
  const isOfDeliveries = ofDeliveries.some((key) => filter[key] !== undefined);
  return {
    filter: isOfDeliveries ? deliveriesFilter(filter, to, destinations) : eventsFilter(filter),
    to,
    again: body["again"] === true,
    effects: body["effects"] === true,
    rate: Number(body["rate"] ?? defaultRate),
  };
}

/** What comes later than now is not among them. */
function frozen(to: string | undefined): string {
  const now = new Date().toISOString();
  return to !== undefined && to < now ? to : now;
}

function eventsFilter(filter: Query): ReplayRequest["filter"] {
  const types = parseTypes(filter["type"], "filter.type");
  const { types: _, to, ...events } = parseEventFilter(filter);
  return { of: "events", ...events, ...(types && { types }), to: frozen(to) };
}

function deliveriesFilter(
  filter: Query,
  to: string,
  destinations: Destinations,
): ReplayRequest["filter"] {
  const other = ofEventsAlone.find((key) => filter[key] !== undefined);
  if (other !== undefined) {
    throw badParameter(
      `filter.${other}`,
      "goes with a filter of events; with destination, kind, state, verdict, route or event it is one of deliveries",
    );
  }
  parseTypes(filter["type"], "filter.type");
  const { to: until, destination, ...asked } = parseDeliveryFilter(filter, destinations);
  const own = destination ?? (to === "routed" ? undefined : to);
  if (to !== "routed" && own !== undefined && ![own].flat().includes(to)) {
    throw badParameter(
      "to",
      "is another destination than the deliveries have; name it, or write routed",
    );
  }
  const named = to === "routed" ? own : to;
  return {
    of: "deliveries",
    ...(named !== undefined && { destination: named }),
    ...asked,
    ...(asked.state !== undefined && { state: alone(asked.state) }),
    to: frozen(until),
  };
}

/** People's words stand for several; of those that can be opened again each stands for one. */
function alone(state: Delivery["state"] | readonly Delivery["state"][]) {
  const [first, ...others] = [state].flat();
  return first !== undefined && others.length === 0 ? first : state;
}

/** The same of this viewer's accounts alone. */
export function withinReach(
  { accounts }: Pick<Viewer, "accounts">,
  request: ReplayRequest,
): ReplayRequest {
  return accounts === undefined ? request : { ...request, filter: { ...request.filter, accounts } };
}

import type { BusMessage, NewDelivery, QuarantinedPost, WaypostEvent } from "../contracts.ts";
import { type AliasEdge, aliasEdges } from "../event/alias-edges.ts";
import { isQuarantined } from "../event/event.ts";
import type { Log } from "../support/log.ts";
import { accountIn, deliveryId } from "./delivery.ts";
import type { Decider } from "./flows/decide.ts";
import type { Routes } from "./routes/routes.ts";

/** Of what is no event. */
const noRoute = "none";

interface Routing {
  readonly name: string;
  readonly routes: Pick<Routes, "match">;
  /** Knows when a delivery of a route with `after` opens. */
  readonly decider?: Pick<Decider, "opensAt">;
  readonly log: Log;
}

/** A row as the routes ask for it. */
export interface Wanted {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly account?: NonNullable<NewDelivery["account"]>;
  readonly route: string;
  readonly routes?: readonly string[];
  readonly opensAt?: Date;
  readonly idle?: true;
  /** Absent: what came under this id is no event. */
  readonly event?: WaypostEvent;
  /** Why not, in our words, without content. */
  readonly reason?: string;
  /** Who is who, as the event tells it. */
  readonly edges: readonly AliasEdge[];
}

/** By delivery id, each once, in queue order. */
export function wantedOf(parts: Routing, batch: readonly BusMessage[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const item of batch) {
    const all = isQuarantined(item) ? misshapen(parts, item) : routed(parts, item);
    for (const one of all) if (!wanted.has(one.id)) wanted.set(one.id, one);
  }
  return wanted;
}

function routed(parts: Routing, event: WaypostEvent): Wanted[] {
  const { name, routes, log } = parts;
  const of = { id: deliveryId(name, event.id), eventId: event.id, eventType: event.type };
  try {
    const own = { ...of, ...accountIn(event) };
    const matches = routes.match(event).filter(({ destination }) => destination === name);
    if (matches.length === 0) return [];
    const edges = aliasEdges(event);
    return matches.map(({ route, routes: asked, delayed, idle }) => {
      const opensAt = delayed && parts.decider?.opensAt(route, event);
      return {
        ...{ ...own, route, event, edges },
        ...(delayed && { id: deliveryId(name, event.id, route) }),
        ...(asked && { routes: asked }),
        ...(opensAt && { opensAt }),
        ...(idle && { idle }),
      };
    });
  } catch (error) {
    log.error("an event of an unknown shape cannot be routed", { eventId: event.id, error });
    return [{ ...of, route: noRoute, edges: [], reason: "an event of an unknown shape" }];
  }
}

function misshapen({ name }: Routing, post: QuarantinedPost): Wanted[] {
  const { eventid, eventtype, problems } = post;
  if (eventid === undefined) return [];
  const [problem] = JSON.parse(problems) as readonly { readonly reason: string }[];
  const reason = problem?.reason ?? "not an event";
  const of = { id: deliveryId(name, eventid), eventId: eventid, eventType: eventtype ?? "unknown" };
  return [{ ...of, route: noRoute, edges: [], reason }];
}

import {
  type Attempt,
  type BusMessage,
  type Delivery,
  type DeliveryRules,
  type Destination,
  deliverQueueName,
  type NewDelivery,
  type QuarantinedPost,
  type QueueSpec,
  type WaypostEvent,
} from "../contracts.ts";
import { type AliasEdge, aliasEdges } from "../event/alias-edges.ts";
import { isQuarantined } from "../event/event.ts";
import type { Log } from "../support/log.ts";
import type { Routes } from "./routes/routes.ts";

/** A configured destination, ready to be delivered to. */
export interface DestinationSetup {
  readonly name: string;
  readonly destination: Destination;
  /** By route: the destination with the options of the route. */
  readonly byRoute?: ReadonlyMap<string, Destination>;
  /** By route: how many messages `transcript` has, where the route says so. */
  readonly transcripts?: ReadonlyMap<string, number>;
  readonly config: DeliveryRules;
}

/** With the options of the route that held. */
export function setupFor(setup: DestinationSetup, row: Pick<Delivery, "route">): DestinationSetup {
  const destination = setup.byRoute?.get(row.route);
  return destination === undefined ? setup : { ...setup, destination };
}

/**
 * `<destination>:<event id>`; of a delivery of the route's own, which opens later, also `:<route>`. A colon within an event's id,
 * as services may tell it, is escaped: no two deliveries share an id.
 */
export function deliveryId(destination: string, eventId: string, route?: string): string {
  const id = `${destination}:${eventId.replace(/[%:]/g, encodeURIComponent)}`;
  return route === undefined ? id : `${id}:${route}`;
}

/** The route of a delivery that opened later than others of its event; undefined: it is none. */
export function delayedRoute(destination: string, row: Pick<Delivery, "id" | "eventId">) {
  const plain = deliveryId(destination, row.eventId);
  return row.id.startsWith(`${plain}:`) ? row.id.slice(plain.length + 1) : undefined;
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

/** What happens, for metrics. Each is called in the flow: it must be quick and not throw. */
export interface DeliveryHooks {
  attempt?(destination: string, outcome: Attempt["outcome"], ms: number): void;
  /** From the receipt of the event to its effect. */
  delivered?(destination: string, latencyMs: number): void;
  dead?(destination: string): void;
  /** So many fields of one delivery were not taken. */
  notTaken?(destination: string, fields: number): void;
  /** It is over, whatever became of it; not told of one that an operator ends. */
  ended?(destination: string, row: EndedRow): void;
  /** Every few seconds, by the holder. */
  holds?(destination: string, state: HeldState): void;
  /** The lease is somebody else's now. */
  released?(destination: string): void;
}

export type EndedRow = Pick<Delivery, "id" | "eventId" | "state">;

export interface HeldState {
  readonly open: number;
  readonly oldestAgeMs: number;
  readonly breakerOpen: boolean;
  readonly paused: boolean;
}

/** Whose number or account an event is about, for its deliveries' rows. */
export function accountIn({ data }: WaypostEvent): Pick<Delivery, "account"> {
  const { wabaId, phoneNumberId } = data.account;
  if (wabaId === undefined && phoneNumberId === undefined) return {};
  const number = phoneNumberId !== undefined && { phoneNumberId };
  return { account: { ...(wabaId !== undefined && { wabaId }), ...number } };
}

/** Of what is no event. */
const noRoute = "none";

interface Routing {
  readonly name: string;
  readonly routes: Pick<Routes, "matchFor">;
  /** When a delivery of a route with `after` opens. */
  readonly decider?: { opensAt(route: string, event: WaypostEvent): Date | undefined };
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
    const matches = routes.matchFor(name, event);
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

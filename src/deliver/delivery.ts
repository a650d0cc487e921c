import type { Attempt, Delivery, DeliveryRules, Destination, WaypostEvent } from "../contracts.ts";

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

/** What happens, for metrics. Each is called in the flow: it must be quick and not throw. */
export interface DeliveryHooks {
  attempt?(destination: string, outcome: Attempt["outcome"], ms: number): void;
  /** From the receipt of the event to its effect. */
  delivered?(destination: string, latencyMs: number): void;
  dead?(destination: string): void;
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

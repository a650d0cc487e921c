import type { Account, Contact, WaypostEvent } from "./generated.ts";
import { hashId } from "./hash-id.ts";
import { ownEvent } from "./own-event.ts";

/** Events made of events made of events: whoever would make another one refuses, for it is a loop. */
export const mostDepth = 8;

export interface Derivation {
  /** The event that the route took. */
  readonly source: WaypostEvent;
  /** The route's name. */
  readonly route: string;
  /** Instead of that name in the id: where one may make several events of the same source. */
  readonly key?: string;
  /** `business.…`. */
  readonly type: string;
  /** Becomes `data.business`. */
  readonly data: { [key: string]: unknown };
  /** When the route did it: the event's time and receipt. */
  readonly at: Date;
  /** Instead of the source's. */
  readonly account?: Account;
  readonly contact?: Contact;
}

/**
 * The event that a route makes of another: the same id for the same route and source, however often it is made. It is about
 * the same account, contact and group, so it is in the same conversation, unless told otherwise. What is derived of a test is one.
 */
export function derivedEvent(derivation: Derivation): WaypostEvent {
  const { source, route, type, data: business, at } = derivation;
  const { account, contact, groupId, test, derived } = source.data;
  const person = derivation.contact ?? contact;
  const keepsGroup = groupId !== undefined && derivation.contact === undefined;
  const time = at.toISOString();
  return ownEvent({
    id: derivedEventId(derivation.key ?? route, source.id),
    type,
    source: source.source,
    time,
    postid: source.postid,
    data: {
      account: derivation.account ?? account,
      ...(person && { contact: person }),
      ...(keepsGroup && { groupId }),
      receivedAt: time,
      ...(test && { test }),
      business,
      derived: { route, from: source.id, depth: depthOf(derived?.depth) + 1 },
    },
  });
}

function derivedEventId(route: string, sourceId: string): string {
  return hashId("evt_", ["emit", route, sourceId]);
}

/** How many routes made events one of another until this one; 0: no route did. */
function depthOf(depth: unknown): number {
  // Another program may have published something else.
  return Number.isSafeInteger(depth) && (depth as number) > 0 ? (depth as number) : 0;
}

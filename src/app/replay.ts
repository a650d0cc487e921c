import {
  type EnqueuedDelivery,
  flowsDestination,
  type ReplayRequest,
  type Store,
} from "../contracts.ts";
import { accountIn, deliveryId } from "../deliver/delivery.ts";
import { laneKeysOf } from "../deliver/lanes/lanes.ts";
import { aliasEdges } from "../event/alias-edges.ts";
import type { ReplayParts, Target } from "../jobs/replay/replayer.ts";
import { systemClock } from "../support/clock.ts";
import type { Plan } from "./plan.ts";

/** Of what is sent to a destination by name. */
const replayRoute = "replay";

/** Why it is left out, unless `effects` are wanted. */
const writesToContacts = "what writes to contacts";
const later = "what routes do later (after)";

/** Where events would go by the routes as they are now. */
export function replayParts(
  store: Store,
  plan: () => Pick<Plan, "routes" | "laneKeys"> & {
    readonly routing: Pick<Plan["routing"], "destinations">;
  },
): ReplayParts {
  const { ledger } = store;
  const isWriter = (destination: string) =>
    plan().routing.destinations[destination]?.writesToContacts === true;
  return {
    leftOut({ id, destination, eventId }, { effects }) {
      if (effects) return undefined;
      if (isWriter(destination)) return writesToContacts;
      return id === deliveryId(destination, eventId) ? undefined : later;
    },
    query: store,
    ledger,
    async targetsOf(events, request) {
      const ids = events.flatMap(({ data }) => data.conversationId ?? []);
      const aliases = await ledger.aliases([...new Set(ids)], events.flatMap(aliasEdges));
      const createdAt = new Date(systemClock.now()).toISOString();
      const { routes, laneKeys } = plan();
      return events.map((event) => {
        const about = { eventId: event.id, eventType: event.type, ...accountIn(event) };
        const row = { ...about, createdAt };
        const common = laneKeysOf(event, aliases);
        const lanesAt = (name: string) => laneKeys.get(name)?.(event) ?? common;
        if (request.to === "routed")
          return routedTargets(row, routes.match(event), { ...request, lanesAt, isWriter });
        const { to: destination, effects } = request;
        if (isWriter(destination) && !effects) return [{ leftOut: writesToContacts }];
        const id = deliveryId(destination, event.id);
        const own = { id, route: replayRoute, laneKeys: lanesAt(destination) };
        return [{ destination, row: { ...row, ...own } }];
      });
    },
  };
}

/** What is the same of all rows of an event. */
type RowStart = Omit<EnqueuedDelivery, "id" | "route" | "routes" | "laneKeys">;

function routedTargets(
  row: RowStart,
  matches: ReturnType<Plan["routes"]["match"]>,
  {
    effects,
    lanesAt,
    isWriter,
  }: Pick<ReplayRequest, "effects"> & {
    readonly lanesAt: (name: string) => readonly string[];
    readonly isWriter: (name: string) => boolean;
  },
): Target[] {
  const leftOutOf = (destination: string, delayed = false) => {
    // What they set and emitted is done: it is in the log.
    if (destination === flowsDestination) return "what routes set and emit";
    if (effects) return undefined;
    if (isWriter(destination)) return writesToContacts;
    return delayed ? later : undefined;
  };
  return matches.map(({ destination, route, routes, delayed }) => {
    const leftOut = leftOutOf(destination, delayed);
    if (leftOut !== undefined) return { leftOut };
    const id = deliveryId(destination, row.eventId, delayed ? route : undefined);
    const laneKeys = delayed ? [id] : lanesAt(destination);
    const own = { id, route, laneKeys, ...(routes && { routes }) };
    return { destination, row: { ...row, ...own } };
  });
}

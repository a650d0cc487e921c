import type { mongo } from "mongoose";
import type { DeliveryFilter, Ledger } from "../../contracts.ts";
import { encodeCursor, type Position } from "../cursor.ts";
import { checkPage } from "../selection.ts";
import { queryLimitMs as maxTimeMS, namingFilter } from "../time-limit.ts";
import type { Use } from "./ledger-collections.ts";
import type { DeliveryDocument } from "./ledger-models.ts";
import { deliveryOf } from "./ledger-rows.ts";

/** The deliveries for people: newest first, ids break ties. */
export function createMongoList(
  use: Use,
): Pick<Ledger, "delivery" | "deliveries" | "deliveriesOf"> {
  return {
    delivery: (id) =>
      use(async ({ deliveries }) => {
        const found = await deliveries.findOne({ _id: String(id) }, { maxTimeMS });
        return found === null ? undefined : deliveryOf(found);
      }),
    // Outside: a bad cursor is no outage.
    deliveries: async (filter, request) => {
      const { limit, after } = checkPage(request);
      const list = use(async ({ deliveries }) => {
        const found = await deliveries
          .find(conditionsOf(filter, after))
          .sort({ createdAt: -1, _id: -1 })
          .limit(limit + 1)
          .maxTimeMS(maxTimeMS)
          .toArray();
        const items = found.slice(0, limit).map(deliveryOf);
        const last = found.length > limit ? items.at(-1) : undefined;
        const next = last && encodeCursor({ at: Date.parse(last.createdAt), id: last.id });
        return { items, next: next ?? null };
      });
      return namingFilter(filter, list);
    },
    deliveriesOf: (eventId) =>
      use(async ({ deliveries }) => {
        const found = deliveries.find({ eventId: String(eventId) }).sort({ destination: 1 });
        return (await found.maxTimeMS(maxTimeMS).toArray()).map(deliveryOf);
      }),
  };
}

/** Of a caller's filter only strings get in. */
function conditionsOf(
  { destination, state, event }: DeliveryFilter,
  after: Position | undefined,
): mongo.Filter<DeliveryDocument> {
  const at = after && new Date(after.at).toISOString();
  return {
    ...(destination !== undefined && { destination: String(destination) }),
    ...(state !== undefined && { state: String(state) }),
    ...(event !== undefined && { eventId: String(event) }),
    ...(after !== undefined && {
      createdAt: { $lte: at },
      $or: [{ createdAt: { $lt: at } }, { _id: { $lt: after.id } }],
    }),
  } as mongo.Filter<DeliveryDocument>;
}

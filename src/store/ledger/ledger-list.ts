import type { Tables } from "../../contracts/table.ts";
import type { Delivery, Ledger } from "../../contracts.ts";
import { gathered } from "../../support/gathered.ts";
import { namingFilter } from "../table/time-limit.ts";
import type { DeliveryLog } from "./deliveries-of-log.ts";
import { listDeliveries } from "./delivery-pages.ts";
import { states } from "./delivery-selection.ts";
import { deliveryOf } from "./ledger-rows.ts";
import { deliveriesTable } from "./ledger-tables.ts";

/** The deliveries for people: newest first, ids break ties. */
export function createList(
  tables: Pick<Tables, "of">,
  log: DeliveryLog,
): Pick<Ledger, "delivery" | "deliveries" | "deliveriesOf" | "replayed"> {
  const deliveries = tables.of(deliveriesTable);
  const ofEvent = (eventId: string) =>
    deliveries.find({ where: { eventId }, order: ["destination"], as: "lookup" });
  const rowOf = gathered(async (ids: readonly string[]) => {
    const rows = new Map((await deliveries.get(ids)).map((row) => [row.id, row]));
    return (id) => rows.get(id);
  });
  return {
    async delivery(id) {
      const row = await rowOf(id);
      return row && deliveryOf(row);
    },
    deliveries: (filter, request) =>
      namingFilter(filter, listDeliveries({ deliveries, log }, filter, request)),
    async replayed(replay) {
      const countOf = async (state: Delivery["state"]) =>
        [state, await deliveries.count({ replay, replayed: true, state })] as const;
      const counts = await Promise.all(states.map(countOf));
      return Object.fromEntries(counts) as Record<Delivery["state"], number>;
    },
    deliveriesOf: async (eventId) => (await ofEvent(eventId)).map(deliveryOf),
  };
}

import { Router } from "express";
import type { EventFilter, EventQuery, Ledger } from "../../contracts.ts";
import { seenBy, seenDeliveries } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { parseDeliveryFilter } from "../deliveries/delivery-filter.ts";
import { unavailable } from "../http/problem.ts";
import { parseEventFilter, type Query, requireValidated } from "../http/query.ts";
import { shownBy } from "../masking/masking.ts";
import { type ExportFormat, sendExport } from "./export.ts";
import { deliveryColumns, eventColumns } from "./export-columns.ts";

const maxExports = 4;

/** Lists as a whole, as files: `/api/export/events` and `/api/export/deliveries`. */
export function createExportRoutes(options: {
  readonly query: EventQuery;
  readonly ledger: Pick<Ledger, "delivery" | "deliveries" | "bodies">;
  readonly destinations: () => ReadonlyMap<string, { readonly kind: string }>;
}): Router {
  let running = 0;
  const counted = async (work: () => Promise<void>) => {
    if (running >= maxExports)
      throw unavailable("too-many-exports", "Too many exports are running.");
    running += 1;
    await work().finally(() => {
      running -= 1;
    });
  };
  const router = Router();
  router.use("/export", requireValidated);
  router.get("/export/events", async ({ query: asked }, response) => {
    const filter = until(new Date().toISOString(), parseEventFilter(asked));
    const order = asked["order"] === "oldest" ? ({ order: "oldest" } as const) : {};
    const query = seenBy(viewerOf(response), options.query);
    await counted(() =>
      sendExport(response, {
        ...{ name: "events", columns: eventColumns, format: formatOf(asked) },
        page: (page) => query.events(filter, { ...page, ...order }),
        show: (event) => shownBy(response)("Event", event),
      }),
    );
  });
  router.get("/export/deliveries", async ({ query: asked }, response) => {
    const filter = parseDeliveryFilter(asked, options.destinations());
    const ledger = seenDeliveries(viewerOf(response), options.ledger);
    await counted(() =>
      sendExport(response, {
        ...{ name: "deliveries", columns: deliveryColumns, format: formatOf(asked) },
        page: (page) => ledger.deliveries(filter, page),
        show: (delivery) => shownBy(response)("Delivery", delivery),
      }),
    );
  });
  return router;
}

/** What comes in meanwhile would else be part of what is read oldest first, without an end. */
function until(now: string, filter: EventFilter): EventFilter {
  return filter.to === undefined || filter.to > now ? { ...filter, to: now } : filter;
}

function formatOf({ format }: Query): ExportFormat {
  return format === "csv" ? "csv" : "ndjson";
}

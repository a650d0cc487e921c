import { Router } from "express";
import type {
  Delivery,
  EventQuery,
  Ledger,
  NotDelivered,
  RetryQuarantined,
  WaypostEvent,
} from "../contracts.ts";
import { notFound } from "./problem.ts";
import { createQuarantineRoutes } from "./quarantine-routes.ts";
import { parseEventFilter, parseOrderedPage, requireValidated } from "./query.ts";
import type { SystemStatus } from "./status.ts";
import { timelineOf } from "./timeline.ts";

/** What can be asked of the log, each as `schemas/openapi.yaml` lays it down. */
export function createLogRoutes(options: {
  readonly query: EventQuery;
  readonly ledger: Pick<Ledger, "deliveriesOf" | "destinations">;
  readonly status: () => Promise<SystemStatus>;
  readonly whyNot: (event: WaypostEvent, delivered: readonly Delivery[]) => readonly NotDelivered[];
  readonly retryQuarantined: RetryQuarantined;
}): Router {
  const { query, ledger, status, whyNot } = options;
  const router = Router();
  router.use(requireValidated);
  router.get("/events", async ({ query: asked }, response) => {
    response.json(await query.events(parseEventFilter(asked), parseOrderedPage(asked)));
  });
  router.get("/events/:id", async ({ params }, response) => {
    const event = found("event", await query.event(params.id));
    const deliveries = await ledger.deliveriesOf(event.id);
    response.json({ ...event, deliveries, notDelivered: whyNot(event, deliveries) });
  });
  router.get("/timeline/:id", async ({ params }, response) => {
    const event = found("event", await query.event(params.id));
    const deliveries = await ledger.deliveriesOf(event.id);
    const [rows, storedAt] = await Promise.all([ledger.destinations(), query.storedAt(event.id)]);
    const notDelivered = whyNot(event, deliveries);
    const now = new Date();
    const steps = timelineOf({ event, storedAt, deliveries, notDelivered, rows, now });
    response.json({ event, steps });
  });
  router.get("/messages/:wamid", async ({ params }, response) => {
    response.json(found("message", await query.message(params.wamid)));
  });
  router.get("/stats", async (_request, response) => void response.json(await query.stats()));
  router.get("/status", async (_request, response) => void response.json(await status()));
  router.use(createQuarantineRoutes(options));
  return router;
}

function found<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw notFound(what);
  return value;
}

import { type Response, Router } from "express";
import type { Delivery, EventQuery, Ledger, NotDelivered, WaypostEvent } from "../../contracts.ts";
import { audit } from "../access/audit.ts";
import { seenBy } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { notFound } from "../http/problem.ts";
import { parseEventFilter, parseOrderedPage, requireValidated } from "../http/query.ts";
import type { SystemStatus } from "../status/status.ts";
import { seenStats } from "../status/system-status.ts";
import { timelineOf } from "./timeline.ts";

/** What can be asked of the log, each as `schemas/openapi.yaml` lays it down. */
export function createLogRoutes(options: {
  readonly query: EventQuery;
  readonly ledger: Pick<Ledger, "deliveriesOf" | "destinations">;
  readonly status: (accounts?: readonly string[]) => Promise<SystemStatus>;
  readonly whyNot: (event: WaypostEvent, delivered: readonly Delivery[]) => readonly NotDelivered[];
}): Router {
  const { ledger, status, whyNot } = options;
  const queryFor = (response: Response) => seenBy(viewerOf(response), options.query);
  const router = Router();
  router.use(requireValidated);
  router.get("/events", async ({ query: asked }, response) => {
    const filter = parseEventFilter(asked);
    const page = await queryFor(response).events(filter, parseOrderedPage(asked));
    audit(response, { count: page.items.length });
    response.json(page);
  });
  router.get("/events/:id", async ({ params }, response) => {
    const event = found("event", await queryFor(response).event(params.id));
    const deliveries = await ledger.deliveriesOf(event.id);
    response.json({ ...event, deliveries, notDelivered: whyNot(event, deliveries) });
  });
  router.get("/timeline/:id", async ({ params }, response) => {
    const query = queryFor(response);
    const event = found("event", await query.event(params.id));
    const deliveries = await ledger.deliveriesOf(event.id);
    const [rows, storedAt] = await Promise.all([ledger.destinations(), query.storedAt(event.id)]);
    const notDelivered = whyNot(event, deliveries);
    const now = new Date();
    const steps = timelineOf({ event, storedAt, deliveries, notDelivered, rows, now });
    response.json({ event, steps });
  });
  router.get("/messages/:wamid", async ({ params }, response) => {
    const message = found("message", await queryFor(response).message(params.wamid));
    audit(response, { count: message.events.length });
    response.json(message);
  });
  router.get("/stats", async (_request, response) => {
    const { accounts } = viewerOf(response);
    const stats = await options.query.stats();
    response.json(accounts === undefined ? stats : seenStats(accounts, stats));
  });
  router.get("/status", async (_request, response) => {
    response.json(await status(viewerOf(response).accounts));
  });
  return router;
}

function found<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw notFound(what);
  return value;
}

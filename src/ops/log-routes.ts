import { Router } from "express";
import type { Delivery, EventQuery, Ledger, NotDelivered, WaypostEvent } from "../contracts.ts";
import { notFound } from "./problem.ts";
import { createQuarantineRoutes } from "./quarantine-routes.ts";
import {
  parseConversationFilter,
  parseEventFilter,
  parseOrderedPage,
  parsePage,
  requireValidated,
} from "./query.ts";
import type { SystemStatus } from "./status.ts";

/** What can be asked of the log, each as `schemas/openapi.yaml` lays it down. */
export function createLogRoutes(options: {
  readonly query: EventQuery;
  readonly ledger: Pick<Ledger, "deliveriesOf">;
  readonly status: () => Promise<SystemStatus>;
  readonly whyNot: (event: WaypostEvent, delivered: readonly Delivery[]) => readonly NotDelivered[];
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
  router.get("/messages/:wamid", async ({ params }, response) => {
    response.json(found("message", await query.message(params.wamid)));
  });
  router.get("/conversations", async ({ query: asked }, response) => {
    response.json(await query.conversations(parseConversationFilter(asked), parsePage(asked)));
  });
  router.get("/conversations/:id", async ({ params }, response) => {
    response.json(found("conversation", await query.conversation(params.id)));
  });
  router.get("/stats", async (_request, response) => void response.json(await query.stats()));
  router.get("/status", async (_request, response) => void response.json(await status()));
  router.use(createQuarantineRoutes(query));
  return router;
}

function found<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw notFound(what);
  return value;
}

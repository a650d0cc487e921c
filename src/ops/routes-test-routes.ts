import { Router } from "express";
import type { EventQuery, RoutesTested, WaypostEvent } from "../contracts.ts";
import { misshapenIn } from "../event/shape.ts";
import { notFound, Problem } from "./problem.ts";
import { requireValidated } from "./query.ts";

/** `POST /api/routes/test`: what would become of an event. Changes nothing. */
export function createRoutesTestRoutes(options: {
  readonly query: Pick<EventQuery, "event">;
  readonly testRoutes: (event: WaypostEvent) => Promise<RoutesTested>;
}): Router {
  const router = Router();
  router.use(requireValidated);
  router.post("/routes/test", async ({ body }, response) => {
    const { id, event } = body as { id?: string; event?: WaypostEvent };
    const found = id === undefined ? event : await options.query.event(id);
    if (found === undefined) throw notFound("event");
    const place = misshapenIn(found.data);
    if (place !== undefined) {
      const remedy = "Give it the shape that schemas/event.schema.json lays down.";
      const errors = [{ path: `/event/data${place}`, reason: "has not an event's shape", remedy }];
      throw new Problem(400, "invalid-event", "This is no event.", { errors });
    }
    response.json(await options.testRoutes(found));
  });
  return router;
}

import { Router } from "express";
import type { EventQuery, RoutesTested, WaypostEvent } from "../../contracts.ts";
import { misshapenIn } from "../../event/shape.ts";
import { seenBy, sees } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { badParameter, notFound, Problem } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";

/** `POST /api/routes/test`: what would become of an event. Changes nothing. */
export function createRoutesTestRoutes(options: {
  readonly query: EventQuery;
  readonly testRoutes: (event: WaypostEvent) => Promise<RoutesTested>;
}): Router {
  const router = Router();
  router.use(requireValidated);
  router.post("/routes/test", async ({ body }, response) => {
    const { id, event } = body as { id?: string; event?: WaypostEvent };
    const viewer = viewerOf(response);
    const found = id === undefined ? event : await seenBy(viewer, options.query).event(id);
    if (found === undefined) throw notFound("event");
    const place = misshapenIn(found.data);
    if (place !== undefined) {
      const remedy = "Give it the shape that schemas/event.schema.json lays down.";
      const errors = [{ path: `/event/data${place}`, reason: "has not an event's shape", remedy }];
      throw new Problem(400, "invalid-event", "This is no event.", { errors });
    }
    if (!sees(viewer, found.data.account.phoneNumberId)) {
      throw badParameter("event", "is of an account that this token does not see");
    }
    response.json(await options.testRoutes(found));
  });
  return router;
}

import { Router } from "express";
import type { EventQuery, RoutesTested, WaypostEvent } from "../../contracts.ts";
import { toEvent } from "../../event/intake/intake-event.ts";
import { misshapenIn } from "../../event/shape.ts";
import { seenAccounts, seenBy, sees } from "../access/reach.ts";
import { type Viewer, viewerOf } from "../access/viewer.ts";
import { badParameter, notFound, Problem } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";
import { type IntakeParts, refusedEvents } from "../intake-routes.ts";

/** `POST /api/routes/test`: what would become of an event. Changes nothing. */
export function createRoutesTestRoutes(options: {
  readonly query: EventQuery;
  readonly testRoutes: (event: WaypostEvent) => Promise<RoutesTested>;
  readonly intake: Pick<IntakeParts, "accounts">;
}): Router {
  const fromIntake = (told: unknown, viewer: Viewer): WaypostEvent => {
    const accounts = seenAccounts(viewer, options.intake.accounts());
    const taken = toEvent(told, { accounts, receivedAt: new Date() });
    if ("event" in taken) return taken.event;
    throw refusedEvents(taken.problems.map((each) => ({ ...each, path: `/told${each.path}` })));
  };
  const router = Router();
  router.use(requireValidated);
  router.post("/routes/test", async ({ body }, response) => {
    const { id, event, told } = body as { id?: string; event?: WaypostEvent; told?: object };
    const viewer = viewerOf(response);
    const given = told === undefined ? event : fromIntake(told, viewer);
    const found = id === undefined ? given : await seenBy(viewer, options.query).event(id);
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

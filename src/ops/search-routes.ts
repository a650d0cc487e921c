import { Router } from "express";
import { requireValidated } from "./query.ts";
import { createSearch, type SearchParts } from "./search.ts";

/** `POST /api/search`: posted, so that no phone stands in a URL. */
export function createSearchRoutes(parts: SearchParts): Router {
  const search = createSearch(parts);
  const router = Router();
  router.post("/search", requireValidated, async ({ body }, response) => {
    response.json({ items: await search((body as { q: string }).q) });
  });
  return router;
}

import { Router } from "express";
import type { Audit } from "../../contracts.ts";
import { parsePage, parseTimes, requireValidated } from "../http/query.ts";

/** `GET /api/audit`: who read what people wrote, and who did what. */
export function createAuditRoutes(parts: { readonly access: { readonly audit: Audit } }): Router {
  const { audit } = parts.access;
  const router = Router();
  router.get("/audit", requireValidated, async ({ query }, response) => {
    const { who, action } = query as { who?: string; action?: string };
    const question = {
      ...(who !== undefined && { who }),
      ...(action !== undefined && { action }),
      ...parseTimes(query),
    };
    response.json(await audit.list(question, parsePage(query)));
  });
  return router;
}

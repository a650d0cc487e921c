import { Router } from "express";
import type { Audit } from "../../contracts.ts";
import { parsePage, parseTimes, pick, requireValidated } from "../http/query.ts";

/** `GET /api/audit`: who read what people wrote, and who did what. */
export function createAuditRoutes(parts: { readonly access: { readonly audit: Audit } }): Router {
  const { audit } = parts.access;
  const router = Router();
  router.get("/audit", requireValidated, async ({ query }, response) => {
    const question = { ...pick(query, ["who", "action"]), ...parseTimes(query) };
    response.json(await audit.list(question, parsePage(query)));
  });
  return router;
}

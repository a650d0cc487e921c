import { fileURLToPath } from "node:url";
import { Router } from "express";
import { notFound, onlyMethods } from "./http/problem.ts";

/** The package's `schemas/`; `src/ops` and `dist/ops` are equally deep. */
export const schemasDir = fileURLToPath(new URL("../../schemas/", import.meta.url));

const served = new Map([
  ["event.schema.json", "application/schema+json"],
  ["intake.schema.json", "application/schema+json"],
  ["whatsapp-webhook.schema.json", "application/schema+json"],
  ["openapi.yaml", "application/yaml"],
  ["asyncapi.yaml", "application/yaml"],
]);

/** `/schemas/<file>`: the contracts, for everyone. */
export function createSchemas(): Router {
  const router = Router();
  router
    .route("/schemas/:name")
    .get((request, response, next) => {
      const type = served.get(request.params.name);
      if (type === undefined) throw notFound("schema");
      response.type(type).sendFile(request.params.name, { root: schemasDir }, (error) => {
        if (error !== undefined && !response.headersSent) next(notFound("schema"));
      });
    })
    .all(onlyMethods("GET, HEAD"));
  return router;
}

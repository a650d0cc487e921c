import { Router } from "express";
import type { RenormalizationRequest, Renormalize } from "../../contracts.ts";
import { parseTimes, parseTypes, type Query, requireValidated } from "../http/query.ts";

/** `POST /api/renormalizations`: one slice a request, so that none takes longer than seconds. */
export function createRenormalizationRoutes({
  renormalize,
}: {
  readonly renormalize: Renormalize;
}): Router {
  const router = Router();
  router.use(requireValidated);
  router.post("/renormalizations", async ({ body }, response) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    response.json(await renormalize(parseRequest(body), gone.signal));
  });
  return router;
}

/** What the validator let through: `from` and `to` are there. Throws a Problem that names the property. */
function parseRequest(body: Query): RenormalizationRequest {
  const { from = "", to = "" } = parseTimes(body);
  const types = parseTypes(body["types"], "types");
  const { cursor } = body;
  return {
    from,
    to,
    dryRun: body["dryRun"] === true,
    ...(types === undefined ? {} : { types }),
    ...(typeof cursor === "string" ? { cursor } : {}),
  };
}

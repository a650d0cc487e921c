import { fileURLToPath } from "node:url";
import { Router } from "express";
import { notFound, onlyMethods } from "./http/problem.ts";

/** The package's `docs/runbooks/`; `src/ops` and `dist/ops` are equally deep. */
const runbooksDir = fileURLToPath(new URL("../../docs/runbooks/", import.meta.url));
const name = /^[a-z-]{1,64}$/;

/** `/runbooks/<name>`: what a problem means and what to do, for everyone who sees the link. */
export function createRunbooks(): Router {
  const router = Router();
  router
    .route("/runbooks/:name")
    .get((request, response, next) => {
      const asked = request.params.name;
      if (!name.test(asked)) throw notFound("runbook");
      // As text: browsers save Markdown instead of showing it.
      const headers = { "Content-Type": "text/plain; charset=utf-8" };
      response.sendFile(`${asked}.md`, { root: runbooksDir, headers }, (error) => {
        if (error !== undefined && !response.headersSent) next(notFound("runbook"));
      });
    })
    .all(onlyMethods("GET, HEAD"));
  return router;
}

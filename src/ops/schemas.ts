import { fileURLToPath } from "node:url";
import { Router } from "express";
import { notFound, onlyMethods } from "./http/problem.ts";

/* Folders of the package; `src/ops` and `dist/ops` are equally deep. */
export const schemasDir = fileURLToPath(new URL("../../schemas/", import.meta.url));
const runbooksDir = fileURLToPath(new URL("../../docs/runbooks/", import.meta.url));

const schemaTypes = new Map([
  ["event.schema.json", "application/schema+json"],
  ["intake.schema.json", "application/schema+json"],
  ["whatsapp-webhook.schema.json", "application/schema+json"],
  ["openapi.yaml", "application/yaml"],
  ["asyncapi.yaml", "application/yaml"],
]);

/** `/schemas/<file>`, the contracts, and `/runbooks/<name>`, what a problem means and what to do: for everyone who sees the link. */
export function createShippedFiles(): Router {
  const router = Router();
  addFiles(router, "schema", schemasDir, (name) => ({ file: name, type: schemaTypes.get(name) }));
  // As text: browsers save Markdown instead of showing it.
  const type = "text/plain; charset=utf-8";
  addFiles(router, "runbook", runbooksDir, (name) => {
    return { file: `${name}.md`, type: /^[a-z-]{1,64}$/.test(name) ? type : undefined };
  });
  return router;
}

/** Without a `type` there is no such file. */
function addFiles(
  router: Router,
  what: string,
  root: string,
  find: (name: string) => { readonly file: string; readonly type: string | undefined },
): void {
  router
    .route(`/${what}s/:name`)
    .get<{ name: string }>((request, response, next) => {
      const { file, type } = find(request.params.name);
      if (type === undefined) throw notFound(what);
      response.sendFile(file, { root, headers: { "Content-Type": type } }, (error) => {
        if (error !== undefined && !response.headersSent) next(notFound(what));
      });
    })
    .all(onlyMethods("GET, HEAD"));
}

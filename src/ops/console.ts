import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Request, type Response, Router } from "express";
import { sessionCookie } from "./access/authenticate.ts";
import { notFound, onlyMethods, Problem } from "./http/problem.ts";

/** Made by `npm run build`; `src/ops` and `dist/ops` are equally deep. */
const consoleDir = fileURLToPath(new URL("../../dist/console/", import.meta.url));

/**
 * Nothing but our own files, no inline script or style, no markup made from strings. What strangers wrote is on these pages: this is the second
 * lock behind showing it as text.
 */
const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const types = new Map([
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
]);
/** A name holds the hash of the content. */
const forever = "public, max-age=31536000, immutable";

/** `/console`: the page is never kept, its files for ever. For everyone: without a session the API says nothing. */
export function createConsole(folder = consoleDir): Router {
  const router = Router({ strict: true });
  router.use("/console", (_request, response, next) => {
    response.set("Content-Security-Policy", policy);
    next();
  });
  router
    .route("/console")
    .get((request, response) => {
      const page = mayBeLoggedIn(request) ? "index.html" : "login.html";
      if (!existsSync(join(folder, page))) throw notBuilt();
      response.vary("Cookie").type("html");
      send(request, response, folder, page);
    })
    .all(onlyMethods("GET, HEAD"));
  // The page names its files relative to itself, so that it can stand behind a proxy's prefix.
  router.get("/console/", (_request, response) => response.redirect("../console"));
  router
    .route("/console/:file")
    .get((request, response) => {
      const { file } = request.params;
      const type = types.get(/\.\w+$/.exec(file)?.[0] ?? "");
      if (type === undefined || !namesIn(folder).includes(file)) throw notFound("address");
      response.set({ "Content-Type": type, "Cache-Control": forever });
      send(request, response, folder, file);
    })
    .all(onlyMethods("GET, HEAD"));
  return router;
}

function send(request: Request, response: Response, root: string, file: string): void {
  const zipped = request.acceptsEncodings("gzip") !== false;
  response.vary("Accept-Encoding");
  if (zipped) response.set("Content-Encoding", "gzip");
  response.sendFile(zipped ? `${file}.gz` : file, { root, cacheControl: false });
}

/** Whether the session still holds, the API says: this decides only what is painted meanwhile. */
function mayBeLoggedIn({ headers }: Request): boolean {
  return headers.cookie?.includes(`${sessionCookie}=`) ?? false;
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function notBuilt(): Problem {
  return new Problem(404, "not-found", "The console is not built.", {
    detail: "Run `npm run build`, then load this page again.",
  });
}

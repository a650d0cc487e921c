import type { RequestHandler } from "express";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { matchOf } from "./matched.ts";

/** Who read what is audited by endpoint, never by what was asked for. */
export function watch(parts: { readonly log: Log; readonly metrics: Metrics }): RequestHandler {
  const { log, metrics } = parts;
  return (request, response, next) => {
    const started = performance.now();
    response.once("close", () => {
      const { statusCode: code } = response;
      metrics.apiRequests.inc({ code: String(code) });
      // One line for each event that is taken would drown all others.
      const taken = request.method === "POST" && request.path === "/events" && code === 202;
      log[taken ? "debug" : "info"]("answered an API request", {
        path: matchOf(request).openApiRoute || "unknown",
        code,
        ms: Math.round(performance.now() - started),
      });
    });
    next();
  };
}

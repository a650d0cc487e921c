import type { RequestHandler } from "express";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";

/** Who read what is audited by endpoint, never by what was asked for. */
export function watch({
  log,
  metrics,
}: {
  readonly log: Log;
  readonly metrics: Metrics;
}): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.once("close", () => {
      const { openapi } = request as { openapi?: { openApiRoute?: string } };
      metrics.apiRequests.inc({ code: String(response.statusCode) });
      log.info("answered an API request", {
        path: openapi?.openApiRoute ?? "unknown",
        code: response.statusCode,
        ms: Math.round(performance.now() - started),
      });
    });
    next();
  };
}

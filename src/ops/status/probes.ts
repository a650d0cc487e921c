import { Router } from "express";
import type { Metrics } from "../../support/metrics.ts";
import { within } from "../../support/within.ts";
import { onlyMethods } from "../http/problem.ts";

/** One thing that a role needs. `reason` is in words and holds no secret. */
export interface ReadyCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly reason?: string;
}

/** A check that hangs must not make the probe hang. */
const readyDeadlineMs = 2_000;

/** `/healthz`, `/readyz` and `/metrics`, without a token, in every role. */
export function createProbes(options: {
  readonly metrics: Metrics;
  readonly ready: () => Promise<readonly ReadyCheck[]>;
  readonly isStopping: () => boolean;
}): Router {
  const router = Router();
  const get = onlyMethods("GET, HEAD");
  router
    .route("/healthz")
    .get((_request, response) => void response.json({ status: "ok" }))
    .all(get);
  router
    .route("/readyz")
    .get(async (_request, response) => {
      if (options.isStopping()) {
        response.status(503).json({ ready: false, stopping: true, checks: [] });
        return;
      }
      const checks = await askAll(options.ready);
      const ready = checks.every((check) => check.ok);
      response.status(ready ? 200 : 503).json({ ready, checks });
    })
    .all(get);
  router
    .route("/metrics")
    .get(async (_request, response) => {
      const text = await options.metrics.registry.metrics();
      response.set("Content-Type", options.metrics.registry.contentType).send(text);
    })
    .all(get);
  return router;
}

async function askAll(ready: () => Promise<readonly ReadyCheck[]>): Promise<readonly ReadyCheck[]> {
  try {
    return await within(readyDeadlineMs, ready());
  } catch {
    return [{ name: "checks", ok: false, reason: "gave no answer" }];
  }
}

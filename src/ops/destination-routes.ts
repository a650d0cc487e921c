import { Router } from "express";
import { type Bus, deadQueueName, type Ledger, type ProcessRegistry } from "../contracts.ts";
import { type DestinationState, destinationStates } from "./destination-state.ts";
import { notFound } from "./problem.ts";
import type { Pruned, PruneOptions } from "./prune.ts";
import { requireValidated } from "./query.ts";

/** Destinations: how they fare, pausing and resuming them, and removing what is left of former ones or dead in a queue. */
export function createDestinationRoutes(options: {
  readonly ledger: Pick<Ledger, "destinations" | "setPause">;
  readonly processes: Pick<ProcessRegistry, "alive">;
  readonly destinations: () => ReadonlyMap<string, { readonly kind: string }>;
  readonly prune: (options: PruneOptions) => Promise<Pruned>;
  readonly bus: Pick<Bus, "queues" | "dropDead">;
}): Router {
  const { ledger, processes: registry, destinations, prune, bus } = options;
  const states = async () => {
    const [rows, processes] = await Promise.all([ledger.destinations(), registry.alive()]);
    return destinationStates({ configured: destinations(), rows, processes });
  };
  const setPause = async (name: string, pause: Parameters<Ledger["setPause"]>[1]) => {
    if (!destinations().has(name)) throw notFound("destination");
    await ledger.setPause(name, pause);
    return found(await states(), name);
  };
  const router = Router();
  router.use(requireValidated);
  router.get("/destinations", async (_request, response) => {
    response.json({ items: await states() });
  });
  router.post("/destinations/:name/pause", async ({ params, body }, response) => {
    const { reason = "no reason given" } = body as { reason?: string };
    const at = new Date().toISOString();
    response.json(await setPause(params.name, { by: "operator", reason, at }));
  });
  router.post("/destinations/:name/resume", async ({ params }, response) => {
    response.json(await setPause(params.name, undefined));
  });
  router.post("/topology/prune", async ({ body }, response) => {
    const { force = false } = body as { force?: boolean };
    response.json(await prune({ force }));
  });
  router.post("/topology/drop-dead", async ({ body }, response) => {
    const { queue } = body as { queue: string };
    const known = (await bus.queues()).find(
      ({ name }) => name === queue || deadQueueName(name) === queue,
    );
    if (known === undefined) throw notFound("queue");
    response.json({ dropped: await bus.dropDead(known.name) });
  });
  return router;
}

function found(states: readonly DestinationState[], name: string): DestinationState {
  const state = states.find((each) => each.name === name);
  if (state === undefined) throw notFound("destination");
  return state;
}

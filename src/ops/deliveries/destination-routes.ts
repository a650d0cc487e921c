import { Router } from "express";
import {
  type Bus,
  type DestinationCheck,
  type DestinationRow,
  deadQueueName,
  type Faces,
  type Ledger,
  type RunningProcess,
} from "../../contracts.ts";
import { parseDuration } from "../../support/duration.ts";
import { viewerOf } from "../access/viewer.ts";
import { badParameter, notFound } from "../http/problem.ts";
import { requireValidated } from "../http/query.ts";
import {
  type DestinationState,
  destinationStates,
  isAlive,
  withoutFigures,
} from "../status/destination-state.ts";
import { deadLetters } from "./dead-letters.ts";
import type { Pruned, PruneOptions } from "./prune.ts";

/** The harmless calls of the doctor, within 15 s. Never rejects. */
export type CheckDestination = (name: string) => Promise<readonly DestinationCheck[]>;

interface Parts {
  readonly ledger: Pick<Ledger, "destinations" | "setPause">;
  readonly collections: Pick<Faces, "processes">;
  readonly destinations: () => ReadonlyMap<string, { readonly kind: string }>;
  readonly prune: (options: PruneOptions) => Promise<Pruned>;
  readonly bus: Pick<Bus, "queues" | "dropDead">;
  readonly check: CheckDestination;
}

/** Destinations: how they fare, pausing and resuming them, and removing what is left of former ones or dead in a queue. */
export function createDestinationRoutes({
  ledger,
  collections: { processes },
  destinations,
  prune,
  bus,
  check,
}: Parts): Router {
  const look = () => Promise.all([ledger.destinations(), processes.alive()]);
  const states = async () => {
    const [rows, running] = await look();
    return destinationStates({ configured: destinations(), rows, processes: running });
  };
  const setPause = async (name: string, pause: Parameters<Ledger["setPause"]>[1]) => {
    if (!destinations().has(name)) throw notFound("destination");
    await ledger.setPause(name, pause);
    return found(await states(), name);
  };
  const router = Router();
  router.use(requireValidated);
  router.get("/destinations", async (_request, response) => {
    const all = await states();
    const items = viewerOf(response).accounts === undefined ? all : withoutFigures(all);
    response.json({ items });
  });
  router.post("/destinations/:name/pause", async ({ params, body }, response) => {
    const { reason = "no reason given", for: lasts } = body as { reason?: string; for?: string };
    const until = lasts === undefined ? {} : { until: endOf(lasts) };
    const at = new Date().toISOString();
    response.json(await setPause(params.name, { by: "operator", reason, at, ...until }));
  });
  router.post("/destinations/:name/resume", async ({ params }, response) => {
    response.json(await setPause(params.name, undefined));
  });
  router.post("/destinations/:name/check", async ({ params: { name } }, response) => {
    const kind = destinations().get(name)?.kind;
    if (kind === undefined) throw notFound("destination");
    const started = performance.now();
    const checks = await check(name);
    const ms = Math.round(performance.now() - started);
    response.json({ name, kind, ok: checks.every(({ ok }) => ok), ms, checks });
  });
  router.get("/processes", async (_request, response) => {
    const [rows, running] = await look();
    response.json({ items: running.map((process) => withDestinations(process, rows)) });
  });
  router.get("/dead-letters", async (_request, response) => {
    const [rows, queues] = await Promise.all([ledger.destinations(), bus.queues()]);
    response.json({ items: deadLetters(rows, queues) });
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

const maxPauseMs = 30 * 24 * 60 * 60 * 1_000;

function endOf(lasts: string): string {
  const ms = parseDuration(lasts) ?? 0;
  if (ms > maxPauseMs) throw badParameter("for", "may be 30 days at most");
  return new Date(Date.now() + ms).toISOString();
}

function withDestinations(process: RunningProcess, rows: readonly DestinationRow[]) {
  const held = rows.filter(({ holder, name }) => !name.includes(".") && isAlive(holder, [process]));
  return { ...process, delivers: held.map(({ name }) => name) };
}

function found(states: readonly DestinationState[], name: string): DestinationState {
  const state = states.find((each) => each.name === name);
  if (state === undefined) throw notFound("destination");
  return state;
}

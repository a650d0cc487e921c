import { randomBytes } from "node:crypto";
import { Router } from "express";
import type { Faces, Ledger, Replay, ReplayPlan, ReplayRequest, Replays } from "../../contracts.ts";
import { seenReplays } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { notFound, Problem } from "../http/problem.ts";
import { parsePage, type Query, requireValidated } from "../http/query.ts";
import { parseReplay, withinReach } from "./replay-request.ts";

export interface ReplayRouteParts {
  readonly collections: Pick<Faces, "replays">;
  readonly ledger: Pick<Ledger, "replayed">;
  /** What it would do. Changes nothing. */
  readonly planReplay: (request: ReplayRequest) => Promise<ReplayPlan>;
  /** The configured ones, by name. */
  readonly destinations: () => ReadonlyMap<string, { readonly kind: string }>;
}

/** `/api/replays`: what the log has is sent again, by one process for all, beside what is live. */
export function createReplayRoutes(parts: ReplayRouteParts): Router {
  const { ledger, collections } = parts;
  const { replays } = collections;
  const router = Router();
  router.use(requireValidated);
  router.post("/replays", async ({ body }, response) => {
    const request = withinReach(viewerOf(response), parseReplay(body, parts.destinations()));
    if ((body as Query)["dryRun"] === true) {
      response.json(await parts.planReplay(request));
      return;
    }
    const id = `rpl_${randomBytes(12).toString("hex")}`;
    const counts = { found: 0, opened: 0, had: 0, leftOut: {} };
    const createdAt = new Date().toISOString();
    const { name: by } = viewerOf(response);
    const replay: Replay = { ...request, ...counts, id, state: "running", createdAt, by };
    await replays.create(replay);
    response.status(202).json(shown(replay));
  });
  router.get("/replays", async ({ query }, response) => {
    const { items, next } = await seenReplays(viewerOf(response), replays).list(parsePage(query));
    response.json({ items: items.map(shown), next });
  });
  router.get("/replays/:id", async ({ params }, response) => {
    const seen = seenReplays(viewerOf(response), replays);
    response.json(await withResult(await found(seen, params.id), ledger));
  });
  router.post("/replays/:id/abort", async ({ params }, response) => {
    const { id, state } = await found(seenReplays(viewerOf(response), replays), params.id);
    const ended = { state: "aborted", doneAt: new Date().toISOString() } as const;
    if (!(await replays.update(id, ended))) {
      throw new Problem(409, "replay-over", `The replay is ${state} already.`);
    }
    response.json(await withResult(await found(replays, id), ledger));
  });
  return router;
}

async function found(replays: Pick<Replays, "get">, id: string): Promise<Replay> {
  const replay = await replays.get(id);
  if (replay === undefined) throw notFound("replay");
  return replay;
}

/** Where it stands in the log is its own business. */
function shown({ position: _, ...replay }: Replay): Omit<Replay, "position"> {
  return replay;
}

async function withResult(replay: Replay, ledger: Pick<Ledger, "replayed">) {
  return { ...shown(replay), rows: await ledger.replayed(replay.id) };
}

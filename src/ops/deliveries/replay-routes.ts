import { randomBytes } from "node:crypto";
import { Router } from "express";
import type {
  Delivery,
  Ledger,
  Replay,
  ReplayPlan,
  ReplayRequest,
  Replays,
} from "../../contracts.ts";
import { viewerOf } from "../access/viewer.ts";
import { badParameter, notFound, Problem } from "../http/problem.ts";
import {
  parseEventFilter,
  parsePage,
  parseTimes,
  parseTypes,
  type Query,
  requireValidated,
} from "../http/query.ts";
import { seenReplays, withinReach } from "./replay-reach.ts";

export interface ReplayRouteParts {
  readonly replays: Replays;
  readonly ledger: Pick<Ledger, "replayed">;
  /** What it would do. Changes nothing. */
  readonly planReplay: (request: ReplayRequest) => Promise<ReplayPlan>;
  /** The configured ones, by name. */
  readonly destinations: () => ReadonlyMap<string, unknown>;
}

const defaultRate = 10;

/** `/api/replays`: what the log has is sent again, by one process for all, beside what is live. */
export function createReplayRoutes(parts: ReplayRouteParts): Router {
  const { replays, ledger } = parts;
  const router = Router();
  router.use(requireValidated);
  router.post("/replays", async ({ body }, response) => {
    const request = withinReach(viewerOf(response), parseReplay(body, parts));
    if ((body as Query)["dryRun"] === true) {
      response.json(await parts.planReplay(request));
      return;
    }
    const id = `rpl_${randomBytes(12).toString("hex")}`;
    const counts = { found: 0, opened: 0, had: 0, leftOut: {} };
    const createdAt = new Date().toISOString();
    const replay: Replay = { ...request, ...counts, id, state: "running", createdAt };
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

async function withResult(
  replay: Replay,
  ledger: Pick<Ledger, "replayed">,
): Promise<
  Omit<Replay, "position"> & { readonly rows: Readonly<Record<Delivery["state"], number>> }
> {
  return { ...shown(replay), rows: await ledger.replayed(replay.id) };
}

/** Throws a Problem that names the property. */
function parseReplay(body: Query, { destinations }: ReplayRouteParts): ReplayRequest {
  const to = String(body["to"]);
  if (to !== "routed" && !destinations().has(to)) {
    throw badParameter(
      "to",
      `is no destination that is configured here; there are ${[...destinations().keys()].join(", ") || "none"}`,
    );
  }
  const filter = (body["filter"] ?? {}) as Query;
  const ofDeliveries = ["destination", "state", "event"].some((key) => filter[key] !== undefined);
  return {
    filter: ofDeliveries ? deliveriesFilter(filter, to) : eventsFilter(filter),
    to,
    again: body["again"] === true,
    effects: body["effects"] === true,
    rate: Number(body["rate"] ?? defaultRate),
  };
}

/** What comes later than now is not among them. */
function frozen(to: string | undefined): string {
  const now = new Date().toISOString();
  return to !== undefined && to < now ? to : now;
}

function eventsFilter(filter: Query): ReplayRequest["filter"] {
  const types = parseTypes(filter["type"], "filter.type");
  const { types: _, to, ...events } = parseEventFilter(filter);
  return { of: "events", ...events, ...(types && { types }), to: frozen(to) };
}

function deliveriesFilter(filter: Query, to: string): ReplayRequest["filter"] {
  const others = Object.keys(filter).find(
    (key) => !["destination", "state", "event", "to"].includes(key),
  );
  if (others !== undefined) {
    throw badParameter(
      `filter.${others}`,
      "goes with a filter of events; of deliveries there are destination, state, event and to",
    );
  }
  const { destination, state, event } = filter as {
    destination?: string;
    state?: Delivery["state"];
    event?: string;
  };
  if (to !== "routed" && destination !== undefined && destination !== to) {
    throw badParameter(
      "to",
      "is another destination than the deliveries have; name it, or write routed",
    );
  }
  const own = destination ?? (to === "routed" ? undefined : to);
  return {
    of: "deliveries",
    ...(own !== undefined && { destination: own }),
    ...(state !== undefined && { state }),
    ...(event !== undefined && { event }),
    to: frozen(parseTimes(filter).to),
  };
}

import type { Server } from "node:http";
import express, { type Express } from "express";
import type {
  Bus,
  Contacts,
  Delivery,
  EventQuery,
  Installation,
  Ledger,
  MediaRows,
  NotDelivered,
  ProcessRegistry,
  Renormalize,
  ReplayPlan,
  ReplayRequest,
  Replays,
  RetryQuarantined,
  RoutesTested,
  SetUp,
  WaypostEvent,
} from "../contracts.ts";
import { createHttpServer, listen } from "../support/http-server.ts";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import { type AccessParts, createAccess, createAccessRoutes } from "./access/access.ts";
import { auditIntent } from "./access/audit.ts";
import { createAuthentication } from "./access/authenticate.ts";
import { nameMissingScope } from "./access/require-scopes.ts";
import { createWhoAsks } from "./access/who-asks.ts";
import { createConsole } from "./console.ts";
import { createDeliveryRoutes } from "./deliveries/delivery-routes.ts";
import { type CheckDestination, createDestinationRoutes } from "./deliveries/destination-routes.ts";
import type { Pruned, PruneOptions } from "./deliveries/prune.ts";
import { createReplayRoutes } from "./deliveries/replay-routes.ts";
import { createRoutesTestRoutes } from "./deliveries/routes-test-routes.ts";
import { answerBrokenHttp } from "./http/broken-http.ts";
import { createContract } from "./http/contract.ts";
import { notFound, Problem, problemHandler } from "./http/problem.ts";
import { refuseOddNames, requireValidated } from "./http/query.ts";
import { readBody } from "./http/read-body.ts";
import { watch } from "./http/watch.ts";
import { createIntakeRoutes, type IntakeParts } from "./intake-routes.ts";
import { createContactRoutes } from "./log/contact-routes.ts";
import { createConversationRoutes } from "./log/conversation-routes.ts";
import { createEventStreams } from "./log/event-stream.ts";
import { createExportRoutes } from "./log/export-routes.ts";
import { createLogRoutes } from "./log/log-routes.ts";
import { createMediaRoutes, type MediaParts } from "./log/media-routes.ts";
import { createRenormalizationRoutes } from "./log/renormalization-routes.ts";
import { createMasking } from "./masking/masking.ts";
import { handleReload, type Reload } from "./reload-route.ts";
import { createRunbooks } from "./runbooks.ts";
import { createSchemas } from "./schemas.ts";
import { createSearchRoutes } from "./search/search-routes.ts";
import { createSetUpRoutes } from "./set-up-routes.ts";
import { createProbes, type ReadyCheck } from "./status/probes.ts";
import { createFigureRoutes, type FigureParts } from "./status/report-routes.ts";
import type { SystemStatus } from "./status/status.ts";

export interface OpsOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Each has every scope. Without any, nobody gets in. */
  readonly tokens: readonly string[];
  /** Addresses and ranges of proxies whose `X-Forwarded-…` is believed. */
  readonly trustedProxies: readonly string[];
  readonly log: Log;
  readonly metrics: Metrics;
  /** What this role needs, each with what is missing. */
  readonly ready: () => Promise<readonly ReadyCheck[]>;
  readonly reload: Reload;
  /** Only in the roles `ops` and `start`. */
  readonly api?: OpsApi;
  /** For tests: an answer that breaks `schemas/openapi.yaml` becomes a 500. */
  readonly validateResponses?: boolean;
}

export interface OpsApi extends MediaParts, AccessParts, FigureParts {
  readonly query: EventQuery;
  readonly tail: Bus["tail"];
  /** `accounts`: tells of these phone number ids alone. */
  readonly status: (accounts?: readonly string[]) => Promise<SystemStatus>;
  readonly ledger: Ledger;
  readonly contacts: Pick<Contacts, "find" | "change">;
  readonly media: Pick<MediaRows, "get">;
  readonly processes: Pick<ProcessRegistry, "alive">;
  /** The configured ones by name, as they are now. */
  readonly destinations: () => ReadonlyMap<
    string,
    { readonly kind: string; readonly timeoutMs?: number }
  >;
  /** Why the destinations that have none of these deliveries have none, by the routes as they are now. */
  readonly whyNot: (event: WaypostEvent, delivered: readonly Delivery[]) => readonly NotDelivered[];
  /** What would become of an event now. Changes nothing. */
  readonly testRoutes: (event: WaypostEvent) => Promise<RoutesTested>;
  /** Removes what destinations that are no longer configured have left. */
  readonly prune: (options: PruneOptions) => Promise<Pruned>;
  readonly bus: Pick<Bus, "queues" | "dropDead">;
  readonly check: CheckDestination;
  readonly retryQuarantined: RetryQuarantined;
  readonly intake: IntakeParts;
  readonly replays: Replays;
  readonly installation: Installation;
  readonly setUp: SetUp;
  /** What a replay would do. Changes nothing. */
  readonly planReplay: (request: ReplayRequest) => Promise<ReplayPlan>;
  /** Runs the present parser over the log and quarantine. */
  readonly renormalize: Renormalize;
}

export interface Ops {
  /** Resolves when the port is open; rejects when it is taken. */
  listen(): Promise<{ port: number }>;
  /** Compiles the contract, in turns, before somebody waits for it. For when all ports are open. Never rejects. */
  prepare(): Promise<void>;
  /** From now on not ready; ends the live tails. The port stays open for probes. */
  drain(): void;
  /** Writes what the audit is still to hold, for a second at most. For when the store is about to close. */
  settle(): Promise<void>;
  /** Drains, lets running requests end for up to 2 s, closes the port. */
  close(): Promise<void>;
}

const closeDeadlineMs = 2_000;

/** The ops port: probes and metrics in every role; with `api`, the log's read API behind bearer tokens. */
export function createOps(options: OpsOptions): Ops {
  let stopping = false;
  const app = express().disable("x-powered-by").disable("etag");
  app.set("trust proxy", [...options.trustedProxies]);
  app.use((_request, response, next) => {
    response.set(answerHeaders);
    if (stopping) response.set("Connection", "close");
    next();
  });
  app.use(
    createProbes({ ...options, isStopping: () => stopping }),
    createSchemas(),
    createRunbooks(),
  );
  const { endStreams, settle, prepare } =
    options.api === undefined ? noApi(app, options) : useApi(app, options, options.api);
  app.use(() => {
    throw notFound("address");
  });
  app.use(problemHandler(options.log));
  const server = createHttpServer(app, { maxConnections: 1_000 });
  server.on("clientError", answerBrokenHttp);

  const drain = () => {
    stopping = true;
    endStreams();
  };
  return {
    listen: () => listen(server, options),
    prepare,
    drain,
    settle,
    close: async () => {
      drain();
      await close(server);
      await settle();
    },
  };
}

const answerHeaders = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Every role can be told to reload. */
function noApi(app: Express, options: OpsOptions): ApiEnds {
  const { handler } = createAuthentication(createWhoAsks({ configured: options.tokens }));
  const may = [watch(options), handler];
  app.post("/api/reload", ...may, handleReload(options.reload));
  app.use("/api", () => {
    throw new Problem(404, "no-api", "This role serves no API; the roles `start` and `ops` do.");
  });
  const nothing = async () => undefined;
  return { endStreams: () => undefined, settle: nothing, prepare: nothing };
}

interface ApiEnds extends Pick<Ops, "settle" | "prepare"> {
  endStreams(): void;
}

function useApi(app: Express, options: OpsOptions, api: OpsApi): ApiEnds {
  const { validateResponses = false } = options;
  const access = createAccess(options, api);
  const { authentication, auditing } = access;
  const streams = createEventStreams({ ...api, ...options, ...authentication });
  const masking = createMasking(api.installation);
  app.use(createConsole());
  const first = [watch(options), authentication.handler, auditing];
  app.use("/api", ...first, readBody, masking.before, refuseOddNames);
  const contract = createContract({ validateResponses });
  app.use([...contract.handlers], nameMissingScope);
  app.use("/api", masking.after, auditIntent);
  app.post("/api/reload", requireValidated, handleReload(options.reload));
  app.get("/api/events/stream", requireValidated, streams.handler);
  app.use(
    "/api",
    // The first, because it is asked a thousand times a second.
    createIntakeRoutes(api.intake, options.metrics),
    createAccessRoutes(access, api),
    createRenormalizationRoutes(api),
    createReplayRoutes(api),
    createFigureRoutes(api),
    createContactRoutes(api),
    createConversationRoutes(api),
    createSearchRoutes(api),
    createMediaRoutes(api),
    createExportRoutes(api),
    createRoutesTestRoutes(api),
    createSetUpRoutes(api.setUp),
  );
  app.use("/api", createLogRoutes(api), createDeliveryRoutes(api), createDestinationRoutes(api));
  return {
    endStreams: () => streams.closeAll(),
    settle: access.settle,
    prepare: async () => {
      await contract.prepare(app);
      masking.prepare();
    },
  };
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const hurry = setTimeout(() => server.closeAllConnections(), closeDeadlineMs);
  await closed;
  clearTimeout(hurry);
}

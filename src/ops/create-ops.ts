import type { Server } from "node:http";
import express, { type Express } from "express";
import { createHttpServer, listen } from "../support/http-server.ts";
import type { Log } from "../support/log.ts";
import type { Metrics } from "../support/metrics.ts";
import { createAccess } from "./access/access.ts";
import { auditIntent } from "./access/audit.ts";
import { createAuthentication } from "./access/authenticate.ts";
import { nameMissingScope } from "./access/require-scopes.ts";
import { createWhoAsks } from "./access/who-asks.ts";
import type { OpsApi } from "./api.ts";
import { createConsole } from "./console.ts";
import { routers } from "./generated.ts";
import { createAccountNames } from "./http/account-names.ts";
import { answerBrokenHttp } from "./http/broken-http.ts";
import { createContract } from "./http/contract.ts";
import { notFound, Problem, problemHandler } from "./http/problem.ts";
import { refuseOddNames, requireValidated } from "./http/query.ts";
import { readBody } from "./http/read-body.ts";
import { watch } from "./http/watch.ts";
import { createEventStreams } from "./log/event-stream.ts";
import { createMasking } from "./masking/masking.ts";
import { handleReload, type Reload } from "./reload-route.ts";
import { createShippedFiles } from "./schemas.ts";
import { createProbes, type ReadyCheck } from "./status/probes.ts";

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
    for (const [name, value] of answerHeaders) response.setHeader(name, value);
    if (stopping) response.set("Connection", "close");
    next();
  });
  app.use(createProbes({ ...options, isStopping: () => stopping }), createShippedFiles());
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

const answerHeaders = Object.entries({
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
});

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
  const masking = createMasking(api.collections.installation);
  app.use(createConsole());
  const first = [watch(options), authentication.handler, auditing];
  app.use("/api", ...first, readBody, masking.before, refuseOddNames);
  const contract = createContract(validateResponses);
  app.use([...contract.handlers], nameMissingScope);
  app.use("/api", createAccountNames(api.intake.accounts), masking.after, auditIntent);
  app.post("/api/reload", requireValidated, handleReload(options.reload));
  app.get("/api/events/stream", requireValidated, streams.handler);
  const parts = { ...api, whoAsks: access.whoAsks, metrics: options.metrics };
  app.use("/api", ...routers.map((create) => create(parts)));
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

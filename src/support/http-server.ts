import {
  createServer,
  IncomingMessage,
  type RequestListener,
  type Server,
  ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { Express } from "express";

/** Node's own defaults leave a slow sender 5 minutes, and look for one only every 30 s. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Longer than a load balancer keeps its idle connections, or it would use one that is being closed.
  keepAliveTimeout: 65_000,
} as const;

export interface HttpServerOptions {
  readonly maxConnections: number;
  /** Looks at a request before the app does; the app alone unless told. */
  readonly answer?: RequestListener;
  /** With it, HTTPS. */
  readonly tls?: ServerOptions;
}

/** A server of the app's own that slow senders cannot hold for long. */
export function createHttpServer(
  app: Express,
  { maxConnections, answer = app, tls }: HttpServerOptions,
): Server {
  const options = { ...limits, ...messagesOf(app) };
  const server = tls
    ? createTlsServer({ ...tls, ...options }, answer)
    : createServer(options, answer);
  server.maxConnections = maxConnections;
  return server;
}

/**
 * Requests and answers that are born as Express wants them. It gives each that comes another prototype, and what V8 gives another
 * prototype gets a hidden class of its own with each property that it gains: half of Express's processor time, and some ten times the pauses
 * of the collector (docs/benchmarks.md).
 */
function messagesOf(app: Express): Pick<ServerOptions, "IncomingMessage" | "ServerResponse"> {
  class AppRequest extends IncomingMessage {}
  class AppResponse<R extends IncomingMessage> extends ServerResponse<R> {}
  app.request = Object.setPrototypeOf(AppRequest.prototype, app.request);
  app.response = Object.setPrototypeOf(AppResponse.prototype, app.response);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}

/** Resolves when the port is open (0 picks a free one), rejects when it is taken. */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: server.maxConnections }, () => {
      server.off("error", reject);
      resolve({ port: (server.address() as AddressInfo).port });
    });
  });
}

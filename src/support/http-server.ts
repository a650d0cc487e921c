import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

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
  /** With it, HTTPS. */
  readonly tls?: ServerOptions;
}

/** A server that slow senders cannot hold for long. */
export function createHttpServer(
  answer: RequestListener,
  { maxConnections, tls }: HttpServerOptions,
): Server {
  const server = tls
    ? createTlsServer({ ...tls, ...limits }, answer)
    : createServer({ ...limits }, answer);
  server.maxConnections = maxConnections;
  return server;
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

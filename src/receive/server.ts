import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Express } from "express";
import { createHttpServer, listen } from "../support/http-server.ts";
import type { Log } from "../support/log.ts";
import { createReceiveApp, type ReceiveAppOptions } from "./app.ts";
import { createRareWarning } from "./rare-warning.ts";

/** Nothing received and nothing sent for so long: a peer that does not read its answers. */
const silenceMs = 30_000;
const maxConnections = 2_000;
const maxRequestsPerSocket = 10_000;
const maxHeadersCount = 64;
const handshakeTimeout = 5_000;
/** At close, a connection on which no request is under way may send one for this long. */
const quietMs = 500;
/** Handlers that run at close have this long; then their connections are cut, and Meta sends again. */
const closeMs = 3_000;

/** What Meta's client certificate is made out to. */
export const metaClientName = "client.webhooks.fbclientcerts.com";

export interface ReceiverTls {
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** PEM. When given, clients must show a certificate of this CA, made out to `clientName`. */
  readonly clientCa?: string | Buffer;
  /** Meta's, unless told. */
  readonly clientName?: string;
}

export interface ReceiverOptions extends ReceiveAppOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly tls?: ReceiverTls;
}

export interface Receiver {
  listen(): Promise<{ readonly port: number }>;
  /** Takes no more connections, says `Connection: close` on running answers, resolves when they are out. */
  close(): Promise<void>;
}

/** The public port: the app behind limits that a slow or hostile sender runs into. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const app = createReceiveApp(options);
  const server = options.tls
    ? createTls(options.tls, app, options.log)
    : createHttpServer(app, { maxConnections });
  server.setTimeout(silenceMs);
  server.maxRequestsPerSocket = maxRequestsPerSocket;
  server.maxHeadersCount = maxHeadersCount;
  server.on("clientError", answerBrokenHttp);
  const traffic = watchTraffic(server, options.tls ? "secureConnection" : "connection");

  return {
    listen: () => listen(server, options),
    close: () => closeServer(server, traffic),
  };
}

function createTls(tls: ReceiverTls, app: Express, log: Log): Server {
  const { cert, key, clientCa, clientName = metaClientName } = tls;
  const options = { cert, key, minVersion: "TLSv1.2" as const, handshakeTimeout };
  if (clientCa === undefined) return createHttpServer(app, { maxConnections, tls: options });
  const warn = createRareWarning(log, "a client without the expected certificate was refused");
  const mutual = { ...options, ca: clientCa, requestCert: true, rejectUnauthorized: true };
  // Asked at each request: one can come in the same packet as the handshake's end, before a socket closes.
  const answer: RequestListener = (request, response) => {
    if (isMadeOutTo(clientName, request.socket)) return app(request, response);
    warn("another name");
    request.socket.destroy();
  };
  const server = createHttpServer(app, { maxConnections, answer, tls: mutual });
  server.on("tlsClientError", () => warn("handshake"));
  return server;
}

/** Node has checked the chain by then. */
function isMadeOutTo(name: string, socket: Socket): boolean {
  return (
    socket instanceof TLSSocket &&
    socket.authorized &&
    socket.getPeerCertificate().subject?.CN === name
  );
}

interface Traffic {
  /** Answers that are not out yet. */
  readonly running: ReadonlySet<ServerResponse>;
  /** Sockets that may carry requests. */
  readonly sockets: ReadonlySet<Socket>;
}

function watchTraffic(server: Server, socketEvent: "connection" | "secureConnection"): Traffic {
  const running = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  server.on(socketEvent, (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
    if (!server.listening) response.setHeader("Connection", "close");
    running.add(response);
    response.once("close", () => running.delete(response));
  });
  return { running, sockets };
}

function closeServer(server: Server, { running, sockets }: Traffic): Promise<void> {
  return new Promise((resolve) => {
    const hangUp = afterPolling(quietMs, () => {
      const busy = new Set([...running].map((response) => response.socket));
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
    });
    const cut = setTimeout(() => server.closeAllConnections(), closeMs);
    // Not `server.close`: it cuts every kept connection at once, and with it a request that is just coming in.
    NetServer.prototype.close.call(server, () => {
      hangUp();
      clearTimeout(cut);
      server.close(); // ends what HTTP still watches
      resolve();
    });
    for (const response of running) {
      if (!response.headersSent) response.setHeader("Connection", "close");
    }
  });
}

/**
 * Later, and after sockets were looked at once more: where much is to do a timer comes first, and what waits at them would be
 * cut unread. Answers with what takes it back.
 */
function afterPolling(ms: number, call: () => void): () => void {
  let cancelled = false;
  const timer = setTimeout(() => {
    setImmediate(() => {
      if (!cancelled) call();
    });
  }, ms);
  return () => {
    cancelled = true;
    clearTimeout(timer);
  };
}

/** What is not HTTP gets one line; all other faults, such as of a TLS handshake, get nothing. */
function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  const status = brokenHttpStatus(error.code ?? "");
  if (status === undefined || !socket.writable) return void socket.destroy();
  const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.end(answer, () => socket.destroy());
}

function brokenHttpStatus(code: string): string | undefined {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "408 Request Timeout";
  if (code === "HPE_HEADER_OVERFLOW") return "431 Request Header Fields Too Large";
  return code.startsWith("HPE_") ? "400 Bad Request" : undefined;
}

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export interface StubAnswer {
  readonly status: number;
  readonly statusText?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
/**
 * What happens to one acting request instead of a plain answer. `lost`, `silent`, `drip`, `big`, `garbage` come after the effect; an
 * answer of its own, `reset` and `hang` come instead of it.
 */
export type Fault =
  | StubAnswer
  | "reset"
  | "hang"
  | "lost"
  | "silent"
  | "drip"
  | "big"
  | "garbage"
  | "none";

export interface Stub {
  readonly url: string;
  readonly port: number;
  readonly requests: StubRequest[];
  /** For the next acting requests, in order. */
  fail(...faults: Fault[]): void;
  /** Resolves at the next fault. */
  disturbed(): Promise<void>;
  /** Sockets that were ever opened. */
  connections(): number;
  close(): Promise<void>;
}

/** A server with a state: `act` makes the effect of a request and answers; `acts` says which requests faults may hit. */
export async function startStub(
  act: (request: StubRequest) => StubAnswer | Promise<StubAnswer>,
  acts: (request: StubRequest) => boolean = () => true,
  tls?: ServerOptions,
): Promise<Stub> {
  const requests: StubRequest[] = [];
  const faults: Fault[] = [];
  const told: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let opened = 0;
  const listener: RequestListener = (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("error", () => undefined);
    incoming.on("end", async () => {
      const request: StubRequest = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      requests.push(request);
      const { socket } = incoming;
      const fault = acts(request) ? faults.shift() : undefined;
      if (fault !== undefined) for (const tell of told.splice(0)) tell();
      const answer = ({ status, statusText, headers = {}, body = "" }: StubAnswer) => {
        if (statusText !== undefined) outgoing.statusMessage = statusText;
        outgoing.writeHead(status, headers).end(body);
      };
      if (typeof fault === "object") return answer(fault);
      if (fault === "reset") return void socket.resetAndDestroy();
      if (fault === "hang") return;
      const acted = act(request);
      const normal = acted instanceof Promise ? await acted : acted;
      if (fault === undefined || fault === "none") return answer(normal);
      if (fault === "lost") return void socket.destroy();
      if (fault === "silent") return;
      if (fault === "garbage") return void socket.end("\x00\x01 this is not HTTP\r\n\r\n");
      outgoing.writeHead(normal.status, normal.headers);
      if (fault === "big") return void outgoing.end(Buffer.alloc(10 * 1024 * 1024, "x"));
      const drip = setInterval(() => outgoing.write(" "), 20);
      timers.add(drip);
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on("connection", (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    requests,
    fail: (...more) => void faults.push(...more),
    disturbed: () => new Promise((tell) => told.push(tell)),
    connections: () => opened,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from "express";
import { type Clock, systemClock } from "../../../src/support/clock.ts";
import type { Stub, StubRequest } from "../stub.ts";
import { type Books, createBooks } from "./books.ts";
import { type FaultLayer, faultLayer } from "./fault-layer.ts";
import { specification } from "./specification.ts";
import { ticketsApi } from "./tickets-api.ts";
import { usersApi } from "./users-api.ts";

export const clientId = "waypost";
export const clientSecret = "invented-secret";

export interface ZendeskStub extends Stub {
  readonly books: Books;
  /** Ids of events as they took effect, in order, one for each effect. */
  effects(): string[];
  /** Answers other than 2xx that Zendesk gave of itself. */
  readonly refusals: { readonly status: number; readonly path: string; readonly body: string }[];
  /** Which requests faults may hit; those that write tickets unless told. */
  hit(acts: (request: StubRequest) => boolean): void;
  /** No token that was given out is good any more. */
  revoke(): void;
  /** What new tokens may do. */
  scope: string;
  /** False: the client is not known. */
  knowsClient: boolean;
}

export const writesTicket = ({ method, path }: StubRequest) =>
  /^\/api\/v2\/tickets/.test(path) && ["POST", "PUT"].includes(method);

/** Zendesk with users and tickets, as far as the kind uses it: each request is checked against Zendesk's own specification first. */
export async function startZendeskStub(
  options: { readonly clock?: Pick<Clock, "now">; readonly perMinute?: number } = {},
): Promise<ZendeskStub> {
  const { clock = systemClock, perMinute = 400 } = options;
  const books = createBooks(clock);
  const layer: FaultLayer = {
    ...{ requests: [], faults: [], acts: writesTicket, timers: new Set(), told: [] },
  };
  const refusals: ZendeskStub["refusals"] = [];
  const tokens = new Map<string, string>();
  const sockets = new Set<Socket>();
  let opened = 0;
  const app = express();
  app.use(express.json({ limit: "5mb" }), express.urlencoded({ extended: false }));
  app.use(express.raw({ type: () => true, limit: "60mb" }));
  app.post("/oauth/tokens", (req, res) => {
    const { client_id, client_secret, grant_type } = req.body;
    const known = client_id === clientId && client_secret === clientSecret && stub.knowsClient;
    if (!known) return void res.status(401).json({ error: "invalid_client" });
    if (grant_type !== "client_credentials") {
      return void res.status(400).json({ error: "unsupported_grant_type" });
    }
    const access_token = `invented-token-${tokens.size + 1}`;
    tokens.set(access_token, stub.scope);
    res.json({ access_token, token_type: "bearer", scope: stub.scope, expires_in: 7_200 });
  });
  app.use(
    noteRefusals(refusals),
    faultLayer(layer),
    bearer(tokens),
    requestLimit(clock, perMinute),
  );
  app.use(specification, usersApi(books), ticketsApi(books, updateLimit(clock)));
  app.post("/api/v2/uploads", (req, res) => {
    const token = `upload-${books.nextId()}`;
    const type = req.get("content-type") ?? "";
    const bytes = Buffer.isBuffer(req.body) ? req.body.length : 0;
    books.uploads.set(token, { filename: String(req.query["filename"]), type, bytes });
    res.status(201).json({ upload: { token, attachments: [] } });
  });
  app.get("/api/v2/groups/:id", (req, res) => {
    const deleted = books.groups.get(Number(req.params.id));
    if (deleted === undefined) return void res.status(404).json({ error: "RecordNotFound" });
    res.json({ group: { id: Number(req.params.id), deleted } });
  });
  app.use((_req, res) => res.status(404).json({ error: "InvalidEndpoint" }));
  const asRefused: ErrorRequestHandler = (error, _req, res, _next) => {
    res.status(error.status ?? 500).json({ error: "InvalidValue", description: error.message });
  };
  app.use(asRefused);
  const server = createServer(app);
  server.on("connection", (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stub: ZendeskStub = {
    ...{ books, refusals, port, url: `http://127.0.0.1:${port}`, requests: layer.requests },
    ...{ scope: "read write", knowsClient: true },
    effects: () => books.log.flatMap(({ keys }) => keys),
    fail: (...faults) => void layer.faults.push(...faults),
    hit(acts) {
      layer.acts = acts;
    },
    disturbed: () => new Promise((tell) => layer.told.push(tell)),
    revoke: () => tokens.clear(),
    connections: () => opened,
    async close() {
      for (const timer of layer.timers) clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
  await warmUp(stub, tokens);
  return stub;
}

let isWarm = false;

/** The validator compiles with the first requests, which takes longer than some tests wait. */
async function warmUp(stub: ZendeskStub, tokens: Map<string, string>): Promise<void> {
  if (isWarm) return;
  isWarm = true;
  tokens.set("warm", "read write");
  const headers = { authorization: "Bearer warm", "content-type": "application/json" };
  const body = JSON.stringify({ ticket: {} });
  for (const [method, path] of [
    ["POST", "tickets"],
    ["PUT", "tickets/1"],
  ]) {
    await fetch(`${stub.url}/api/v2/${path}`, { method: String(method), headers, body });
  }
  tokens.clear();
  stub.requests.length = 0;
  stub.refusals.length = 0;
}

function noteRefusals(refusals: ZendeskStub["refusals"]): RequestHandler {
  return (req, res, next) => {
    const json = res.json.bind(res);
    res.json = (body) => {
      if (res.statusCode >= 400) {
        const { statusCode: status } = res;
        refusals.push({ status, path: req.originalUrl, body: JSON.stringify(body) });
      }
      return json(body);
    };
    next();
  };
}

function bearer(tokens: ReadonlyMap<string, string>): RequestHandler {
  return (req, res, next) => {
    const scope = tokens.get(/^Bearer (.+)$/.exec(req.get("authorization") ?? "")?.[1] ?? "");
    if (scope === undefined) return void res.status(401).json({ error: "invalid_token" });
    const needed = req.method === "GET" ? "read" : "write";
    if (scope.split(" ").includes(needed)) return next();
    res.status(403).json({ error: "Forbidden", description: `Missing the scope ${needed}` });
  };
}

/** So many in each minute of the clock. */
function requestLimit(clock: Pick<Clock, "now">, most: number): RequestHandler {
  let minute = 0;
  let used = 0;
  return (_req, res, next) => {
    const now = Math.floor(clock.now() / 60_000);
    if (now !== minute) used = 0;
    minute = now;
    used += 1;
    res.set("x-rate-limit", String(most));
    res.set("x-rate-limit-remaining", String(Math.max(0, most - used)));
    if (used <= most) return next();
    tooMany(res, 60 - (Math.floor(clock.now() / 1_000) % 60));
  };
}

/** Of a ticket 30 updates in ten minutes, of all 100 in a minute. */
function updateLimit(clock: Pick<Clock, "now">) {
  const times: { readonly at: number; readonly ticket: number }[] = [];
  return (ticket: number, res: Response) => {
    const now = clock.now();
    const ofTicket = times.filter((each) => each.ticket === ticket && each.at > now - 600_000);
    const ofAll = times.filter(({ at }) => at > now - 60_000);
    const [first] = ofTicket;
    if (first && ofTicket.length >= 30) {
      tooMany(res, Math.ceil((first.at + 600_000 - now) / 1_000));
      return true;
    }
    const [oldest] = ofAll;
    if (oldest && ofAll.length >= 100) {
      tooMany(res, Math.ceil((oldest.at + 60_000 - now) / 1_000));
      return true;
    }
    times.push({ at: now, ticket });
    return false;
  };
}

function tooMany(res: Response, seconds: number): void {
  res.set("retry-after", String(Math.max(1, seconds)));
  res.status(429).json({ error: "TooManyRequests", description: "Rate limit exceeded" });
}

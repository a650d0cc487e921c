import type { Socket } from "node:net";
import type { RequestHandler, Response } from "express";
import type { Fault, StubRequest } from "../stub.ts";

export interface FaultLayer {
  readonly requests: StubRequest[];
  readonly faults: Fault[];
  /** Which requests faults may hit. */
  acts: (request: StubRequest) => boolean;
  readonly timers: Set<NodeJS.Timeout>;
  /** Who waits for the next fault. */
  readonly told: (() => void)[];
}

/** Keeps each request, and does to the acting ones what is to go wrong: instead of the effect, or behind it. */
export function faultLayer(layer: FaultLayer): RequestHandler {
  return (req, res, next) => {
    const request: StubRequest = {
      ...{ method: req.method, path: req.originalUrl, headers: req.headers },
      body: Buffer.isBuffer(req.body) ? req.body.toString("utf8") : JSON.stringify(req.body ?? ""),
    };
    layer.requests.push(request);
    const fault = layer.acts(request) ? layer.faults.shift() : undefined;
    if (fault === undefined) return next();
    for (const tell of layer.told.splice(0)) tell();
    if (fault === "none") return next();
    const { socket } = req;
    if (typeof fault === "object") {
      const { status, headers = {}, body = "" } = fault;
      return void res.writeHead(status, { ...headers }).end(body);
    }
    if (fault === "reset") return void socket.resetAndDestroy();
    if (fault === "hang") return;
    spoil(res, socket, fault, layer.timers);
    next();
  };
}

/** The answer is another than the handler gives. */
function spoil(res: Response, socket: Socket, fault: Fault, timers: Set<NodeJS.Timeout>): void {
  const end = res.end.bind(res);
  const spoiled = () => {
    if (fault === "lost") socket.destroy();
    if (fault === "garbage") socket.end("\x00\x01 this is not HTTP\r\n\r\n");
    if (fault === "big") end(Buffer.alloc(10 * 1024 * 1024, "x"));
    if (fault === "drip") {
      res.flushHeaders();
      timers.add(setInterval(() => res.write(" "), 20));
    }
    return res;
  };
  res.end = spoiled as typeof res.end;
  const setHeader = res.setHeader.bind(res);
  res.setHeader = (name, value) =>
    /^(content-length|etag)$/i.test(name) ? res : setHeader(name, value);
}

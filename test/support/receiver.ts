import { request } from "node:http";
import { connect, type Socket } from "node:net";
import type { Durable } from "../../src/receive/durability.ts";
import { createDurable } from "../../src/receive/durable.ts";
import { createPostParser } from "../../src/receive/post-parser.ts";
import { createReceiver, type ReceiverOptions } from "../../src/receive/server.ts";
import { createMetrics, type Metrics } from "../../src/support/metrics.ts";
import { createArrayLog } from "./array-log.ts";
import { createFakeBus, type FakeBus } from "./fake-bus.ts";
import { createMemorySpool, type MemorySpool } from "./memory-spool.ts";
import { appSecret, sign, verifyToken } from "./signed.ts";

export const path = "/webhooks/whatsapp";

/** A receiver on a free port, between an in-memory bus and spool. */
export interface TestReceiver {
  readonly port: number;
  readonly bus: FakeBus;
  readonly spool: MemorySpool;
  readonly durable: Durable;
  readonly metrics: Metrics;
  readonly log: ReturnType<typeof createArrayLog>;
  /** What the bus was given, parsed. */
  published(): Record<string, unknown>[];
  close(): Promise<void>;
}

export async function startReceiver(
  options: Partial<ReceiverOptions> & { spooled?: boolean } = {},
): Promise<TestReceiver> {
  const { spooled = true, ...rest } = options;
  const bus = createFakeBus();
  const spool = createMemorySpool();
  const metrics = createMetrics();
  const log = createArrayLog();
  const durable = createDurable({
    bus,
    spool: spooled ? spool : undefined,
    deadlineMs: 150,
    log,
    metrics,
  });
  const parser = createPostParser({ log });
  const receiver = createReceiver({
    host: "127.0.0.1",
    port: 0,
    secrets: [appSecret],
    verifyTokens: [verifyToken],
    maxBodyBytes: 3_145_728,
    durable,
    parser,
    metrics,
    log,
    ...rest,
  });
  durable.start();
  const { port } = await receiver.listen();
  return {
    port,
    bus,
    spool,
    durable,
    metrics,
    log,
    published: () => bus.published.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString())),
    async close() {
      await receiver.close();
      await parser.close();
      await durable.close();
    },
  };
}

export interface Answer {
  readonly code: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

export interface Sending {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array;
}

/** One request on a connection of its own. */
export function send(port: number, sending: Sending): Promise<Answer> {
  const { method = "GET", headers = {}, body } = sending;
  return new Promise((resolve, reject) => {
    const options = { port, host: "127.0.0.1", method, headers, path: sending.path ?? path };
    const outgoing = request({ ...options, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ code: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** A signed POST, as Meta sends it. */
export function post(
  port: number,
  body: string | Uint8Array,
  headers: Record<string, string | string[]> = {},
): Promise<Answer> {
  const signature = { "x-hub-signature-256": sign(body), "content-type": "application/json" };
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return send(port, { method: "POST", headers: { ...signature, ...length, ...headers }, body });
}

export interface RawConnection {
  readonly socket: Socket;
  /** All that came back so far. */
  received(): string;
  /** Resolves with the milliseconds until the other side closed. */
  readonly closed: Promise<number>;
}

/** A bare socket that has sent `text`. */
export function openRaw(port: number, text: string | Uint8Array): Promise<RawConnection> {
  const startedAt = performance.now();
  let received = "";
  const socket = connect(port, "127.0.0.1");
  const closed = new Promise<number>((resolve) => {
    socket.once("close", () => resolve(performance.now() - startedAt));
  });
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  socket.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.write(text);
      resolve({ socket, received: () => received, closed });
    });
  });
}

/** Sends `text` on a bare socket, and answers with all that came until the other side closed. */
export async function exchangeRaw(port: number, text: string | Uint8Array): Promise<string> {
  const raw = await openRaw(port, text);
  await raw.closed;
  return raw.received();
}

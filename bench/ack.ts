/**
 * The ack path without a broker: Waypost before a bus that confirms at once, against an Express app that only
 * verifies and answers. Ratios of one run; autocannon and the servers are processes of their own. `unread`, which
 * bench/program.ts starts, also publishes the bytes as they came: what Express, amqplib and the broker alone leave.
 *
 *   node --import tsx bench/ack.ts [seconds]
 */
import { execFile, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect } from "amqplib";
import express from "express";
import getRawBody from "raw-body";
import { createPostParser } from "../src/receive/post-parser.ts";
import { createReceiver } from "../src/receive/server.ts";
import { verifySignature } from "../src/receive/verified-body.ts";
import { createMetrics } from "../src/support/metrics.ts";
import { largePost } from "../test/support/meta-post.ts";
import { median } from "./median.ts";
import { secondsOf } from "./seconds.ts";

type Kind = "baseline" | "waypost" | "unread";
type Publish = (bytes: Buffer) => Promise<void>;

const path = "/webhooks/whatsapp";
const secret = "an invented app secret";
const maxBodyBytes = 3_145_728;
const unreadQueue = "bench.unread";
const quorum = { durable: true, arguments: { "x-queue-type": "quorum" } };
const connections = 128;
const rounds = 3;
const self = fileURLToPath(import.meta.url);
const autocannon = fileURLToPath(import.meta.resolve("autocannon"));
const run = promisify(execFile);

if (process.send === undefined) await measure(secondsOf("node --import tsx bench/ack.ts", 8));
else await serve(process.argv[2] as Kind);

/* ------------------------------------------------------------------ servers */

async function serve(kind: Kind): Promise<void> {
  const publish = kind === "unread" ? await publisher(process.argv[3] ?? "") : undefined;
  const port = kind === "waypost" ? await serveWaypost() : await serveBaseline(publish);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ blockedMs: delay.max / 1e6, cpuMicros: user + system });
    delay.reset();
  });
  process.send?.({ port });
}

async function serveWaypost(): Promise<number> {
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log };
  const parser = createPostParser({ log });
  parser.warm();
  const receiver = createReceiver({
    host: "127.0.0.1",
    port: 0,
    secrets: [secret],
    verifyTokens: ["token"],
    maxBodyBytes,
    durable: { publish: async () => undefined },
    parser,
    metrics: createMetrics(),
    log,
  });
  return (await receiver.listen()).port;
}

async function serveBaseline(publish: Publish | undefined): Promise<number> {
  const app = express().disable("x-powered-by").disable("etag");
  app.post(path, async (request, response) => {
    const bytes = await getRawBody(request, { limit: maxBodyBytes });
    const header = request.headers["x-hub-signature-256"];
    const body = verifySignature(bytes, Array.isArray(header) ? header[0] : header, [secret]);
    if (publish && typeof body !== "string") await publish(body);
    response.status(typeof body === "string" ? 401 : 200).end();
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** To one quorum queue, confirmed. */
async function publisher(url: string): Promise<Publish> {
  const channel = await (await connect(url, { noDelay: true })).createConfirmChannel();
  await channel.assertQueue(unreadQueue, quorum);
  const options = { persistent: true, mandatory: true };
  return (bytes) =>
    new Promise((resolve, reject) => {
      const confirmed = (error: unknown) => (error ? reject(error) : resolve());
      channel.publish("", unreadQueue, bytes, options, confirmed);
    });
}

/* -------------------------------------------------------------- measurements */

interface Load {
  readonly perSecond: number;
  /** The server's processor time per POST: steadier than the rate when others use the machine. */
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
}

async function measure(seconds: number): Promise<void> {
  const [cpu] = cpus();
  print(`${cpus().length} × ${cpu?.model ?? "unknown"}, Node ${process.version}`);
  const loads = { baseline: [] as Load[], waypost: [] as Load[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ["baseline", "waypost"] as const) {
      loads[kind].push(await withServer(kind, (port, ask) => flood(port, ask, seconds)));
    }
  }
  for (const kind of ["baseline", "waypost"] as const) {
    for (const load of loads[kind]) {
      print(
        `${kind.padEnd(9)} ${load.perSecond.toFixed(0)}/s, ${load.cpuMicros.toFixed(0)} µs of processor each, p50 ${load.p50} ms, p99 ${load.p99} ms, failures ${load.failures}`,
      );
    }
  }
  const ratio = (of: (load: Load) => number) =>
    (median(loads.waypost.map(of)) / median(loads.baseline.map(of))).toFixed(2);
  print(
    `throughput at ${connections} connections: ${ratio((l) => l.perSecond)} of verify-and-answer`,
  );
  print(`processor time per POST: ${ratio((l) => l.cpuMicros)} times that of verify-and-answer`);
  await withServer("waypost", measureLarge);
}

async function withServer<T>(kind: Kind, use: (port: number, ask: Ask) => Promise<T>): Promise<T> {
  const server = fork(self, [kind]);
  try {
    const [{ port }] = (await once(server, "message")) as [{ port: number }];
    return await use(port, async () => {
      server.send("health");
      const [health] = (await once(server, "message")) as [Health];
      return health;
    });
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

type Ask = () => Promise<Health>;
interface Health {
  readonly blockedMs: number;
  readonly cpuMicros: number;
}

async function flood(port: number, ask: Ask, seconds: number): Promise<Load> {
  const body = largePost(1);
  const headers = [
    "-H",
    `x-hub-signature-256=${sign(body)}`,
    "-H",
    "content-type=application/json",
  ];
  const load = ["-c", String(connections), "-d", String(seconds), "-m", "POST", "-b", body];
  const target = `http://127.0.0.1:${port}${path}`;
  await run(process.execPath, [autocannon, "--json", ...load, "-d", "2", ...headers, target]);
  const before = await ask();
  const { stdout } = await run(process.execPath, [
    autocannon,
    "--json",
    ...load,
    ...headers,
    target,
  ]);
  const { requests, latency, non2xx, errors } = JSON.parse(stdout);
  const failures = non2xx + errors;
  const cpuMicros = ((await ask()).cpuMicros - before.cpuMicros) / requests.total;
  return { perSecond: requests.average, cpuMicros, p50: latency.p50, p99: latency.p99, failures };
}

async function measureLarge(port: number, ask: Ask): Promise<void> {
  const body = largePost(1_000, maxBodyBytes);
  await sleep(2_000); // a program that has been up for a moment
  const times: number[] = [];
  const blocks: number[] = [];
  for (let i = 0; i < 11; i += 1) {
    await ask();
    const startedAt = performance.now();
    const headers = { "x-hub-signature-256": sign(body) };
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      headers,
      body,
    });
    if (status !== 200) throw new Error(`answered ${status}`);
    times.push(performance.now() - startedAt);
    blocks.push((await ask()).blockedMs);
  }
  const [first = 0, ...warm] = times;
  print(`3 MB, 1,000 items: first ${first.toFixed(0)} ms, then ${spread(warm)} ms`);
  print(`event loop blocked at most ${spread(blocks)} ms per such POST`);
}

function sign(body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

function spread(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(1);
  return `${at(0)} / ${at(0.5)} / ${at(1)} (min / median / max)`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

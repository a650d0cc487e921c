/**
 * Processor time of an event with two receivers, two workers and two store shards, beside one of each at half the rate, on
 * one RabbitMQ and one MongoDB-protocol server; what the same processes use with nothing to do is taken off. Reads /proc: Linux alone.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sendTraffic } from "../src/cli/simulate/send.ts";
import { generateTraffic } from "../src/cli/simulate/traffic.ts";
import { appSecret, createProgram, type Program } from "../test/faults/program.ts";
import { startMongo } from "../test/services/mongo.ts";
import { startRabbit } from "../test/services/rabbitmq.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { median } from "./median.ts";

/** For each receiver there is. */
const rate = 75;
const posts = { warm: 1_000, measured: 1_500 };
const rounds = 3;
const idleMs = 5_000;
/** Each event goes to both: two workers then hold one each, or one holds both. */
const destinations = ["left", "right"];
const drainMs = 120_000;
const tickMicros = 10_000;
const print = (line: string) => process.stdout.write(`${line}\n`);

type Part = "receivers" | "workers" | "broker" | "store";
type Costs = Readonly<Record<Part, number>>;
type Pids = Readonly<Record<Part, readonly number[]>>;
interface Sent {
  readonly events: number;
  readonly messages: number;
}

/** User and system time of a process. */
async function usedMicros(pid: number): Promise<number> {
  const stat = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(stat[11]) + Number(stat[12])) * tickMicros;
}

/** The servers are this process's children. */
async function childNamed(name: string): Promise<number> {
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const [, parent] = stat.split(") ")[1]?.split(" ") ?? [];
    if (stat.includes(`(${name})`) && Number(parent) === process.pid) return Number(pid);
  }
  throw new Error(`no ${name} was started`);
}

async function startSink() {
  let received = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      received += 1;
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received: () => received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function configOf(url: string): string {
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const kinds = destinations.map(
    (name) =>
      `  ${name}: { kind: webhook, url: "${url}", secret: ${secret}, allowPrivateAddresses: true }\n`,
  );
  return `destinations:\n${kinds.join("")}routes: [{ name: all, when: { type: "whatsapp.message.*" }, to: [${destinations.join(", ")}] }]\n`;
}

/** Round-robin, each POST at its time. */
async function send(receivers: readonly Program[], count: number): Promise<Sent> {
  const all = [
    ...generateTraffic({
      seed: randomBytes(4).toString("hex"),
      appSecret,
      scenario: "conversation",
      accounts: 16,
      rate: rate * receivers.length,
      count: count * receivers.length,
    }),
  ];
  const shares = receivers.map(({ webhookUrl: url }, at) =>
    sendTraffic(
      all.filter(({ index }) => index % receivers.length === at),
      { url },
    ),
  );
  for (const { codes } of await Promise.all(shares)) {
    if (Object.keys(codes).some((code) => code !== "200")) throw new Error(JSON.stringify(codes));
  }
  const items = all.flatMap((post) => post.items);
  const messages = items.filter(({ eventType }) => eventType.startsWith("whatsapp.message."));
  return { events: items.length, messages: messages.length };
}

async function storedBy(workers: readonly Program[]): Promise<number> {
  let stored = 0;
  for (const { opsUrl } of workers) {
    const metrics = await (await fetch(`${opsUrl}/metrics`)).text();
    for (const [, count] of metrics.matchAll(/^waypost_store_events_total\S* (\d+)$/gm))
      stored += Number(count);
  }
  return stored;
}

async function usedOf(pids: Pids): Promise<Costs> {
  const sum = async (part: Part) => {
    let micros = 0;
    for (const pid of pids[part]) micros += await usedMicros(pid);
    return micros;
  };
  return {
    receivers: await sum("receivers"),
    workers: await sum("workers"),
    broker: await sum("broker"),
    store: await sum("store"),
  };
}

/** What an event costs in each part, in µs, with so many of each role. */
async function measure(width: number): Promise<Costs> {
  const [rabbit, mongo] = await Promise.all([startRabbit(), startMongo({ own: true })]);
  const sink = await startSink();
  const folder = await mkdtemp(join(tmpdir(), "waypost-scale-"));
  const config = join(folder, "waypost.yaml");
  await writeFile(config, configOf(sink.url));
  const start = async (role: string) => {
    const program = await createProgram([role], {
      DATA_DIR: await mkdtemp(join(folder, `${role}-`)),
      WAYPOST_CONFIG: config,
      LOG_LEVEL: "error",
      STORE_SHARDS: String(width),
      RABBITMQ_URL: rabbit.url,
      MONGODB_URL: mongo.url,
    });
    await program.start();
    return program;
  };
  const startAll = async (role: string) => {
    const programs: Program[] = [];
    for (let i = 0; i < width; i += 1) programs.push(await start(role));
    return programs;
  };
  const running: Program[] = [];
  try {
    const workers = await startAll("work");
    running.push(...workers);
    const receivers = await startAll("receive");
    running.push(...receivers);
    const pidsOf = (programs: readonly Program[]) => programs.map((each) => each.pid() ?? 0);
    const pids: Pids = {
      receivers: pidsOf(receivers),
      workers: pidsOf(workers),
      broker: [await childNamed("beam.smp")],
      store: [await childNamed("java")],
    };
    let [effects, events] = [0, 0];
    const run = async (count: number) => {
      const sent = await send(receivers, count);
      effects += destinations.length * sent.messages;
      events += sent.events;
      await waitFor("all effects", () => sink.received() >= effects, drainMs);
      await waitFor("all stored", async () => (await storedBy(workers)) >= events, drainMs);
      return sent.events;
    };
    // Each process runs warm.
    await run(posts.warm);
    const idle = await usedOf(pids);
    await sleep(idleMs); // with nothing to do
    const before = await usedOf(pids);
    const startedAt = performance.now();
    const count = await run(posts.measured);
    const idles = (performance.now() - startedAt) / idleMs;
    const after = await usedOf(pids);
    const each = (part: Part) =>
      (after[part] - before[part] - (before[part] - idle[part]) * idles) / count;
    return {
      receivers: each("receivers"),
      workers: each("workers"),
      broker: each("broker"),
      store: each("store"),
    };
  } finally {
    await Promise.all(running.map((program) => program.stop()));
    sink.close();
    await Promise.all([rabbit.cleanup(), mongo.cleanup()]);
    await rm(folder, { recursive: true, force: true });
  }
}

const one: Costs[] = [];
const two: Costs[] = [];
for (let round = 0; round < rounds; round += 1) {
  one.push(await measure(1));
  two.push(await measure(2));
}
print(
  `${rate} POSTs/s a receiver, two effects a message; µs of processor an event, medians of ${rounds}:`,
);
for (const part of ["receivers", "workers", "broker", "store"] as const) {
  const [alone, both] = [one, two].map((costs) => median(costs.map((each) => each[part])));
  const ratio = ((both ?? 0) / (alone ?? 1)).toFixed(2);
  print(
    `  ${part.padEnd(10)} ${alone?.toFixed(0).padStart(6)} with one of each, ${both?.toFixed(0).padStart(6)} with two: ${ratio} times`,
  );
}

/**
 * Whole programs with real servers: durable before 200, against an Express app that only verifies and answers, and
 * one that also publishes the body unread. One run, in turn, so that ratios hold on a noisy machine; all share it with
 * the broker.
 */
import { type ChildProcess, execFile, fork } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect } from "amqplib";
import { sendTraffic } from "../src/cli/simulate/send.ts";
import { generateTraffic } from "../src/cli/simulate/traffic.ts";
import { createProgram, type Program } from "../test/faults/program.ts";
import { type Rabbit, startRabbit } from "../test/services/rabbitmq.ts";
import { messagesPost, textMessage } from "../test/support/meta-post.ts";
import { median } from "./median.ts";

const run = promisify(execFile);
const autocannon = fileURLToPath(import.meta.resolve("autocannon"));
const ack = fileURLToPath(new URL("./ack.ts", import.meta.url));
const secret = "an invented app secret";
const connections = 128;
const rounds = 3;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Where a server is, and the processor time that it has used. */
interface Served {
  readonly url: string;
  readonly cpuMicros: () => Promise<number>;
}

interface Load {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p99: number;
}

/** Prints each figure with its ratio. `seconds` for each measured load. */
export async function benchProgram(seconds: number): Promise<void> {
  const rabbit = await startRabbit();
  const folder = await mkdtemp(join(tmpdir(), "waypost-bench-"));
  try {
    await throughput(rabbit, folder, seconds);
    await forged(rabbit, folder, seconds);
    await openLoop(rabbit, folder);
    await flatMemory(rabbit, folder);
  } finally {
    await rabbit.cleanup();
    await rm(folder, { recursive: true, force: true });
  }
}

async function throughput(rabbit: Rabbit, folder: string, seconds: number): Promise<void> {
  const loads = new Map<string, Load[]>();
  const note = (name: string, load: Load) => loads.set(name, [...(loads.get(name) ?? []), load]);
  const measured = (served: Served) => flood(served, seconds);
  for (let round = 0; round < rounds; round += 1) {
    note("verify and answer", await withApp(["baseline"], measured));
    await bindQueues(rabbit, 0);
    note("and publish unread", await withApp(["unread", rabbit.url], measured));
    for (const queues of [1, 3, 6]) {
      await bindQueues(rabbit, queues);
      const load = await withReceiver(rabbit, folder, measured);
      note(`RabbitMQ, ${queues} bound queue${queues > 1 ? "s" : ""}`, load);
    }
    note(
      "embedded bus and store",
      await withProgram(["start"], undefined, folder, (program) => measured(servedBy(program))),
    );
  }
  const medians = [...loads].map(([name, all]) => ({
    name,
    rate: median(all.map(({ perSecond }) => perSecond)),
    cpu: median(all.map(({ cpuMicros }) => cpuMicros)),
  }));
  print(
    `durable before 200, ${connections} connections, medians of ${rounds}; beside publishing unread:`,
  );
  const unread = medians[1];
  for (const { name, rate, cpu } of medians) {
    const [rates, costs] = [rate / (unread?.rate ?? 0), cpu / (unread?.cpu ?? 0)];
    print(
      `  ${name.padEnd(26)} ${rate.toFixed(0).padStart(6)}/s, ${rates.toFixed(2)} of it   ` +
        `${cpu.toFixed(0).padStart(4)} µs of processor each, ${costs.toFixed(2)} times`,
    );
  }
}

/** POSTs that somebody else has signed, at full speed: what each costs, and what becomes of the good ones beside them. */
async function forged(rabbit: Rabbit, folder: string, seconds: number): Promise<void> {
  await bindQueues(rabbit, 1);
  await withReceiver(rabbit, folder, async (served) => {
    const good = await flood(served, seconds);
    const bad = await flood(served, seconds, "another secret");
    const [beside] = await Promise.all([
      flood(served, seconds),
      flood(served, seconds, "another secret"),
    ]);
    const cost = (bad.cpuMicros / good.cpuMicros).toFixed(2);
    print(`forged: ${bad.cpuMicros.toFixed(0)} µs of processor each, ${cost} of a good one`);
    const times = (beside.p99 / good.p99).toFixed(2);
    print(`good ones beside as many forged: p99 ${beside.p99} ms, ${times} times that of alone`);
  });
}

/** `waypost.store` is the first; the others are bound to everything too. Emptied, so that each run starts equal. */
async function bindQueues(rabbit: Rabbit, count: number): Promise<void> {
  const connection = await connect(rabbit.url);
  const channel = await connection.createChannel();
  await channel.assertExchange("waypost.events", "topic", { durable: true });
  for (let i = 1; i < 6; i += 1) {
    await channel.deleteQueue(`bench.${i}`);
    if (i >= count) continue;
    await channel.assertQueue(`bench.${i}`, {
      durable: true,
      arguments: { "x-queue-type": "quorum" },
    });
    await channel.bindQueue(`bench.${i}`, "waypost.events", "#");
  }
  for (const name of ["waypost.store", "bench.unread"]) await channel.deleteQueue(name);
  await connection.close();
}

async function withApp<T>(args: string[], use: (served: Served) => Promise<T>): Promise<T> {
  const server: ChildProcess = fork(ack, args, { execArgv: ["--import", "tsx"] });
  const answer = async <M>() => ((await once(server, "message")) as [M])[0];
  try {
    const { port } = await answer<{ port: number }>();
    return await use({
      url: `http://127.0.0.1:${port}/webhooks/whatsapp`,
      async cpuMicros() {
        server.send("health");
        return (await answer<{ cpuMicros: number }>()).cpuMicros;
      },
    });
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

function withReceiver<T>(rabbit: Rabbit, folder: string, use: (served: Served) => Promise<T>) {
  return withProgram(["receive"], rabbit.url, folder, (program) => use(servedBy(program)));
}

function servedBy(program: Program): Served {
  const cpuMicros = async () => 1e6 * (await metricOf(program, "process_cpu_seconds_total"));
  return { url: program.webhookUrl, cpuMicros };
}

async function withProgram<T>(
  args: readonly string[],
  rabbitmqUrl: string | undefined,
  folder: string,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await createProgram(args, {
    DATA_DIR: join(folder, randomBytes(4).toString("hex")),
    WHATSAPP_APP_SECRET: secret,
    LOG_LEVEL: "error",
    // `receive` alone never opens the store; the URL only says that roles run apart.
    ...(rabbitmqUrl && { RABBITMQ_URL: rabbitmqUrl, MONGODB_URL: "mongodb://127.0.0.1:9/none" }),
  });
  await program.start();
  try {
    return await use(program);
  } finally {
    await program.stop();
  }
}

async function flood(
  { url, cpuMicros }: Served,
  seconds: number,
  signedWith = secret,
): Promise<Load> {
  const body = JSON.stringify(messagesPost([textMessage("wamid.BENCH")]));
  const signature = `sha256=${createHmac("sha256", signedWith).update(body).digest("hex")}`;
  const args = ["--json", "-c", String(connections), "-m", "POST", "-b", body];
  const headers = ["-H", `x-hub-signature-256=${signature}`, "-H", "content-type=application/json"];
  const load = async (duration: number) => {
    const all = [autocannon, ...args, "-d", String(duration), ...headers, url];
    const { requests, latency, non2xx, errors } = JSON.parse(
      (await run(process.execPath, all)).stdout,
    );
    const unexpected = errors + (signedWith === secret ? non2xx : requests.total - non2xx);
    if (unexpected > 0) throw new Error(`${non2xx} not 200, ${errors} errors`);
    return { requests, latency };
  };
  await load(2);
  const before = await cpuMicros();
  const { requests, latency } = await load(seconds);
  const used = (await cpuMicros()) - before;
  return {
    perSecond: requests.average,
    cpuMicros: used / requests.total,
    p99: latency.p99,
  };
}

async function openLoop(rabbit: Rabbit, folder: string): Promise<void> {
  await bindQueues(rabbit, 1);
  await withProgram(["receive"], rabbit.url, folder, async (program) => {
    const send = (count: number) =>
      sendTraffic(
        generateTraffic({
          seed: randomBytes(4).toString("hex"),
          appSecret: secret,
          scenario: "conversation",
          rate: 500,
          count,
        }),
        { url: program.webhookUrl },
      );
    await send(1_500);
    const { ackMs, lateMs, codes } = await send(7_500);
    print(
      `500/s open loop, RabbitMQ: ack p50 ${ackMs.p50.toFixed(1)} ms, p99 ${ackMs.p99.toFixed(1)} ms ` +
        `(the sender itself was up to ${lateMs.max.toFixed(0)} ms late), codes ${JSON.stringify(codes)}`,
    );
  });
}

async function flatMemory(rabbit: Rabbit, folder: string): Promise<void> {
  await bindQueues(rabbit, 1);
  await withProgram(["receive"], rabbit.url, folder, async (program) => {
    await flood(servedBy(program), 10);
    const sizes: number[] = [];
    const loading = flood(servedBy(program), 60);
    for (let i = 0; i < 6; i += 1) {
      await sleep(10_000); // a sample every ten seconds
      sizes.push(await residentMb(program));
    }
    await loading;
    print(
      `resident memory under load, each 10 s: ${sizes.map((mb) => mb.toFixed(0)).join(", ")} MB`,
    );
  });
}

const residentMb = async (program: Program) =>
  (await metricOf(program, "process_resident_memory_bytes")) / 1e6;

async function metricOf(program: Program, name: string): Promise<number> {
  const metrics = await (await fetch(`${program.opsUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
}

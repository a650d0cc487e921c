/**
 * A worker in a process of its own: appends the ids it is given to a file, and ends itself with SIGKILL after each change of
 * RabbitMQ's topology that no process before it died after.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { connect } from "amqplib";
import { connectRabbitBus } from "../../src/bus/rabbitmq/rabbit-bus.ts";
import type { QueueSpec } from "../../src/contracts.ts";
import { createLog } from "../../src/support/log.ts";
import { createMetrics } from "../../src/support/metrics.ts";

interface Orders {
  readonly url: string;
  readonly queue: QueueSpec;
  readonly file: string;
  readonly killed?: string;
  readonly quietMs?: number;
}

const changing = [
  "assertQueue",
  "deleteQueue",
  "bindQueue",
  "unbindQueue",
  "assertExchange",
  "deleteExchange",
  "bindExchange",
  "unbindExchange",
] as const;

/** After the first change that is not yet in the file of those after which it was killed. */
async function killItself(url: string, name: string, killed: string): Promise<void> {
  const model = await connect(url);
  const channel = await model.createChannel();
  const methods: Record<string, (...args: unknown[]) => Promise<unknown>> =
    Object.getPrototypeOf(channel);
  await model.close();
  for (const method of changing) {
    const original = methods[method];
    if (original === undefined) throw new Error(`amqplib has no ${method}`);
    methods[method] = async function changed(...args) {
      const step = [method, ...args.filter((arg) => typeof arg === "string")].join(" ");
      try {
        return await original.apply(this, args);
      } finally {
        if (step.includes(name) && !readFileSync(killed, "utf8").split("\n").includes(step)) {
          appendFileSync(killed, `${step}\n`);
          process.kill(process.pid, "SIGKILL");
        }
      }
    };
  }
}

const orders: Orders = JSON.parse(process.argv[2] ?? "");
const { url, queue, file, killed, quietMs } = orders;
const bus = await connectRabbitBus({
  url,
  queues: [],
  log: createLog({ level: "error" }),
  metrics: createMetrics(),
  ...(quietMs !== undefined && { quietMs }),
});
if (killed !== undefined) await killItself(url, queue.name, killed);
await bus.consume(queue, async (batch) => {
  appendFileSync(file, batch.map(({ id }) => `${id}\n`).join(""));
});
process.stdout.write("consumes\n");

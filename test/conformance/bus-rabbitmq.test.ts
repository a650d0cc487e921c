import { randomBytes } from "node:crypto";
import { after, before, describe } from "node:test";
import { connect } from "amqplib";
import { connectRabbitBus } from "../../src/bus/rabbitmq/rabbit-bus.ts";
import type { QueueSpec } from "../../src/contracts.ts";
import { deadQueueName } from "../../src/contracts.ts";
import { createMetrics } from "../../src/support/metrics.ts";
import { type BorrowedRabbit, borrowRabbit } from "../services/borrow-rabbit.ts";
import { needsRabbit } from "../services/rabbitmq.ts";
import { createArrayLog } from "../support/array-log.ts";
import { waitFor } from "../support/wait-for.ts";
import { type BusUnderTest, busConformance, conformanceQueues } from "./bus.ts";

describe("RabbitMQ", needsRabbit(), () => {
  let rabbit: BorrowedRabbit;
  before(async () => {
    rabbit = await borrowRabbit();
  });
  after(() => rabbit?.release());
  busConformance("rabbitmq", () => factory(rabbit.url));
});

async function factory(url: string): Promise<BusUnderTest> {
  const queues = conformanceQueues(`test.${randomBytes(4).toString("hex")}`);
  const open = async (declared: readonly QueueSpec[] = Object.values(queues)) => {
    const opened = await connectRabbitBus({
      url,
      queues: declared,
      log: createArrayLog(),
      metrics: createMetrics(),
    });
    await waitFor("the bus is ready", () => opened.health().ready);
    return opened;
  };
  let bus = await open();
  return {
    bus,
    queues,
    async reopen(declared) {
      await bus.close();
      bus = await open(declared);
      return bus;
    },
    async cleanup() {
      await bus.close();
      const names = Object.values(queues).map(({ name }) => name);
      await deleteQueues(url, [...names, ...names.map(deadQueueName)]);
    },
  };
}

async function deleteQueues(url: string, names: readonly string[]): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  for (const name of names) await channel.deleteQueue(name);
  await connection.close();
}

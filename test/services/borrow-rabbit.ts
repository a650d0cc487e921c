import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "amqplib";
import { startRabbit } from "./rabbitmq.ts";

/** RabbitMQ for one file at a time: all share the exchanges of one vhost, and would hear each other's events. */
export interface BorrowedRabbit {
  readonly url: string;
  release(): Promise<void>;
}

/** The server of TEST_RABBITMQ_URL when its turn has come, else an own node. Leave no queue behind. */
export async function borrowRabbit(): Promise<BorrowedRabbit> {
  const shared = process.env["TEST_RABBITMQ_URL"];
  if (!shared) {
    const { url, cleanup } = await startRabbit();
    return { url, release: cleanup };
  }
  const connection = await connect(shared);
  connection.on("error", () => undefined);
  for (;;) {
    // Exclusive: the broker refuses it to every other connection, and frees it when this one ends, however it ends.
    const channel = await connection.createChannel();
    channel.on("error", () => undefined);
    const mine = await channel
      .assertQueue("waypost.test.turn", { exclusive: true, durable: false })
      .then(
        () => true,
        () => false,
      );
    if (mine) return { url: shared, release: () => connection.close() };
    await sleep(100);
  }
}

/**
 * Subscribes to Waypost's events on RabbitMQ: a queue of its own, events in order, each handled once as far
 * as memory reaches. Put your work into `handle`. Settings: RABBITMQ_URL, QUEUE, PATTERNS (comma-separated).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, type ChannelModel, type ConsumeMessage, connect } from "amqplib";

const exchange = "waypost.events";
const url = new URL(process.env.RABBITMQ_URL ?? "amqp://127.0.0.1:5672");
const queue = process.env.QUEUE ?? "example.node";
const patterns = (process.env.PATTERNS ?? "whatsapp.message.*").split(",");

/** What this example needs of an event. `schemas/event.schema.json` describes all of it. */
interface WaypostEvent {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
}

/** Your work. When it throws, the same event comes again after a pause, and the next ones wait. */
async function handle(event: WaypostEvent): Promise<void> {
  print({ handled: event.id, type: event.type, conversation: event.subject });
}

// --- Topology: declared at every connect, so that it does not matter who starts first. --------------------

async function declareQueue(channel: Channel): Promise<void> {
  await channel.assertExchange(exchange, "topic", { durable: true });
  await channel.assertQueue(`${queue}.dead`, {
    durable: true,
    arguments: { "x-queue-type": "quorum" },
  });
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      "x-queue-type": "quorum",
      // One copy of this program works at a time and a second one stands by: two at once would lose the order.
      "x-single-active-consumer": true,
      // RabbitMQ 4 drops a message after 20 deliveries: 20 lost connections would be enough.
      "x-delivery-limit": 1_000_000,
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": `${queue}.dead`,
    },
  });
  for (const pattern of patterns) await channel.bindQueue(queue, exchange, bindingKey(pattern));
}

/** Waypost's routing key is the event's type and, after a dot, the phone number id (or `none`). */
function bindingKey(pattern: string): string {
  return pattern === "#" ? "#" : `${pattern}.*`;
}

// --- Deduplication ----------------------------------------------------------------------------------------

/**
 * The ids handled last. Repeats come when a connection broke before an ack, and when Waypost could not know
 * whether RabbitMQ had taken an event: both soon after the first, so a bounded memory catches them. It is
 * empty after a restart, and Meta repeats for up to 7 days: what must never happen twice (a payment, a mail)
 * needs the event id as a unique key in your own database, written in one transaction with the effect.
 */
const remembered = 100_000;
const seen = new Set<string>();

function remember(id: string): void {
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > remembered && oldest !== undefined) seen.delete(oldest);
}

// --- Consuming: one event at a time, acked when handled. --------------------------------------------------

const tries = 5;
const stop = new AbortController();
let current: Channel | undefined;
let consumerTag = "";
let work: Promise<void> = Promise.resolve();

/** Runs at every connect. A channel that ends takes its connection along, so that this runs again. */
async function subscribe(model: ChannelModel): Promise<void> {
  model.on("error", () => {}); // told by `disconnect`; without a listener it would end the process
  const channel = await model.createChannel();
  channel.on("error", (error) => print({ problem: error.message }));
  channel.on("close", () => {
    if (current === channel) current = undefined;
    if (!stop.signal.aborted) model.close().catch(() => {});
  });
  await declareQueue(channel);
  await channel.prefetch(50);
  current = channel;
  const consumer = await channel.consume(queue, (message) => {
    if (message === null)
      channel.close().catch(() => {}); // somebody deleted the queue
    else work = work.then(() => receive(channel, message));
  });
  consumerTag = consumer.consumerTag;
}

async function receive(channel: Channel, message: ConsumeMessage): Promise<void> {
  if (stop.signal.aborted || channel !== current) return; // not acked: it comes again
  const id: string | undefined = message.properties.messageId;
  const outcome = id !== undefined && seen.has(id) ? "done" : await attempt(message);
  if (outcome === "done" && id !== undefined) remember(id);
  if (channel !== current) return; // it ended meanwhile: the message comes again, and `seen` knows it
  if (outcome === "done") channel.ack(message);
  if (outcome === "dead") channel.nack(message, false, false); // to the dead queue
}

/** `stopped`: the program ends before the event could be handled. */
async function attempt(message: ConsumeMessage): Promise<"done" | "dead" | "stopped"> {
  const event = parse(message.content);
  if (event === undefined) return "dead";
  for (let failures = 0; failures < tries; failures += 1) {
    try {
      await handle(event);
      return "done";
    } catch (error) {
      print({ failed: event.id, problem: String(error) });
      await sleep(1000 * 2 ** failures, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return "stopped";
    }
  }
  return "dead";
}

function parse(content: Buffer): WaypostEvent | undefined {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}

// --- Connecting, and a clean end --------------------------------------------------------------------------

if (!url.searchParams.has("heartbeat")) url.searchParams.set("heartbeat", "10");
const connection = await connect(url.href, {
  noDelay: true,
  timeout: 5000,
  recovery: { setup: subscribe, initialDelay: 500, maxDelay: 30_000, waitForConnect: false },
});
connection.on("error", () => {});
connection.on("connect", () => print({ subscribed: queue, patterns }));
connection.on("disconnect", () => print({ problem: "connection lost" }));
connection.on("connect-failed", (error) => print({ problem: error.message }));

async function end(): Promise<void> {
  setTimeout(() => process.exit(1), 10_000).unref();
  stop.abort();
  const channel = current;
  await channel?.cancel(consumerTag).catch(() => {});
  await work; // the event in hand is finished and acked, the others go back to the queue
  await channel?.close().catch(() => {});
  await connection.close();
  print({ stopped: queue });
}
process.once("SIGTERM", end);
process.once("SIGINT", end);

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * Tells Waypost of a payment and of a message that was sent, over HTTP and over RabbitMQ. Settings: WAYPOST_URL and WAYPOST_TOKEN,
 * RABBITMQ_URL; a way without its setting is left out.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "amqplib";

const exchange = "waypost.intake";
const { WAYPOST_URL, WAYPOST_TOKEN = "", RABBITMQ_URL } = process.env;

/** `schemas/intake.schema.json` describes all that may stand in it. */
interface Told {
  readonly type: string;
  readonly id: string;
  readonly [key: string]: unknown;
}

/** What a service of yours would tell. `way` only keeps the ids of this example apart. */
function whatHappened(way: string): Told[] {
  const account = { phoneNumberId: "700700700700700" };
  const contact = { phone: "+1 555-555-0123" };
  return [
    {
      type: "business.payment.succeeded",
      // Yours, and the same whenever you tell the same again: Waypost keeps it once.
      id: `payment-1001-${way}`,
      account,
      contact,
      business: { order: "1001", amount: 1200, currency: "EUR" },
    },
    {
      type: "whatsapp.outgoing.template",
      id: `message-1001-${way}`,
      account,
      contact,
      // The wamid that Meta answered when you sent it: statuses find their message by it.
      message: { id: `wamid.1001-${way}`, template: { name: "order_update", language: "en" } },
      sentBy: "bot",
      ref: { order: "1001" },
    },
  ];
}

/** Resolves when Waypost has it durably. Throws what is wrong with it: nothing of the list was taken then. */
async function tellByHttp(url: string, told: readonly Told[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(new URL("/api/events", url), {
      method: "POST",
      headers: { authorization: `Bearer ${WAYPOST_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(told),
      signal: AbortSignal.timeout(10_000),
    }).catch((error: Error) => error);
    if (response instanceof Response && response.status === 202) return;
    const unknown = response instanceof Error || response.status >= 500 || response.status === 429;
    const reason = response instanceof Error ? response.message : await response.text();
    // Whether it was taken is not known: the same again, under the same ids, does no harm.
    if (!unknown || attempt === 5) throw new Error(reason);
    await sleep(1_000 * attempt);
  }
}

/** Resolves when RabbitMQ has confirmed all of it. What Waypost cannot take lies in waypost.dead.waypost.intake then. */
async function tellByRabbit(url: string, told: readonly Told[]): Promise<void> {
  const connection = await connect(url, { noDelay: true });
  try {
    const channel = await connection.createConfirmChannel();
    await channel.checkExchange(exchange); // Waypost declares it
    for (const each of told) {
      const properties = {
        persistent: true,
        messageId: each.id,
        contentType: "application/json",
      };
      channel.publish(exchange, each.type, Buffer.from(JSON.stringify(each)), properties);
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

try {
  if (WAYPOST_URL) {
    await tellByHttp(WAYPOST_URL, whatHappened("http"));
    print({ told: whatHappened("http").map(({ id }) => id), way: "http" });
  }
  if (RABBITMQ_URL) {
    await tellByRabbit(RABBITMQ_URL, whatHappened("amqp"));
    print({ told: whatHappened("amqp").map(({ id }) => id), way: "amqp" });
  }
} catch (error) {
  print({ failed: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}

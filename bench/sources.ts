/**
 * A source's POST beside a WhatsApp message's, in one process before a bus that confirms at once: processor time per POST,
 * as a ratio of one run. Both carry their own signature, and both become one event.
 *
 *   node --import tsx bench/sources.ts [seconds]
 */
import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { createPostParser } from "../src/receive/post-parser.ts";
import { createReceiver } from "../src/receive/server.ts";
import { createSourceSender } from "../src/receive/sources/source-sender.ts";
import { createMetrics } from "../src/support/metrics.ts";
import { largePost } from "../test/support/meta-post.ts";
import { fixtureBody, makeSource } from "../test/support/sources.ts";
import { secondsOf } from "./seconds.ts";

const secret = "an invented secret";
/** Short ones in turn, of which the quickest counts: others use the machine too. */
const rounds = 12;
const hmac = (text: string) => createHmac("sha256", secret).update(text).digest("hex");
const message = largePost(1);
const payment = fixtureBody("stripe/payment-intent-succeeded.json").toString();
const at = Math.floor(Date.now() / 1_000);
const posts = {
  message: {
    path: "/webhooks/whatsapp",
    body: message,
    "x-hub-signature-256": `sha256=${hmac(message)}`,
  },
  payment: {
    path: "/hooks/stripe",
    body: payment,
    "stripe-signature": `t=${at},v1=${hmac(`${at}.${payment}`)}`,
  },
};

const nothing = () => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log };
const metrics = createMetrics();
const parser = createPostParser({ log });
const emit = [
  {
    when: { type: ["payment_intent.succeeded"] },
    type: "business.payment.succeeded",
    id: "{{ body.id }}",
    contact: { phone: "{{ body.data.object.metadata.phone }}" },
    data: { amount: "{{ body.data.object.amount }}" },
  },
];
const source = makeSource({ name: "stripe", kind: "stripe", secrets: [secret], emit });
const sender = createSourceSender(source, { parser, metrics, log });
const receiver = createReceiver({
  host: "127.0.0.1",
  port: 0,
  secrets: [secret],
  verifyTokens: ["token"],
  maxBodyBytes: 3_145_728,
  durable: { publish: async () => undefined },
  parser,
  sources: () => sender,
  metrics,
  log,
});
const { port } = await receiver.listen();
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const ms = (secondsOf("node --import tsx bench/sources.ts", 6) * 1_000) / rounds;
const micros: Record<keyof typeof posts, number[]> = { message: [], payment: [] };
for (const kind of ["message", "payment"] as const) await flood(kind, 1_000);
for (let round = 0; round < rounds; round += 1) {
  for (const kind of ["message", "payment"] as const) micros[kind].push(await flood(kind, ms));
}
const [of, than] = [Math.min(...micros.payment), Math.min(...micros.message)];
process.stdout.write(
  `a message ${than.toFixed(0)} µs, a payment ${of.toFixed(0)} µs of processor each, with their sender: ${(of / than).toFixed(2)} times\n`,
);
agent.destroy();
await receiver.close();
await parser.close();

/** Processor time per POST, which holds that of sending it: the same for both. */
async function flood(kind: keyof typeof posts, forMs: number): Promise<number> {
  const before = process.cpuUsage();
  const end = performance.now() + forMs;
  let count = 0;
  const send = async () => {
    while (performance.now() < end) {
      await post(posts[kind]);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, send));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function post({ path, body, ...headers }: { path: string; body: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = { ...headers, "content-length": Buffer.byteLength(body) };
    const outgoing = request({ port, path, method: "POST", agent, headers: sent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}`));
      answer.resume().on("end", resolve);
    });
    outgoing.on("error", reject).end(body);
  });
}

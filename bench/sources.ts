/**
 * A source's POST beside a WhatsApp message's, before a bus that confirms at once: processor time of the server per POST, as a
 * ratio of one run. Both carry their own signature, and both become one event. The sender is a process of its own.
 *
 *   node --import tsx bench/sources.ts [seconds]
 */
import { fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
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

const agent = new Agent({ keepAlive: true, maxSockets: 32 });
if (process.send === undefined) await measure(secondsOf("node --import tsx bench/sources.ts", 6));
else await serve();

async function serve(): Promise<void> {
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
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.send?.((await receiver.listen()).port);
}

async function measure(seconds: number): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url));
  const [port] = (await once(server, "message")) as [number];
  const spent = async () => {
    server.send("spent?");
    return ((await once(server, "message")) as [number])[0];
  };
  const flood = async (kind: keyof typeof posts, ms: number) => {
    const before = await spent();
    const count = await postFor(port, posts[kind], ms);
    return ((await spent()) - before) / count;
  };
  const micros: Record<keyof typeof posts, number[]> = { message: [], payment: [] };
  for (const kind of ["message", "payment"] as const) await flood(kind, 1_000);
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ["message", "payment"] as const) {
      micros[kind].push(await flood(kind, (seconds * 1_000) / rounds));
    }
  }
  const [of, than] = [Math.min(...micros.payment), Math.min(...micros.message)];
  process.stdout.write(
    `a message ${than.toFixed(0)} µs, a payment ${of.toFixed(0)} µs of processor each: ${(of / than).toFixed(2)} times\n`,
  );
  agent.destroy();
  server.kill();
}

interface Post {
  readonly path: string;
  readonly body: string;
}

/** Answers with how many. */
async function postFor(port: number, each: Post, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let count = 0;
  const send = async () => {
    while (performance.now() < end) {
      await post(port, each);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, send));
  return count;
}

function post(port: number, { path, body, ...headers }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = { ...headers, "content-length": Buffer.byteLength(body) };
    const outgoing = request({ port, path, method: "POST", agent, headers: sent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}`));
      answer.resume().on("end", resolve);
    });
    outgoing.on("error", reject).end(body);
  });
}

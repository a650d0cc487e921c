/** From a POST to its effect at a local webhook, 100 messages/s, whole programs. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sendTraffic } from "../src/cli/simulate/send.ts";
import { generateTraffic } from "../src/cli/simulate/traffic.ts";
import type { WaypostEvent } from "../src/contracts.ts";
import { appSecret, createProgram } from "../test/faults/program.ts";
import { startMongo } from "../test/services/mongo.ts";
import { startRabbit } from "../test/services/rabbitmq.ts";
import { waitFor } from "../test/support/wait-for.ts";

const rate = 100;
const seconds = 15;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** With the embedded bus and store, or with these servers. */
async function benchEffect(name: string, urls: Readonly<Record<string, string>>): Promise<void> {
  const dueMs = new Map<string, number>();
  let startedAt = Number.NaN;
  const latencies: number[] = [];
  const sink = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { data } = JSON.parse(Buffer.concat(chunks).toString()) as WaypostEvent;
    const due = dueMs.get(data.message?.id ?? "");
    if (due !== undefined) latencies.push(performance.now() - startedAt - due);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(sink, "listening");
  const folder = await mkdtemp(join(tmpdir(), "waypost-effect-"));
  const target = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`;
  const config = join(folder, "waypost.yaml");
  await writeFile(
    config,
    `destinations: { sink: { kind: webhook, url: "${target}", secret: whsec_${randomBytes(24).toString("base64")}, allowPrivateAddresses: true } }\n` +
      `routes: [{ name: all, when: { type: "whatsapp.message.*" }, to: [sink] }]\n`,
  );
  const program = await createProgram(["start"], {
    DATA_DIR: folder,
    WAYPOST_CONFIG: config,
    ...urls,
  });
  await program.start();
  try {
    const posts = generateTraffic({
      seed: randomBytes(4).toString("hex"),
      appSecret,
      scenario: "conversation",
      rate,
      count: rate * seconds,
    });
    let expected = 0;
    const noted = (function* () {
      for (const post of posts) {
        for (const { eventType, messageId } of post.items) {
          if (!eventType.startsWith("whatsapp.message.") || messageId === undefined) continue;
          dueMs.set(messageId, post.dueMs ?? 0);
          expected += 1;
        }
        yield post;
      }
    })();
    const onStart = () => {
      startedAt = performance.now();
    };
    await sendTraffic(noted, { url: program.webhookUrl, onStart });
    await waitFor("all effects", () => latencies.length >= expected, 30_000);
    const sorted = latencies.slice(latencies.length / 5).sort((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
    print(
      `${name}: POST to effect at ${rate}/s p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`,
    );
  } finally {
    await program.stop();
    sink.closeAllConnections();
    sink.close();
    await rm(folder, { recursive: true, force: true });
  }
}

await benchEffect("embedded bus and store", {});
const [rabbit, mongo] = await Promise.all([startRabbit(), startMongo({ own: true })]);
try {
  await benchEffect("RabbitMQ and MongoDB", { RABBITMQ_URL: rabbit.url, MONGODB_URL: mongo.url });
} finally {
  await Promise.all([rabbit.cleanup(), mongo.cleanup()]);
}

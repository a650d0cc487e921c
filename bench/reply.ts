/** From a contact's message to the bot's reply at the Cloud API: POST in, bot, POST out, 50 a second, the whole program with the embedded bus and store. */
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import type { WaypostEvent } from "../src/contracts.ts";
import { startStub } from "../test/destinations/stub.ts";
import { startCloudApi } from "../test/destinations/whatsapp-reply/cloud-api.ts";
import { appSecret, createProgram } from "../test/faults/program.ts";
import { messagesPost, textMessage } from "../test/support/meta-post.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { secondsOf } from "./seconds.ts";

const rate = 50;
const seconds = secondsOf("node --import tsx bench/reply.ts", 15);
/** Each writes once in 4 s: none is a flood. */
const people = 200;
const barMs = 40;

const sentAt = new Map<string, number>();
const latencies: number[] = [];
const cloud = await startCloudApi({
  answers: ({ text = "" }) => {
    const at = sentAt.get(text);
    if (at !== undefined) latencies.push(performance.now() - at);
    return undefined;
  },
});
const bot = await startStub(({ body }) => {
  const { data } = JSON.parse(body) as WaypostEvent;
  return { status: 200, body: JSON.stringify({ reply: data.message?.text?.body }) };
});
const folder = await mkdtemp(join(tmpdir(), "waypost-reply-"));
const file = join(folder, "waypost.yaml");
const secret = `whsec_${randomBytes(24).toString("base64")}`;
await writeFile(
  file,
  `destinations:
  wa: { kind: whatsapp-reply, token: ${cloud.token}, baseUrl: "${cloud.url}" }
  bot: { kind: webhook, url: "${bot.url}", secret: ${secret}, reply: true, allowPrivateAddresses: true }
routes: [{ name: to-bot, when: { type: whatsapp.message.* }, to: bot }]
`,
);
const program = await createProgram(["start"], { DATA_DIR: folder, WAYPOST_CONFIG: file });
await program.start();
try {
  const count = rate * seconds;
  const cpuBefore = await cpuSeconds();
  const startedAt = performance.now();
  const posts: Promise<void>[] = [];
  for (let i = 0; i < count; i += 1) {
    const dueAt = startedAt + (i * 1_000) / rate;
    await sleep(Math.max(0, dueAt - performance.now())); // an open loop
    sentAt.set(`text ${i}`, performance.now());
    posts.push(post(i));
  }
  await Promise.all(posts);
  await waitFor("all replies", () => latencies.length >= count, 60_000);
  const cpuMs = ((await cpuSeconds()) - cpuBefore) * 1_000;
  const sorted = latencies.slice(latencies.length / 5).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)].map((ms) => ms.toFixed(1));
  const verdict = at(0.5) < barMs ? "under" : "OVER";
  process.stdout.write(
    `POST to the bot's reply at ${rate}/s, embedded: p50 ${p50} ms (${verdict} the bar of ${barMs} ms), p95 ${p95} ms, p99 ${p99} ms; ${(cpuMs / count).toFixed(1)} ms of processor each\n`,
  );
} finally {
  await program.stop();
  await Promise.all([cloud.close(), bot.close()]);
  await rm(folder, { recursive: true, force: true });
}

/** Of the program. */
async function cpuSeconds(): Promise<number> {
  const metrics = await (await request(`${program.opsUrl}/metrics`)).body.text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]);
}

async function post(i: number): Promise<void> {
  const from = String(15_555_551_000 + (i % people));
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const message = { ...textMessage(`wamid.BENCH${i}`, `text ${i}`), from, timestamp };
  const contacts = [{ profile: { name: "Mia" }, wa_id: from }];
  const body = JSON.stringify(messagesPost([message], { contacts }));
  const digest = createHmac("sha256", appSecret).update(body).digest("hex");
  const headers = { "content-type": "application/json", "x-hub-signature-256": `sha256=${digest}` };
  const answer = await request(program.webhookUrl, { method: "POST", headers, body });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} for message ${i}`);
}

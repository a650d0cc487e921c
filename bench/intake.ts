/**
 * `POST /api/events` of `waypost start` on the embedded bus and store: one event a request, 1,000 a second evenly, and as
 * fast as it goes.
 *
 *   npm run build && node --import tsx bench/intake.ts [seconds]
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Agent, request } from "undici";
import { createProgram, opsToken } from "../test/faults/program.ts";
import { secondsOf } from "./seconds.ts";

const seconds = secondsOf("node --import tsx bench/intake.ts", 6);
const run = promisify(execFile);
const autocannon = fileURLToPath(import.meta.resolve("autocannon"));
const connections = 32;
const coldSeconds = 3;
const told = JSON.stringify({
  type: "whatsapp.outgoing.template",
  // autocannon puts another in for each request.
  id: "bench-[<id>]",
  account: { phoneNumberId: "700700700700700" },
  contact: { phone: "+1 555-555-0123" },
  message: { template: { name: "order_update", language: "en" } },
  sentBy: "campaign",
  campaign: "spring",
  ref: { order: "1001" },
});

interface Outcome {
  readonly "2xx": number;
  readonly non2xx: number;
  readonly errors: number;
  readonly duration: number;
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

async function flood(url: string, name: string, ...rate: string[]): Promise<void> {
  const headers = ["-H", `authorization=Bearer ${opsToken}`, "-H", "content-type=application/json"];
  const load = ["-j", "-n", "-I", "-m", "POST", "-c", String(connections), "-d", String(seconds)];
  const args = [autocannon, ...load, ...headers, "-b", told, ...rate, `${url}/api/events`];
  const before = await cpuSeconds(url);
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1e7 });
  const cpu = (await cpuSeconds(url)) - before;
  const outcome: Outcome = JSON.parse(stdout);
  const { p50, p99, max } = outcome.latency;
  const perSecond = (outcome["2xx"] / outcome.duration).toFixed(0).padStart(6);
  const cost = ((1_000 * cpu) / outcome["2xx"]).toFixed(2);
  const failed = outcome.non2xx + outcome.errors;
  process.stdout.write(
    `  ${name.padEnd(14)} ${perSecond}/s   ack p50 ${p50} ms, p99 ${p99} ms, max ${max} ms, ${cost} ms CPU each, ${failed} failed\n`,
  );
}

/**
 * Each request at its time, whether the one before is answered or not: autocannon sends a second's requests at once. The first seconds
 * are not counted: this client is cold then, and the log still stores what the flood before left.
 */
async function paced(url: string, name: string, perSecond: number): Promise<void> {
  const dispatcher = new Agent({ connections: 64 });
  const headers = { authorization: `Bearer ${opsToken}`, "content-type": "application/json" };
  const latencies: number[] = [];
  let failed = 0;
  const tell = async (dueAt: number, id: string) => {
    const body = told.replace("[<id>]", id);
    const answer = await request(`${url}/api/events`, {
      method: "POST",
      headers,
      body,
      dispatcher,
    });
    await answer.body.dump();
    if (answer.statusCode >= 300) failed += 1;
    latencies.push(performance.now() - dueAt);
  };
  const during = async (period: string, forSeconds: number) => {
    const startedAt = performance.now();
    const asked: Promise<void>[] = [];
    while (asked.length < perSecond * forSeconds) {
      const dueAt = startedAt + (asked.length * 1_000) / perSecond;
      if (dueAt > performance.now()) await sleep(1);
      else asked.push(tell(dueAt, `${period}-${asked.length}`));
    }
    await Promise.all(asked);
  };
  await during("cold", coldSeconds);
  latencies.length = 0;
  const cpuBefore = await cpuSeconds(url);
  const startedAt = performance.now();
  await during("paced", seconds);
  const took = (performance.now() - startedAt) / 1_000;
  const cpu = (await cpuSeconds(url)) - cpuBefore;
  await dispatcher.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1);
  process.stdout.write(
    `  ${name.padEnd(14)} ${(latencies.length / took).toFixed(0).padStart(6)}/s   ack p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ` +
      `max ${at(0.99999)} ms, ${((1_000 * cpu) / latencies.length).toFixed(2)} ms CPU each, ${failed} failed\n`,
  );
}

/** Storing included: other load on the machine does not change it. */
async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
}

const folder = await mkdtemp(join(tmpdir(), "waypost-bench-intake-"));
const program = await createProgram(["start"], { DATA_DIR: folder }, undefined, folder);
try {
  await program.start();
  await flood(program.opsUrl, "warm-up");
  await flood(program.opsUrl, "warm-up");
  await paced(program.opsUrl, "at 1,000/s", 1_000);
  await flood(program.opsUrl, "at full load");
} finally {
  await program.stop();
  await rm(folder, { recursive: true, force: true });
}

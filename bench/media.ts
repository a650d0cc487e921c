/**
 * What fetching files costs the ack path: a whole program, embedded, gets 50 POSTs a second, and 200 a minute with a file of 1 MB. For
 * spans of four seconds in turn these come to an account whose files it fetches from a stub of Graph, and to one of which it fetches none:
 * the same POSTs to the same process, so that the ratios hold on a noisy machine. Beside the ack's times stand the program's processor time
 * and how late its event loop was, which say more where others use the machine too. The stub is a process of its own.
 *
 *   node --import tsx bench/media.ts [seconds]
 */
import { fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sendTraffic } from "../src/cli/simulate/send.ts";
import type { SimulatedPost } from "../src/cli/simulate/traffic.ts";
import { jpeg, type StubFile, startGraph } from "../test/destinations/media/graph-stub.ts";
import { appSecret, createProgram } from "../test/faults/program.ts";
import { messagesPost, textMessage } from "../test/support/meta-post.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { secondsOf } from "./seconds.ts";

const textsPerSecond = 50;
const filesPerMinute = 200;
const megabyte = 1_048_576;
const spanMs = 4_000;
/** What a program does only at first is not measured. */
const warmMs = 2 * spanMs;
/** Fetched, and not fetched. */
const numbers = ["700700700700700", "700700700700701"] as const;
const self = fileURLToPath(import.meta.url);
const bin = fileURLToPath(new URL("../bin/waypost.js", import.meta.url));
const probe = new URL("loop-probe.mjs", import.meta.url).href;

if (process.send === undefined) await measure(secondsOf("node --import tsx bench/media.ts", 60));
else await serve(process.send.bind(process));

/** Has a file of its own bytes for every id, which is asked for twice: where it is, and its bytes. */
async function serve(send: (told: object) => void): Promise<void> {
  const graph = await startGraph();
  const kept: { id?: string; file?: StubFile } = {};
  graph.files.get = (id) => {
    if (kept.id === id) return kept.file;
    const bytes = jpeg(megabyte);
    bytes.write(id, 16);
    kept.id = id;
    kept.file = { bytes };
    return kept.file;
  };
  send({ url: graph.url, accessToken: graph.accessToken });
}

interface Meta {
  readonly url: string;
  readonly accessToken: string;
}

async function measure(seconds: number): Promise<void> {
  const stub = fork(self, { execArgv: ["--import", "tsx"] });
  const folder = await mkdtemp(join(tmpdir(), "waypost-bench-media-"));
  try {
    const [meta] = (await once(stub, "message")) as [Meta];
    await run(folder, seconds * 1_000 + warmMs, meta);
  } finally {
    stub.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, durationMs: number, meta: Meta): Promise<void> {
  const config = join(folder, "waypost.yaml");
  const lines = join(folder, "probe.jsonl");
  const off = `accounts: { other: { phoneNumberId: "${numbers[1]}", media: off } }\n`;
  await writeFile(config, off);
  const env = {
    ...{ DATA_DIR: folder, LOG_LEVEL: "error", LOOP_PROBE: lines, WAYPOST_CONFIG: config },
    ...{ META_GRAPH_URL: meta.url, META_ACCESS_TOKEN: meta.accessToken },
  };
  const program = await createProgram(["start"], env, ["--import", probe, bin]);
  await program.start();
  try {
    const acks = [[], []] as [number[], number[]];
    const begun = Date.now();
    const { unexpected } = await sendTraffic(postsOf(durationMs), {
      url: program.webhookUrl,
      onAnswer: ({ post: { dueMs = 0 }, ms }) => {
        if (dueMs >= warmMs) acks[spanOf(dueMs)].push(ms);
      },
    });
    if (unexpected > 0) throw new Error(`${unexpected} POSTs were not answered with 200`);
    const sentAt = performance.now();
    const files = filesIn(durationMs);
    // A fetch that failed comes again after a second, ten seconds, a minute: on a busy machine some do.
    await waitFor(`${files} files are kept`, async () => (await kept(folder)) >= files, 240_000);
    const lateMs = performance.now() - sentAt;
    tell(acks, await probed(lines, begun, durationMs));
    print(`  the last of ${files} files was kept ${Math.round(lateMs)} ms after the last POST`);
  } finally {
    await program.stop();
  }
}

type Both<T> = readonly [fetching: T, without: T];

function tell(acks: Both<number[]>, told: Both<Probed[]>): void {
  for (const share of [0.5, 0.9, 0.99]) {
    const [fetching, without] = acks.map((all) => quantile(all, share)) as [number, number];
    print(
      `  ack p${share * 100} ${without.toFixed(1)} ms, while ${filesPerMinute} files of 1 MB a minute are fetched ${fetching.toFixed(1)} ms: ${(fetching / without).toFixed(2)} times`,
    );
  }
  const of = (value: (line: Probed) => number) =>
    told.map((all) => all.reduce((sum, line) => sum + value(line), 0) / all.length) as [
      number,
      number,
    ];
  const [late, collected, used] = [
    of(({ p99 }) => p99),
    of(({ gcMs }) => 2 * gcMs),
    of(({ usedMs }) => 2 * usedMs),
  ];
  print(
    `  the event loop's p99 of half a second ${late[1].toFixed(1)} ms late, while fetching ${late[0].toFixed(1)} ms`,
  );
  print(
    `  held up by the garbage collector ${collected[1].toFixed(1)} ms of a second, while fetching ${collected[0].toFixed(1)} ms`,
  );
  const each = ((used[0] - used[1]) * 60) / filesPerMinute;
  print(`  processor time of a file, all that is done for it: ${each.toFixed(1)} ms`);
}

interface Probed {
  readonly at: number;
  /** The processor's time since the line before. */
  readonly usedMs: number;
  readonly p99: number;
  readonly gcMs: number;
}

/** What the program's probe told, without the half seconds in which a span began. */
async function probed(path: string, begun: number, durationMs: number): Promise<Both<Probed[]>> {
  const all = (await readFile(path, "utf8")).trim().split("\n");
  const told: [Probed[], Probed[]] = [[], []];
  let before = 0;
  for (const line of all) {
    const { cpuMs, ...lately } = JSON.parse(line) as Omit<Probed, "usedMs"> & { cpuMs: number };
    const { at } = lately;
    const since = at - begun;
    const isWhole = since % spanMs > 1_000;
    if (since > warmMs && since < durationMs && isWhole) {
      told[spanOf(since)].push({ ...lately, usedMs: cpuMs - before });
    }
    before = cpuMs;
  }
  return told;
}

/** 0: files are fetched. */
function spanOf(dueMs: number): 0 | 1 {
  return Math.floor(dueMs / spanMs) % 2 === 0 ? 0 : 1;
}

/** Those that are fetched. */
function filesIn(durationMs: number): number {
  return filePosts(durationMs).filter(({ number }) => number === numbers[0]).length;
}

function filePosts(durationMs: number) {
  const count = Math.floor((durationMs * filesPerMinute) / 60_000);
  return Array.from({ length: count }, (_, i) => {
    const dueMs = (i * 60_000) / filesPerMinute;
    return { id: `file-${i}`, dueMs, number: numbers[spanOf(dueMs)] };
  });
}

/** Files under their hash. */
async function kept(folder: string): Promise<number> {
  const names = await readdir(join(folder, "media"), { recursive: true }).catch(() => []);
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).length;
}

function postsOf(durationMs: number): SimulatedPost[] {
  const texts = Math.floor((durationMs * textsPerSecond) / 1_000);
  const posts = [
    ...Array.from({ length: texts }, (_, i) => ({
      ...{ dueMs: (i * 1_000) / textsPerSecond, number: numbers[0] as string },
      message: textMessage(`wamid.text-${i}`) as object,
    })),
    ...filePosts(durationMs).map(({ id, dueMs, number }) => ({
      ...{ dueMs, number },
      message: {
        ...{ from: "15555550123", id: `wamid.${id}`, timestamp: "1790000000", type: "image" },
        image: { id, mime_type: "image/jpeg" },
      },
    })),
  ].sort((a, b) => a.dueMs - b.dueMs);
  return posts.map(({ dueMs, message, number }, index) => {
    const text = JSON.stringify(messagesPost([message])).replaceAll(numbers[0], number);
    const bytes = Buffer.from(text);
    const signature = `sha256=${createHmac("sha256", appSecret).update(bytes).digest("hex")}`;
    return { index, bytes, signature, expect: 200, items: [], dueMs, note: "" };
  });
}

function quantile(all: readonly number[], share: number): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length * share)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

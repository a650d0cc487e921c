/**
 * What fetching files costs the ack path: a whole program, embedded, gets 50 POSTs a second, and 200 a minute with a file of 1 MB,
 * which it fetches from a stub of Graph or does not. The same POSTs in turn, so that the ratio holds on a noisy machine; the stub is a
 * process of its own.
 *
 *   node --import tsx bench/media.ts [seconds]
 */
import { fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sendTraffic } from "../src/cli/simulate/send.ts";
import type { Summary } from "../src/cli/simulate/tally.ts";
import type { SimulatedPost } from "../src/cli/simulate/traffic.ts";
import { jpeg, startGraph } from "../test/destinations/media/graph-stub.ts";
import { appSecret, createProgram } from "../test/faults/program.ts";
import { messagesPost, textMessage } from "../test/support/meta-post.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { secondsOf } from "./seconds.ts";

const textsPerSecond = 50;
const filesPerMinute = 200;
const megabyte = 1_048_576;
const rounds = 3;
const self = fileURLToPath(import.meta.url);

if (process.send === undefined) await measure(secondsOf("node --import tsx bench/media.ts", 10));
else await serve(process.send.bind(process));

/** Has a file of its own bytes for every id. */
async function serve(send: (told: object) => void): Promise<void> {
  const graph = await startGraph();
  const fileOf = (id: string) => {
    const bytes = jpeg(megabyte);
    bytes.write(id, 16);
    return { bytes };
  };
  graph.files.get = fileOf;
  send({ url: graph.url, accessToken: graph.accessToken });
}

interface Meta {
  readonly url: string;
  readonly accessToken: string;
}

async function measure(seconds: number): Promise<void> {
  const stub = fork(self, { execArgv: ["--import", "tsx"] });
  const [meta] = (await once(stub, "message")) as [Meta];
  const found = { without: [] as Ran[], with: [] as Ran[] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      found.without.push(await run(seconds, undefined));
      found.with.push(await run(seconds, meta));
    }
  } finally {
    stub.kill();
  }
  for (const share of ["p50", "p99"] as const) {
    const [without, fetching] = [found.without, found.with].map((all) =>
      median(all.map(({ ackMs }) => ackMs[share])),
    ) as [number, number];
    print(
      `  ack ${share} ${without.toFixed(1)} ms, while ${filesPerMinute} files of 1 MB a minute are fetched ${fetching.toFixed(1)} ms: ${(fetching / without).toFixed(2)} times`,
    );
  }
  const late = median(found.with.map(({ lateMs }) => lateMs));
  const [{ files } = { files: 0 }] = found.with;
  print(`  the last of ${files} files was kept ${Math.round(late)} ms after the last POST`);
}

interface Ran {
  /** How long the answers took. */
  readonly ackMs: Summary["ackMs"];
  readonly files: number;
  /** From the last POST's answer until all files were kept. */
  readonly lateMs: number;
}

/** Ends when all files are kept. */
async function run(seconds: number, meta: Meta | undefined): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), "waypost-bench-media-"));
  const program = await createProgram(["start"], {
    ...{ DATA_DIR: folder, LOG_LEVEL: "error" },
    ...(meta && { META_GRAPH_URL: meta.url, META_ACCESS_TOKEN: meta.accessToken }),
  });
  await program.start();
  try {
    // What a program does only at first is not measured.
    await sendTraffic(postsOf(2, "warm"), { url: program.webhookUrl });
    const { ackMs, unexpected } = await sendTraffic(postsOf(seconds, "run"), {
      url: program.webhookUrl,
    });
    if (unexpected > 0) throw new Error(`${unexpected} POSTs were not answered with 200`);
    const all = meta === undefined ? 0 : filesIn(2) + filesIn(seconds);
    // A fetch that failed comes again after a second, ten seconds, a minute: on a busy machine some do.
    const before = performance.now();
    await waitFor(`${all} files are kept`, async () => (await kept(folder)) >= all, 240_000);
    return { ackMs, files: all, lateMs: performance.now() - before };
  } finally {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function filesIn(seconds: number): number {
  return Math.floor((seconds * filesPerMinute) / 60);
}

/** Files under their hash. */
async function kept(folder: string): Promise<number> {
  const names = await readdir(join(folder, "media"), { recursive: true }).catch(() => []);
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).length;
}

function postsOf(seconds: number, run: string): SimulatedPost[] {
  const every = (count: number, messageOf: (id: string) => object) =>
    Array.from({ length: count }, (_, i) => ({
      dueMs: (i * seconds * 1_000) / count,
      message: messageOf(`${run}-${i}`),
    }));
  const posts = [
    ...every(seconds * textsPerSecond, (id) => textMessage(`wamid.text-${id}`)),
    ...every(filesIn(seconds), (id) => ({
      ...{ from: "15555550123", id: `wamid.file-${id}`, timestamp: "1790000000", type: "image" },
      image: { id, mime_type: "image/jpeg" },
    })),
  ].sort((a, b) => a.dueMs - b.dueMs);
  return posts.map(({ dueMs, message }, index) => {
    const bytes = Buffer.from(JSON.stringify(messagesPost([message])));
    const signature = `sha256=${createHmac("sha256", appSecret).update(bytes).digest("hex")}`;
    return { index, bytes, signature, expect: 200, items: [], dueMs, note: "" };
  });
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/**
 * What questions take over a large log on the embedded store: a whole program, asked over HTTP, one question at a time, with nothing
 * else to do and beside 500 POSTs a second. The log is built once into a temporary folder, through the store's own append.
 *
 *   npm run build && node --import tsx bench/questions.ts [--events 1000000] [--samples 40] [--only questions|series|replay|export]
 *     [--log <folder>]: keeps the log there, and takes the one that is there
 *     [--uncounted]: does not wait until the series of the log are counted, which go on beside what is measured
 *
 * Bars: p99 of each question 100 ms, beside the POSTs 250 ms; the series of a day 50 ms; 20,000 events sent again at 1,000 a second;
 * the ack's p99 beside an export 1.3 times of what it is without.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sendTraffic } from "../src/cli/simulate/send.ts";
import type { Summary } from "../src/cli/simulate/tally.ts";
import { generateTraffic } from "../src/cli/simulate/traffic.ts";
import { appSecret, opsToken, type Program } from "../test/faults/program.ts";
import { waitFor } from "../test/support/wait-for.ts";
import { createAsk, type Question, questions, type Request, seriesOf } from "./questions-asked.ts";
import { type BuiltLog, buildLog, destination } from "./questions-log.ts";
import { type At, untilCounted, withProgram } from "./questions-program.ts";

const bars = { idleMs: 100, busyMs: 250, seriesMs: 50, replayPerSecond: 1_000, exportRatio: 1.3 };
const busyRate = 500;
const replayed = 20_000;
const exportRounds = 3;
const exportSeconds = 10;
const print = (line: string) => void process.stdout.write(`${line}\n`);

if (process.send !== undefined) await sendForParent(process.send.bind(process));
else await measure();

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "1000000" },
      samples: { type: "string", default: "40" },
      only: { type: "string" },
      log: { type: "string" },
      uncounted: { type: "boolean", default: false },
    },
  });
  const [events, samples] = [Number(values.events), Number(values.samples)];
  const parts = { questions: askAll, series: askSeries, replay, export: besideExport };
  if (!(events >= 1_000 && samples >= 1) || (values.only && !Object.hasOwn(parts, values.only))) {
    throw new TypeError(`takes --events, --samples and --only ${Object.keys(parts).join("|")}`);
  }
  const folder = values.log ?? (await mkdtemp(join(tmpdir(), "waypost-bench-questions-")));
  try {
    const built = await logIn(folder, events);
    await withProgram(folder, async (at) => {
      const to = Math.min(built.to, Date.now() - 180_000);
      if (!values.uncounted) await untilCounted(at.program, to, print);
      for (const [name, run] of Object.entries(parts)) {
        if (values.only === undefined || values.only === name) await run({ ...at, built, samples });
      }
    });
  } finally {
    if (values.log === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function logIn(folder: string, events: number): Promise<BuiltLog> {
  const notes = join(folder, "built.json");
  if (existsSync(notes)) return JSON.parse(await readFile(notes, "utf8")) as BuiltLog;
  const began = performance.now();
  const built = await buildLog(folder, events);
  await writeFile(notes, JSON.stringify(built));
  const seconds = (performance.now() - began) / 1_000;
  print(`${built.events} events stored in ${seconds.toFixed(0)} s`);
  return built;
}

interface Measuring extends At {
  readonly built: BuiltLog;
  readonly samples: number;
}

async function ask(program: Program, { path, body }: Request): Promise<number> {
  const began = performance.now();
  const answer = await fetch(`${program.opsUrl}${path}`, {
    headers: { authorization: `Bearer ${opsToken}`, "content-type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const ms = performance.now() - began;
  // A contact may not have written; all else must be there. What is ended because it took too long has taken that.
  if (answer.ok || answer.status === 404 || text.includes("query-too-wide")) return ms;
  throw new Error(`${path} was answered ${answer.status}: ${text.slice(0, 300)}`);
}

async function askAll(measuring: Measuring): Promise<void> {
  const { program } = measuring;
  const idle = await askEach(measuring);
  const load = startLoad(program, busyRate, 24 * 3_600);
  const busy = await askEach(measuring).catch(async (error: unknown) => {
    await load.end();
    throw error;
  });
  const { ackMs } = await load.end();
  print(
    `\n  ms                                          idle p50    p99   beside ${busyRate} POSTs/s p50    p99`,
  );
  const over: string[] = [];
  for (const { name } of questions) {
    const [still, loaded] = [sorted(idle.get(name)), sorted(busy.get(name))];
    const figures = [
      share(still, 0.5),
      share(still, 0.99),
      share(loaded, 0.5),
      share(loaded, 0.99),
    ];
    const isOver = (figures[1] ?? 0) > bars.idleMs || (figures[3] ?? 0) > bars.busyMs;
    if (isOver) over.push(name);
    const [a, b, c, d] = figures.map((ms) => ms.toFixed(1).padStart(7));
    print(`  ${name.padEnd(42)} ${a} ${b}              ${c} ${d}${isOver ? "  over the bar" : ""}`);
  }
  print(`  ack p99 meanwhile ${ackMs.p99.toFixed(1)} ms`);
  print(over.length === 0 ? "  all within the bars" : `  over the bars: ${over.join("; ")}`);
}

/** All questions in turn, in an order of chance, so that none has the cache for itself. */
async function askEach({ program, built, samples }: Measuring): Promise<Map<string, number[]>> {
  const chance = createAsk(built);
  const found = new Map<string, number[]>(questions.map(({ name }) => [name, []]));
  const turn = async ({ name, of }: Question) => {
    const request = of(chance());
    if (request !== undefined) found.get(name)?.push(await ask(program, request));
  };
  for (let round = 0; round < samples; round += 1) {
    for (const question of questions.toSorted(() => Math.random() - 0.5)) await turn(question);
  }
  return found;
}

async function askSeries({ program, samples }: Measuring): Promise<void> {
  const taken: number[] = [];
  for (let i = 0; i < samples; i += 1) taken.push(await ask(program, seriesOf()));
  const [p50, p99] = [share(sorted(taken), 0.5), share(sorted(taken), 0.99)];
  print(
    `  the series of a day p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (bar ${bars.seriesMs})`,
  );
}

/** From the first effect to the last. */
async function replay({ program, built, effects }: Measuring): Promise<void> {
  const before = effects();
  const wanted = Math.min(replayed, Math.floor(built.events / 5));
  const share = wanted / built.events;
  const from = new Date(built.to - (built.to - built.from) * share).toISOString();
  const began = performance.now();
  await ask(program, {
    path: "/api/replays",
    body: { filter: { from }, to: destination, rate: bars.replayPerSecond, again: true },
  });
  const least = Math.floor(wanted * 0.9);
  await waitFor("all effects of a replay", () => effects() - before >= least, 300_000);
  const seconds = (performance.now() - began) / 1_000;
  const rate = (effects() - before) / seconds;
  print(
    `  ${effects() - before} events sent again at ${rate.toFixed(0)}/s (bar ${bars.replayPerSecond})`,
  );
}

async function besideExport({ program }: Measuring): Promise<void> {
  const found = { without: [] as number[], beside: [] as number[] };
  for (let round = 0; round < exportRounds; round += 1) {
    found.without.push((await startLoad(program, 100, exportSeconds).over).ackMs.p99);
    const stop = new AbortController();
    const exporting = exportUntil(program, stop.signal);
    found.beside.push((await startLoad(program, 100, exportSeconds).over).ackMs.p99);
    stop.abort();
    await exporting;
  }
  const [without, beside] = [share(sorted(found.without), 0.5), share(sorted(found.beside), 0.5)];
  print(
    `  ack p99 ${without.toFixed(1)} ms, beside an export ${beside.toFixed(1)} ms: ${(beside / without).toFixed(2)} times (bar ${bars.exportRatio})`,
  );
}

/** Again and again, all of the log. */
async function exportUntil(program: Program, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${opsToken}` };
  while (!signal.aborted) {
    try {
      const answer = await fetch(`${program.opsUrl}/api/export/events`, { headers, signal });
      if (!answer.ok) throw new Error(`an export was answered ${answer.status}`);
      for await (const _ of answer.body ?? []);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** The sender is a process of its own, so that it does not slow what asks. */
function startLoad(program: Program, rate: number, seconds: number) {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), {
    execArgv: ["--import", "tsx"],
  });
  child.send({ url: program.webhookUrl, rate, seconds });
  const over = once(child, "message").then(async ([summary]) => {
    child.kill();
    await once(child, "exit");
    const { unexpected } = summary as Summary;
    if (unexpected > 0) throw new Error(`${unexpected} POSTs were not answered with 200`);
    return summary as Summary;
  });
  const end = () => {
    child.send("end");
    return over;
  };
  return { over, end };
}

async function sendForParent(send: (summary: Summary) => void): Promise<void> {
  const [{ url, rate, seconds }] = (await once(process, "message")) as [
    { url: string; rate: number; seconds: number },
  ];
  const stop = new AbortController();
  process.once("message", () => stop.abort());
  const seed = randomBytes(4).toString("hex");
  const posts = generateTraffic({ seed, appSecret, scenario: "conversation", rate });
  const { signal } = stop;
  send(await sendTraffic(posts, { url, signal, durationMs: seconds * 1_000 }));
}

function sorted(all: readonly number[] = []): readonly number[] {
  return all.toSorted((a, b) => a - b);
}

function share(all: readonly number[], of: number): number {
  return all[Math.min(all.length - 1, Math.floor(all.length * of))] ?? Number.NaN;
}

/**
 * What questions take over a large log on the embedded store: a whole program, asked over HTTP, one question at a time, with nothing
 * else to do and beside 500 POSTs a second. The log is built once and kept in the system's temporary folder; a copy of it is asked.
 *
 *   npm run build && node --import tsx bench/questions.ts [--events 1000000] [--samples 40] [--only idle|busy|series|replay|export]
 *
 * Bars: p99 of each question 100 ms, beside the POSTs 250 ms; the series of a day 50 ms; 20,000 events sent again at 1,000 a second;
 * the ack's p99 beside an export 1.3 times of what it is without.
 */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { opsToken, type Program } from "../test/faults/program.ts";
import { waitFor } from "../test/support/wait-for.ts";
import type { BuiltLog } from "./log/build-log.ts";
import { logIn } from "./log/cached-log.ts";
import { createAsk, questions, seriesOf } from "./questions-asked.ts";
import { ask, askEach, type Figures, figuresOf, processorMsOf } from "./questions-asking.ts";
import { exportUntil, startLoad } from "./questions-load.ts";
import { type At, withProgram } from "./questions-program.ts";

const bars = { idleMs: 100, busyMs: 250, seriesMs: 50, replayPerSecond: 1_000, exportRatio: 1.3 };
const busyRate = 500;
const replayed = 20_000;
const replayRate = 5_000;
/** The log ends in the evening, and its nights are empty: a stretch of it has fewer events than its share. */
const ofNights = 1.3;
const exportRate = 100;
const exportRounds = 3;
const exportSeconds = 10;
const print = (line: string) => void process.stdout.write(`${line}\n`);

interface Measuring extends At {
  readonly built: BuiltLog;
  readonly samples: number;
}

const parts = { idle: askIdle, busy: askBusy, series: askSeries, replay, export: besideExport };
await measure();

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "1000000" },
      samples: { type: "string", default: "40" },
      only: { type: "string" },
    },
  });
  const [events, samples] = [Number(values.events), Number(values.samples)];
  if (!(events >= 1_000 && samples >= 1) || (values.only && !Object.hasOwn(parts, values.only))) {
    throw new TypeError(`takes --events, --samples and --only ${Object.keys(parts).join("|")}`);
  }
  const folder = await mkdtemp(join(tmpdir(), "waypost-bench-questions-"));
  try {
    const built = await logIn(folder, events);
    await onDisk(join(folder, "store.db"));
    const counts = [built.events, built.conversations, built.deliveries].map((each) =>
      each.toLocaleString("en"),
    );
    print(`${counts[0]} events of ${counts[1]} conversations, ${counts[2]} deliveries`);
    await withProgram(folder, async (at) => {
      for (const [name, run] of Object.entries(parts)) {
        if (values.only === undefined || values.only === name) await run({ ...at, built, samples });
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gigabytes that the system has yet to write would hold up the program's own writes for a minute. */
async function onDisk(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function askIdle({ program, built, samples }: Measuring): Promise<void> {
  const asking = { program, chance: createAsk(built), samples, barMs: bars.idleMs };
  tell("with nothing else to do", await askEach(asking), bars.idleMs);
}

async function askBusy({ program, built, samples }: Measuring): Promise<void> {
  const load = startLoad(program, busyRate, 24 * 3_600);
  const asking = { program, chance: createAsk(built), samples, barMs: bars.busyMs };
  const figures = await askEach(asking).catch(async (error: unknown) => {
    await load.end();
    throw error;
  });
  const { ackMs } = await load.end();
  tell(`beside ${busyRate} POSTs/s`, figures, bars.busyMs);
  print(`\nack p99 meanwhile ${ackMs.p99.toFixed(1)} ms`);
}

/** As a table of the documentation. */
function tell(when: string, figures: ReadonlyMap<string, Figures>, barMs: number): void {
  print(`\n| ${when} | p50 ms | p99 ms (bar ${barMs}) | processor ms |\n|---|---|---|---|`);
  const over: string[] = [];
  for (const { name } of questions) {
    const { p50, p99, processorMs } = figures.get(name) as Figures;
    const isOver = p99 > barMs;
    if (isOver) over.push(name);
    const [a, b, c] = [p50, p99, processorMs].map((ms) => ms.toFixed(1));
    print(`| ${name} | ${a} | ${isOver ? `**${b}**` : b} | ${c} |`);
  }
  print(`\n${over.length === 0 ? "all within the bar" : `over the bar: ${over.join("; ")}`}`);
}

async function askSeries({ program, built, samples }: Measuring): Promise<void> {
  const taken = [];
  for (let i = 0; i < samples; i += 1) taken.push(await ask(program, seriesOf(built)));
  const { p50, p99, processorMs } = figuresOf(taken);
  print(
    `\nthe series of a day p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (bar ${bars.seriesMs}), processor ${processorMs.toFixed(1)} ms`,
  );
}

/** From the first effect to the last: the destination's holder looks every 5 s for what was opened. */
async function replay({ program, built, effects }: Measuring): Promise<void> {
  const before = effects();
  const share = Math.min(0.2, (replayed / built.events) * ofNights);
  const from = new Date(built.to - (built.to - built.from) * share).toISOString();
  const body = { filter: { from }, to: "crm", rate: replayRate, again: true };
  await ask(program, { path: "/api/replays", body });
  await waitFor("the first effect of a replay", () => effects() > before, 30_000);
  const [began, first, processorMs] = [performance.now(), effects(), processorMsOf(program)];
  // How many that are, only the replay itself can say.
  const isThrough = async () => {
    const { state, opened } = await newestReplay(program);
    return state === "done" && effects() - before >= opened;
  };
  await waitFor("all effects of a replay", isThrough, 300_000);
  const seconds = (performance.now() - began) / 1_000;
  const sent = effects() - first;
  const each = (processorMsOf(program) - processorMs) / sent;
  print(
    `\n${sent} events sent again at ${(sent / seconds).toFixed(0)}/s (bar ${bars.replayPerSecond}), processor ${each.toFixed(2)} ms each`,
  );
}

async function newestReplay({ opsUrl }: Program): Promise<{ state: string; opened: number }> {
  const headers = { authorization: `Bearer ${opsToken}` };
  const answer = await fetch(`${opsUrl}/api/replays?limit=1`, { headers });
  const { items } = (await answer.json()) as { items: [{ state: string; opened: number }] };
  return items[0];
}

async function besideExport({ program }: Measuring): Promise<void> {
  const acks = { alone: [] as number[], beside: [] as number[] };
  for (let round = 0; round < exportRounds; round += 1) {
    acks.alone.push(await ackP99(program));
    const stop = new AbortController();
    const exporting = exportUntil(program, stop.signal);
    acks.beside.push(await ackP99(program));
    stop.abort();
    await exporting;
  }
  const [alone, beside] = [Math.min(...acks.alone), Math.min(...acks.beside)];
  print(
    `\nack p99 at ${exportRate}/s ${alone.toFixed(1)} ms, beside an export ${beside.toFixed(1)} ms: ${(beside / alone).toFixed(2)} times (bar ${bars.exportRatio})`,
  );
}

async function ackP99(program: Measuring["program"]): Promise<number> {
  return (await startLoad(program, exportRate, exportSeconds).over).ackMs.p99;
}

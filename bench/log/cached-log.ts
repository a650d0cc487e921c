/** A built log that is kept in the system's temporary folder, so that the next run need not build it again. */
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collections } from "../../src/store/collections.ts";
import { logSchema } from "../../src/store/embedded/schema.ts";
import { type BuiltLog, buildLog } from "./build-log.ts";
import { countSeries } from "./count-series.ts";

/** Windows that close and conversations that wait are of the last day. */
const freshMs = 86_400_000;
const print = (line: string) => void process.stdout.write(`${line}\n`);

if (process.send !== undefined && process.argv[2] === "build") await buildForParent();

/** A copy of it lies in `folder` then, for whoever writes there. */
export async function logIn(folder: string, events: number): Promise<BuiltLog> {
  const kept = await keptLog(events);
  const file = join(folder, "store.db");
  await copyFile(join(kept, "store.db"), file, constants.COPYFILE_FICLONE);
  return notesOf(kept);
}

async function notesOf(folder: string): Promise<BuiltLog> {
  return JSON.parse(await readFile(join(folder, "built.json"), "utf8")) as BuiltLog;
}

async function keptLog(events: number): Promise<string> {
  const folder = join(tmpdir(), `waypost-bench-log-${events}-${versionOf()}`);
  if (existsSync(folder)) {
    if (Date.now() - (await notesOf(folder)).to < freshMs) return folder;
    await rm(folder, { recursive: true });
  }
  const began = performance.now();
  const growing = `${folder}.${process.pid}`;
  await mkdir(growing, { recursive: true, mode: 0o700 });
  try {
    await buildAside(growing, events);
    await rename(growing, folder);
  } finally {
    await rm(growing, { recursive: true, force: true });
  }
  print(
    `built ${events} events in ${((performance.now() - began) / 1_000).toFixed(0)} s: ${folder}`,
  );
  return folder;
}

/** What makes the log, and what it is made for. */
function versionOf(): string {
  const hash = createHash("sha256").update(JSON.stringify([logSchema, collections]));
  for (const name of readdirSync(import.meta.dirname).sort()) {
    hash.update(readFileSync(join(import.meta.dirname, name)));
  }
  return hash.digest("hex").slice(0, 8);
}

/** In a process with room for many young objects, which are nearly all of its work. */
async function buildAside(folder: string, events: number): Promise<void> {
  const execArgv = ["--max-semi-space-size=128", "--import", "tsx"];
  const child = fork(fileURLToPath(import.meta.url), ["build", folder, String(events)], {
    execArgv,
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`building the log ended with ${code}`);
}

async function buildForParent(): Promise<void> {
  const [, , , folder = "", events = ""] = process.argv;
  const built = await buildLog(folder, Number(events), { tell: print });
  await countSeries(folder, built.to);
  await writeFile(join(folder, "built.json"), JSON.stringify(built));
  process.disconnect();
}

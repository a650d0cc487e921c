import type { Command } from "commander";
import { tryCallback } from "../meta/try-callback.ts";
import type { CommandParts } from "./common/command.ts";
import { CommandError, runCommand } from "./common/ops-client.ts";
import { addFlags, type SimulateFlags } from "./simulate/flags.ts";
import { listKinds, makePlan, type Plan } from "./simulate/plan.ts";
import { type Print, printJson, printText } from "./simulate/print.ts";
import { startBar } from "./simulate/report.ts";
import { saving } from "./simulate/save.ts";
import { type Summary, sendTraffic } from "./simulate/send.ts";
import { findTarget, type ResolveTarget, type Target } from "./simulate/target.ts";
import { generateTraffic } from "./simulate/traffic.ts";

export interface SimulateIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Adds `waypost simulate`. The process exits 0 only when every answer was as expected. */
export function register(program: Command, { client }: CommandParts): void {
  const command = program
    .command("simulate")
    .summary("send signed, realistic traffic")
    .description(
      "Sends what Meta would send, signed: one friendly conversation, or any type, rate, batch, disorder and fault you ask for.",
    );
  addFlags(command).action(async (flags: SimulateFlags) => {
    const stop = new AbortController();
    const interrupt = () => stop.abort();
    process.once("SIGINT", interrupt); // a second one ends it hard
    await runCommand(() => runSimulate(flags, client, process, stop.signal));
    process.removeListener("SIGINT", interrupt);
  });
}

/** Runs the command; gives its exit code: 0 all as expected, 1 not, 130 interrupted. Throws CommandError. */
export async function runSimulate(
  flags: SimulateFlags,
  resolve: ResolveTarget,
  io: SimulateIo,
  signal: AbortSignal,
): Promise<number> {
  if (flags.type?.includes("list") === true) {
    io.stdout.write(await listKinds());
    return 0;
  }
  const plan = await makePlan(flags, new Date()).catch(asUsage);
  const target = await findTarget(flags, resolve);
  const print = flags.json ? printJson(io.stdout, plan) : printText(io.stdout, plan, target.url);
  print.start();
  if (flags.challenge === true && !(await handshake(target, print))) return 1;
  const posts = generateTraffic({ ...plan.traffic, appSecret: target.appSecret });
  const kept = flags.save === undefined ? posts : saving(posts, flags.save);
  const hasBar = io.stderr.isTTY === true && flags.json !== true && print.answer === undefined;
  const bar = hasBar ? io.stderr : undefined;
  const summary = await send(kept, plan, target.url, print, bar, signal);
  const ok = summary.unexpected === 0 && summary.posts > 0;
  print.summary(summary, ok);
  if (signal.aborted) return 130;
  return ok ? 0 : 1;
}

async function handshake(target: Target, print: Print): Promise<boolean> {
  const problem = await tryCallback(target.url, target.verifyToken);
  print.challenge(problem);
  return problem === undefined;
}

async function send(
  posts: ReturnType<typeof generateTraffic>,
  plan: Plan,
  url: string,
  print: Print,
  barStream: NodeJS.WritableStream | undefined,
  signal: AbortSignal,
): Promise<Summary> {
  let stopBar = () => {};
  const summary = await sendTraffic(posts, {
    ...plan.send,
    url,
    signal,
    ...(print.answer !== undefined && { onAnswer: print.answer }),
    onStart: (progress) => {
      if (barStream !== undefined) stopBar = startBar(barStream, progress, plan);
    },
  });
  stopBar();
  return summary;
}

function asUsage(error: unknown): never {
  throw error instanceof RangeError ? new CommandError(error.message) : error;
}

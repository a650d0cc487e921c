/** What goes on beside the questions: POSTs from a process of their own, and exports. */
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sendTraffic } from "../src/cli/simulate/send.ts";
import type { Summary } from "../src/cli/simulate/tally.ts";
import { generateTraffic } from "../src/cli/simulate/traffic.ts";
import { appSecret, opsToken, type Program } from "../test/faults/program.ts";

if (process.send !== undefined && process.argv[2] === "load") {
  await sendForParent(process.send.bind(process));
}

/** The sender is a process of its own, so that it does not slow what asks. */
export function startLoad(program: Program, rate: number, seconds: number) {
  const execArgv = ["--import", "tsx"];
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ["load"], { execArgv });
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

/** Again and again, all of the log. */
export async function exportUntil(program: Program, signal: AbortSignal): Promise<void> {
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

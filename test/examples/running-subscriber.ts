import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

interface Line {
  readonly handled?: string;
  readonly type?: string;
  readonly subscribed?: string;
  readonly problem?: string;
  readonly stopped?: string;
  readonly failed?: string;
}

export interface RunningSubscriber {
  /** Every line it has printed. */
  readonly lines: readonly Line[];
  /** The ids it handled, in order. */
  handled(): string[];
  /** Resolves when the lines fulfil the condition; fails after 40 s with what was printed. */
  until(what: string, condition: (lines: readonly Line[]) => boolean): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  kill(): void;
}

/** Starts an example as its README says, and reads the JSON lines it prints. */
export function runSubscriber(
  command: readonly string[],
  settings: { readonly url: string; readonly queue: string; readonly patterns: string },
): RunningSubscriber {
  const [program = "", ...args] = command;
  const child: ChildProcess = spawn(program, args, {
    env: {
      ...process.env,
      RABBITMQ_URL: settings.url,
      QUEUE: settings.queue,
      PATTERNS: settings.patterns,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Line[] = [];
  let errors = "";
  let changed: () => void = () => undefined;
  if (child.stdout === null || child.stderr === null) throw new Error("no pipes");
  createInterface(child.stdout).on("line", (line) => {
    lines.push(JSON.parse(line));
    changed();
  });
  child.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  const killOnExit = () => child.kill("SIGKILL");
  process.once("exit", killOnExit);
  return {
    lines,
    handled: () => lines.flatMap((line) => line.handled ?? []),
    until: async (what, condition) => {
      const deadline = Date.now() + 40_000;
      while (!condition(lines)) {
        if (Date.now() > deadline || child.exitCode !== null) {
          const last = lines.slice(-20).map((line) => JSON.stringify(line));
          throw new Error(`never: ${what}; it printed\n${last.join("\n")}\n${errors}`);
        }
        await new Promise<void>((resolve) => {
          changed = resolve;
          setTimeout(resolve, 250).unref();
        });
      }
    },
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = await ended;
      return code;
    },
    kill: () => {
      process.removeListener("exit", killOnExit);
      child.kill("SIGKILL");
    },
  };
}

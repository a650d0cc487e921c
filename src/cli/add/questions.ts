import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CommandError } from "../common/ops-client.ts";
import { escapeControls } from "../common/terminal.ts";

/** As shells have it of SIGINT. */
const interrupted = 130;
const stoppedWords = "Stopped. What was done stays; run it again to go on.";

/** Whoever sits at the terminal. */
export interface Questions {
  /** undefined: an empty line. A secret is not shown while it is typed. */
  ask(question: string, options?: { readonly secret?: boolean }): Promise<string | undefined>;
  /** An empty line is no. */
  confirm(question: string): Promise<boolean>;
  close(): void;
}

/** From stdin; where it ends before an answer, throws CommandError. `yes`: everything is confirmed. */
export function askTerminal(yes: boolean): Questions {
  let hidden = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!hidden) process.stderr.write(chunk);
      done();
    },
  });
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output, terminal });
  // Lines that came before they were asked for are kept.
  const waiting: string[] = [];
  const askers: ((line: string | undefined) => void)[] = [];
  let ended = false;
  let stopped = false;
  lines.on("SIGINT", () => {
    stopped = askers.length > 0;
    lines.close();
    if (!stopped) endAtOnce();
  });
  lines.on("line", (line) => {
    const asker = askers.shift();
    if (asker) asker(line);
    else waiting.push(line);
  });
  lines.on("close", () => {
    ended = true;
    for (const asker of askers.splice(0)) asker(undefined);
  });
  const next = () =>
    new Promise<string | undefined>((resolve) => {
      const line = waiting.shift();
      if (line !== undefined || ended) resolve(line);
      else askers.push(resolve);
    });
  const answerTo = async (question: string, remedy: string, secret = false) => {
    process.stderr.write(`${question} `);
    hidden = secret;
    const line = await next();
    hidden = false;
    if (secret && terminal) process.stderr.write("\n");
    if (line !== undefined) return line.trim() || undefined;
    if (!stopped) throw new CommandError(`No answer. ${remedy}`);
    if (!secret) process.stderr.write("\n");
    throw new CommandError(stoppedWords, interrupted);
  };
  return {
    ask: (question, { secret = false } = {}) =>
      answerTo(question, "Give it as --set key=value, or answer.", secret),
    async confirm(question) {
      if (yes) return true;
      const remedy = "Answer y or n, or confirm all with --yes.";
      return /^y(es)?$/i.test((await answerTo(`${question} [y/N]`, remedy)) ?? "");
    },
    close: () => lines.close(),
  };
}

/** While something is looked up or made nobody waits for a line: as Ctrl-C ends a process that reads none. */
function endAtOnce(): void {
  process.stderr.write(`${stoppedWords}\n`);
  process.kill(process.pid, "SIGINT");
}

/** Asks whoever sits here; throws CommandError with the remedy where nobody does. An empty line is no. */
export async function confirmHere(question: string, remedy: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new CommandError(`Nobody can be asked here: ${remedy}`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(escapeControls(`${question} `))).trim());
  } finally {
    terminal.close();
  }
}

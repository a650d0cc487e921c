import { spawn } from "node:child_process";
import path from "node:path";

const bin = path.resolve(import.meta.dirname, "../../bin/waypost.js");

/** `waypost add`; answers are typed, one line each. */
export function add(
  cwd: string,
  args: readonly string[],
  answers: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
) {
  const { PATH } = process.env;
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = spawn(process.execPath, [bin, "add", ...args], {
      cwd,
      env: { PATH, OPS_PORT: "1", ...more },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.end(answers.map((answer) => `${answer}\n`).join(""));
    child.once("close", (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../bin/waypost.js", import.meta.url));

export interface Running {
  readonly child: ChildProcess;
  /** Its bytes, as Latin-1. */
  out(): string;
  err(): string;
  readonly code: Promise<number | null>;
}

/** The built program (`npm run build`) as a person starts it, with the ops port of the test's own. */
export function startCli(
  args: readonly string[],
  ops: { readonly url: string; readonly token: string },
): Running {
  const { PATH = "", HOME = "" } = process.env;
  const { hostname, port } = new URL(ops.url);
  const env = { PATH, HOME, TZ: "UTC", OPS_HOST: hostname, OPS_PORT: port };
  const child = spawn(process.execPath, [program, ...args], {
    // A folder without `.env` and `data`.
    cwd: import.meta.dirname,
    env: { ...env, ...(ops.token && { OPS_TOKENS: ops.token }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Record<"out" | "err", Buffer[]> = { out: [], err: [] };
  child.stdout.on("data", (chunk) => chunks.out.push(chunk));
  child.stderr.on("data", (chunk) => chunks.err.push(chunk));
  return {
    child,
    out: () => Buffer.concat(chunks.out).toString("latin1"),
    err: () => Buffer.concat(chunks.err).toString(),
    code: new Promise((resolve) => child.once("close", resolve)),
  };
}

export async function runCli(
  args: readonly string[],
  ops: { readonly url: string; readonly token: string },
) {
  const running = startCli(args, ops);
  const code = await running.code;
  return { code, out: Buffer.from(running.out(), "latin1").toString(), err: running.err() };
}

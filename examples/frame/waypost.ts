import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";

const bin = fileURLToPath(new URL("../../bin/waypost.js", import.meta.url));

/** A Waypost of its own process. */
export interface Waypost {
  /** Where one sees it; logs in. */
  readonly console: string;
  readonly publicUrl: string;
  readonly opsUrl: string;
  /** A command about it. */
  run(...args: readonly string[]): ChildProcess;
  /** With all commands that still run. */
  end(): Promise<void>;
}

/** Resolves when it is ready. Its ports are those of the environment, or 8080 and 8081, where they are free. */
export async function startWaypost(given: Readonly<Record<string, string>>): Promise<Waypost> {
  const { PORT = 8080, OPS_PORT = 8081 } = process.env;
  const [port, opsPort] = [await freePort(Number(PORT)), await freePort(Number(OPS_PORT))];
  const running = new Set<ChildProcess>();
  const env = { ...process.env, HOST: "127.0.0.1", PORT: String(port), OPS_PORT: String(opsPort) };
  const run = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [bin, ...args], {
      env: { ...env, ...given },
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    return child;
  };
  const end = async () => {
    for (const child of running) child.kill();
    await Promise.all([...running].map((child) => once(child, "exit")));
  };
  const link = await linkOf(run("start"));
  return {
    ...{ console: link, run, end },
    publicUrl: `http://127.0.0.1:${port}`,
    opsUrl: `http://127.0.0.1:${opsPort}`,
  };
}

/** The banner comes when it is ready, and ends with the commands that one may try. */
function linkOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let shown = "";
    child.stdout?.on("data", (chunk) => {
      shown += String(chunk);
      const link = /https?:\/\/\S+\/console\S*/.exec(shown)?.[0];
      if (link !== undefined && shown.includes("events --follow")) resolve(link);
    });
    child.once("exit", () => reject(new Error("Waypost ended; see the lines above.")));
  });
}

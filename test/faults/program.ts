import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { waitFor } from "../support/wait-for.ts";

const bin = fileURLToPath(new URL("../../bin/waypost.js", import.meta.url));
export const appSecret = "invented_app_secret";
export const verifyToken = "invented_verify_token";
export const opsToken = "invented_ops_token";

/** Waypost as its own process, compiled, on private ports; the same ports and DATA_DIR at every start. */
export interface Program {
  readonly webhookUrl: string;
  readonly opsUrl: string;
  /** Starts and waits until it is ready. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  freeze(): void;
  /** SIGHUP: reads waypost.yaml again. */
  hangUp(): void;
  thaw(): void;
  /** All that it wrote, stdout and stderr. */
  output(): string;
  pid(): number | undefined;
}

export async function createProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  run: readonly string[] = [bin],
  cwd?: string,
): Promise<Program> {
  const [port, opsPort] = [await freePort(), await freePort()];
  const webhookUrl = `http://127.0.0.1:${port}/webhooks/whatsapp`;
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  let child: ChildProcess | undefined;
  let output = "";
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null) return ending?.exitCode ?? null;
    const exited = once(ending, "exit");
    ending.kill(signal);
    ending.kill("SIGCONT");
    const [code] = await exited;
    return code as number | null;
  };
  return {
    webhookUrl,
    opsUrl,
    async start() {
      const { PATH = "", HOME = "" } = process.env;
      const started = spawn(process.execPath, [...run, ...args], {
        env: {
          PATH,
          HOME,
          HOST: "127.0.0.1",
          PORT: String(port),
          OPS_PORT: String(opsPort),
          OPS_TOKENS: opsToken,
          WHATSAPP_APP_SECRET: appSecret,
          WHATSAPP_VERIFY_TOKEN: verifyToken,
          ...env,
        },
        cwd,
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream?.on("data", (chunk) => {
          output += String(chunk);
        });
      }
      const begun = performance.now();
      await waitFor(
        `${args[0]} is ready`,
        async () => {
          if (started.exitCode !== null)
            throw new Error(`it ended at once:\n${output.slice(-2_000)}`);
          return fetch(`${opsUrl}/readyz`).then(
            (answer) => answer.ok,
            () => false,
          );
        },
        180_000,
      ).catch((error: Error) => {
        throw new Error(`${error.message}; it said:\n${output.slice(-4_000)}`);
      });
      process.stderr.write(`ready after ${Math.round(performance.now() - begun)} ms\n`);
    },
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    hangUp: () => void child?.kill("SIGHUP"),
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    output: () => output,
    pid: () => child?.pid,
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

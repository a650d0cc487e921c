import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { askOps, CommandError, exitCodes, type ResolveOps } from "../common/ops-client.ts";
import { sign } from "../simulate/wire.ts";

const bin = fileURLToPath(new URL("../../../bin/waypost.js", import.meta.url));
const upMs = 60_000;
const lookMs = 250;

export interface RunningWaypost {
  readonly startedHere: boolean;
  /** Ends it when it was started here. */
  close(): Promise<void>;
}

/** The one that runs here, or a new one. Throws CommandError where it does not come up. */
export async function ensureRunning(
  resolve: ResolveOps,
  env: NodeJS.ProcessEnv,
): Promise<RunningWaypost> {
  if (await answers(resolve)) return { startedHere: false, close: async () => undefined };
  const child = spawn(process.execPath, ["--disable-proto=delete", bin, "start"], {
    env: { ...env, LOG_LEVEL: "warn" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2_000);
  });
  const ended = once(child, "close");
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    for (const end = Date.now() + upMs; Date.now() < end && child.exitCode === null; ) {
      if (await answers(resolve)) return { startedHere: true, close };
      await sleep(lookMs);
    }
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  throw new CommandError(`Waypost did not start:\n${errors.trim()}`, exitCodes.wrong);
}

async function answers(resolve: ResolveOps): Promise<boolean> {
  try {
    await askOps({}, resolve, (client) => client.get("/api/status"));
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === exitCodes.unreachable) return false;
    throw error;
  }
}

/**
 * Whether the receiver takes what is signed with this secret: a signed POST with nothing in it. One that was started before the
 * secret was known does not. Its port opens last. Throws CommandError where it does not answer so or so.
 */
export async function takesSecret(webhookUrl: string, secret: string): Promise<boolean> {
  const body = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');
  const headers = {
    "content-type": "application/json",
    "x-hub-signature-256": sign(body, secret),
  };
  for (const end = Date.now() + upMs; Date.now() < end; await sleep(lookMs)) {
    try {
      const response = await request(webhookUrl, { method: "POST", headers, body });
      await response.body.dump();
      if (response.statusCode === 200 || response.statusCode === 401) {
        return response.statusCode === 200;
      }
    } catch {
      // Not there yet.
    }
  }
  throw new CommandError(
    `Waypost's receiver does not answer at ${webhookUrl}.`,
    exitCodes.unreachable,
  );
}

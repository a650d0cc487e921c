import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { CommandError, exitCodes } from "../common/ops-client.ts";

export interface Tunnel {
  /** The public address, without a slash at the end. */
  readonly url: string;
  readonly program: string;
  /** False when its program has ended. */
  open(): boolean;
  close(): Promise<void>;
}

interface Program {
  readonly name: string;
  readonly args: (port: number) => string[];
  /** Within what it prints. */
  readonly address: RegExp;
}

const programs: readonly Program[] = [
  {
    name: "cloudflared",
    args: (port) => ["tunnel", "--no-autoupdate", "--url", `http://127.0.0.1:${port}`],
    address: /https:\/\/[a-z0-9-]+\.trycloudflare\.com/,
  },
  {
    name: "ngrok",
    args: (port) => ["http", String(port), "--log", "stdout", "--log-format", "json"],
    address: /"url":"(https?:\/\/[^"]+)"/,
  },
];

const upMs = 40_000;
/** Of what it prints, for the message when it fails. */
const mostOutput = 4_000;

/** Opens one to this port by the first program that is installed. Throws CommandError. */
export async function openTunnel(port: number, searchPath = process.env["PATH"]): Promise<Tunnel> {
  for (const program of programs) {
    const file = await find(program.name, searchPath);
    if (file !== undefined) return start(program, file, port);
  }
  throw new CommandError(
    "Neither cloudflared nor ngrok is installed. Install one (https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/downloads, https://ngrok.com/download), " +
      "or make the public port reachable in another way, set PUBLIC_URL and run `waypost connect --apply`.",
  );
}

async function find(name: string, searchPath = ""): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter)) {
    const file = path.join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && runs) return file;
  }
  return undefined;
}

async function start(program: Program, file: string, port: number): Promise<Tunnel> {
  const child = spawn(file, program.args(port), { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close").then(
    () => undefined,
    () => undefined,
  );
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    const url = await addressOf(child, program);
    return {
      url: url.replace(/\/$/, ""),
      program: program.name,
      open: () => child.exitCode === null,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As soon as it prints one. */
function addressOf(child: ChildProcess, { name, address }: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string) => {
      clearTimeout(timer);
      const last = output.trim().split("\n").slice(-3).join("\n");
      reject(new CommandError(`${name} ${why}.\n${last}`, exitCodes.wrong));
    };
    const timer = setTimeout(() => fail("gave no address in time"), upMs);
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-mostOutput);
      const found = address.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[1] ?? found[0]);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", () => fail("cannot be started"));
    child.once("close", () => fail("ended"));
  });
}

import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../support/describe-error.ts";
import { ConfigError } from "./config-error.ts";

const makers = {
  /** The form of Meta's own. */
  WHATSAPP_APP_SECRET: () => randomBytes(16).toString("hex"),
  WHATSAPP_VERIFY_TOKEN: () => randomBytes(24).toString("base64url"),
  OPS_TOKENS: () => randomBytes(32).toString("base64url"),
};
export type GeneratedKey = keyof typeof makers;
type Secrets = { [key in GeneratedKey]?: string };

/**
 * These secrets of `DATA_DIR/secrets.env` (0600, directory 0700), missing ones generated and durable. Starts
 * at the same time agree: each appends in one write, the first line of a key counts.
 */
export async function ensureSecrets(
  dataDir: string,
  keys: readonly GeneratedKey[],
): Promise<Secrets> {
  const file = secretsFile(dataDir);
  try {
    const missing = missingIn(await readSecrets(dataDir), keys);
    if (missing.length > 0) {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      await append(file, missing.map((key) => `${key}=${makers[key]()}\n`).join(""));
    }
    /* Best effort: a mounted file may belong to someone else. */
    await chmod(file, 0o600).catch(() => undefined);
    const secrets = await readSecrets(dataDir);
    return Object.fromEntries(keys.map((key) => [key, secrets[key]]));
  } catch (error) {
    throw new ConfigError([
      {
        where: "DATA_DIR",
        problem: `secrets.env in it cannot be read or written (${errorCode(error)})`,
        remedy: `Make the directory writable, or set ${keys.join(", ")} yourself`,
      },
    ]);
  }
}

/** What `secrets.env` holds, nothing when there is none. Rejects when it cannot be read. */
export async function readSecrets(dataDir: string): Promise<Secrets> {
  const text = await readFile(secretsFile(dataDir), "utf8").catch((error) => {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  });
  const found: Secrets = {};
  for (const [, name = "", value = ""] of text.matchAll(/^([A-Z_]+)=["']?([^\s"']+)/gm)) {
    if (isGeneratedKey(name)) found[name] ??= value;
  }
  return found;
}

function isGeneratedKey(name: string): name is GeneratedKey {
  return Object.hasOwn(makers, name);
}

function missingIn(secrets: Secrets, keys: readonly GeneratedKey[]): GeneratedKey[] {
  return keys.filter((key) => secrets[key] === undefined);
}

async function append(file: string, lines: string): Promise<void> {
  const handle = await open(file, "a", 0o600);
  try {
    /* A leading line end keeps a line that a crash tore, or that an editor left open, to itself. */
    await handle.write(`\n${lines}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function secretsFile(dataDir: string): string {
  return path.join(dataDir, "secrets.env");
}

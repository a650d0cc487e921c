import { chmod, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { errorCode } from "../../support/describe-error.ts";
import { CommandError, exitCodes } from "./ops-client.ts";

const file = ".env";

/**
 * Puts these into `.env` in this folder, for its owner alone: in place of what stands there of the same name, else at the end. All
 * else stays as it is.
 */
export async function keepInEnv(values: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(values).length === 0) return;
  const text = withValues(await readOrEmpty(file), values);
  await naming(file, () => replaceFile(file, text, 0o600));
}

/** As a whole: a crash or a full disk leaves the old one. Where it is a link, what that leads to. */
export async function replaceFile(file: string, text: string, mode?: number): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const rights = mode ?? (await stat(target).catch(() => undefined))?.mode;
  const fresh = `${target}.${process.pid}.tmp`;
  try {
    await writeFile(fresh, text, { mode });
    if (rights !== undefined) await chmod(fresh, rights & 0o777);
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    // A file that a container mounts cannot be replaced.
    if (errorCode(error) !== "EBUSY") throw error;
    await writeFile(target, text);
  }
}

/** Pure. */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  let all = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  for (const [name, value] of Object.entries(values)) {
    const line = `${name}=${quoted(value)}`;
    const there = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*$`, "m");
    all = there.test(all) ? all.replace(there, () => line) : `${all}${line}\n`;
  }
  return all;
}

/** As `.env` reads it back: within single quotes nothing is special, within double ones only line breaks are. */
function quoted(value: string): string {
  if (!value.includes("'")) return `'${value}'`;
  if (!value.includes('"')) return `"${value}"`;
  throw new CommandError(
    "A secret with both kinds of quotes does not fit into .env: put it into a file, and name that in NAME_FILE.",
  );
}

/** "": there is none. Throws CommandError, as `naming` does. */
export async function readOrEmpty(file: string, shown = file): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    const words = `${shown} cannot be read (${errorCode(error)}): it must be a readable file.`;
    throw new CommandError(words, exitCodes.wrong);
  });
}

/** Names the file that cannot be written. */
export async function naming(shown: string, write: () => Promise<void>): Promise<void> {
  await write().catch((error: unknown) => {
    const words = `${shown} cannot be written (${errorCode(error)}). Make the file and its folder writable, then run this again.`;
    throw new CommandError(words, exitCodes.wrong);
  });
}

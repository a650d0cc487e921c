import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { ConfigError, type ConfigProblem, errorCode } from "../../config/config-error.ts";
import { readGiven } from "../../config/env.ts";
import { quoted } from "../common/env-file.ts";
import { CommandError, exitCodes } from "../common/ops-client.ts";

/** waypost.yaml, where WAYPOST_CONFIG says that it is. */
export interface ConfigFile {
  readonly shown: string;
  /** The environment, with `.env`. */
  readonly given: Readonly<Record<string, string>>;
  /** "": there is none. */
  read(): Promise<string>;
  write(text: string): Promise<void>;
}

export async function configFileOf(env: NodeJS.ProcessEnv): Promise<ConfigFile> {
  const problems: ConfigProblem[] = [];
  const given = await readGiven(env, process.cwd(), problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const { WAYPOST_CONFIG: shown = "waypost.yaml" } = given;
  const file = path.resolve(shown);
  return {
    ...{ shown, given },
    read: () => readOrEmpty(file, shown),
    write: (text) => write(file, text, shown),
  };
}

async function readOrEmpty(file: string, shown: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    const words = `${shown} cannot be read (${errorCode(error)}): it must be a readable file.`;
    throw new CommandError(exitCodes.wrong, words);
  });
}

async function write(file: string, text: string, shown: string): Promise<void> {
  // The mode counts for a file that is made.
  const mode = shown === ".env" ? { mode: 0o600 } : {};
  await writeFile(file, text, mode).catch((error: unknown) => {
    const words = `${shown} cannot be written (${errorCode(error)}). Make the file and its folder writable, then run this again.`;
    throw new CommandError(exitCodes.wrong, words);
  });
}

/** At the end of `.env` in this folder, which is made for its owner alone. */
export async function keepSecrets(secrets: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${quoted(value)}`);
  if (lines.length === 0) return;
  const before = await readOrEmpty(".env", ".env");
  const begin = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  await write(".env", `${begin}${lines.join("\n")}\n`, ".env");
}

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { ConfigError, type ConfigProblem } from "../../config/config-error.ts";
import { readGiven } from "../../config/env.ts";
import { quoted } from "../common/env-file.ts";

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
    read: () => readFile(file, "utf8").catch(absentIsEmpty),
    write: (text) => writeFile(file, text),
  };
}

function absentIsEmpty(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
  throw error;
}

/** At the end of `.env` in this folder, which is made for its owner alone. */
export async function keepSecrets(secrets: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${quoted(value)}`);
  if (lines.length === 0) return;
  const before = await readFile(".env", "utf8").catch(absentIsEmpty);
  const begin = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  // The mode counts for a file that is made.
  await writeFile(".env", `${begin}${lines.join("\n")}\n`, { mode: 0o600 });
}

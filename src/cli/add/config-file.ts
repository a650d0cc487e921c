import path from "node:path";
import { ConfigError, type ConfigProblem } from "../../config/config-error.ts";
import { readGiven } from "../../config/env.ts";
import { naming, readOrEmpty, replaceFile } from "../common/env-file.ts";

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
    write: (text) => naming(shown, () => replaceFile(file, text)),
  };
}

import { type Command, Option } from "commander";
import { type Config, loadConfig, type Role } from "../config/config.ts";
import { ConfigError, type ConfigProblem, firstOfEach } from "../config/config-error.ts";
import { readGiven } from "../config/env.ts";
import type { Routing } from "../config/routing.ts";
import { warningsOf } from "../config/warnings.ts";
import type { CommandParts } from "./common/command.ts";
import { exitCodes, runCommand } from "./common/ops-client.ts";
import { print, safeJson } from "./common/terminal.ts";

const roles: Role[] = ["start", "receive", "work", "ops"];

/** waypost.yaml with all its problems, as a start reads it. Throws a ConfigError. */
export type ReadRouting = (
  env: NodeJS.ProcessEnv,
  hasRabbit: boolean,
  cwd: string,
) => Promise<Routing>;

export async function register(program: Command, { env }: CommandParts): Promise<void> {
  const { readRouting } = await import("../app/plan.ts");
  registerConfigCheck(program, env, readRouting);
}

/** `waypost config check`: every problem of environment and waypost.yaml at once; changes nothing. */
export function registerConfigCheck(
  program: Command,
  env: NodeJS.ProcessEnv,
  read: ReadRouting,
): void {
  program
    .command("config")
    .description("checks the configuration")
    .command("check")
    .description(
      "Checks the environment and waypost.yaml and prints every problem with its remedy. Exit code 0 or 2.",
    )
    .addOption(new Option("--role <role>", "as this role").choices(roles).default("start"))
    .option("--json", "as one line of JSON")
    .action(({ role, json }: { role: Role; json?: true }) =>
      runCommand(async () => show(await checkConfig(env, role, read), json ?? false)),
    );
}

function show(found: ConfigFindings, json: boolean): number {
  const wrong = found.problems.length > 0;
  if (json) print(safeJson(found));
  else if (wrong) throw new ConfigError(found.problems);
  else for (const line of lines(found)) print(line);
  return wrong ? exitCodes.usage : 0;
}

/** Holds no secret. */
export interface ConfigFindings {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
  readonly destinations: number;
  readonly routes: number;
}

/** Reads all there is to read, whatever fails. Generates no secrets. */
export async function checkConfig(
  env: NodeJS.ProcessEnv,
  role: Role,
  read: ReadRouting,
  cwd: string = process.cwd(),
): Promise<ConfigFindings> {
  const problems: ConfigProblem[] = [];
  const collect = (error: unknown): undefined => {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  };
  const config: Config | undefined = await loadConfig(env, role, { cwd, generate: false }).catch(
    collect,
  );
  const routing: Routing | undefined = await read(env, await givesRabbit(env, cwd), cwd).catch(
    collect,
  );
  return {
    problems: firstOfEach(problems),
    warnings: warningsOf(config, routing),
    destinations: Object.keys(routing?.destinations ?? {}).length,
    routes: routing?.routes.length ?? 0,
  };
}

/** Also by an address that is wrong: that is another problem. */
async function givesRabbit(env: NodeJS.ProcessEnv, cwd: string): Promise<boolean> {
  const given = await readGiven(env, cwd, []);
  return "RABBITMQ_URL" in given || "RABBITMQ_URL_FILE" in given;
}

function lines({ warnings, destinations, routes }: ConfigFindings): string[] {
  return [
    `The configuration has no problems. Destinations: ${destinations}, routes: ${routes}.`,
    ...warnings.map((warning) => `Note: ${warning}`),
  ];
}

import type { Command } from "commander";
import { type Config, loadConfig } from "../config/config.ts";
import { ConfigError } from "../config/config-error.ts";
import { loadRouting } from "../config/load-routing.ts";
import type { Routing } from "../config/routing.ts";
import { warningsOf } from "../config/warnings.ts";
import { destinationKinds } from "../destinations/kinds.ts";
import { bad, type Check, good } from "./doctor/check.ts";
import { checkBroker, checkStore } from "./doctor/check-carriers.ts";
import { checkDestinations } from "./doctor/check-destinations.ts";
import { checkFiles } from "./doctor/check-files.ts";
import {
  askOps,
  CommandError,
  exitCodes,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
} from "./ops-client.ts";
import { escapeControls, pad, print, safeJson } from "./terminal.ts";

interface Parts {
  readonly env: NodeJS.ProcessEnv;
  /** For an embedded Waypost that runs: its files are locked, so it is asked. */
  readonly resolve: ResolveOps;
}

/** `waypost doctor`: everything Waypost needs, tried out from here. Exits 1 when something is not right. */
export function registerDoctor(program: Command, parts: Parts): void {
  program
    .command("doctor")
    .summary("check the configuration and all it leads to")
    .description(
      "Checks the configuration, broker, store and each destination's credentials from here, with calls that change nothing, and says what to do.",
    )
    .option("--json", "one check per line as JSON")
    .option("--url <url>", "the ops API of an embedded Waypost that runs")
    .addOption(tokenOption)
    .action((flags: OpsFlags & { json?: true }) =>
      runCommand(async () => {
        const checks = await examine(parts, flags);
        const lines = checks.flatMap(flags.json ? (check) => safeJson(check) : checkLines);
        for (const line of lines) print(line);
        return checks.every(({ ok }) => ok) ? 0 : exitCodes.wrong;
      }),
    );
}

/** Goes as far as what it finds allows. Never rejects for what it finds. */
export async function examine({ env, resolve }: Parts, flags: OpsFlags): Promise<Check[]> {
  const checks: Check[] = [];
  const collect = (error: unknown): undefined => {
    if (!(error instanceof ConfigError)) throw error;
    for (const { where, problem, remedy } of error.problems) {
      checks.push(bad("config", `${where} ${problem}`, `${remedy}.`));
    }
  };
  const config: Config | undefined = await loadConfig(env, "start", { generate: false }).catch(
    collect,
  );
  const routing: Routing | undefined = await loadRouting(env, destinationKinds).catch(collect);
  if (checks.length === 0 && routing) checks.push(...configChecks(config, routing));
  if (config === undefined) return checks;
  const [broker, store, destinations, files] = await Promise.all([
    checkBroker(config),
    checkStore(config),
    routing === undefined ? [] : checkDestinations(config, routing),
    checkFiles(config),
  ]);
  const stored = store === "in use" ? await askRunning(resolve, flags) : store;
  return [...checks, ...broker, ...stored, ...destinations, ...files];
}

function configChecks(config: Config | undefined, routing: Routing) {
  const [to, by] = [Object.keys(routing.destinations).length, routing.routes.length];
  return [
    good("config", `no problems; destinations: ${to}, routes: ${by}`),
    ...warningsOf(config, routing).map((note) => good("config", `note: ${note}`)),
  ];
}

/** What the running Waypost says of itself stands for what cannot be looked at from outside. */
async function askRunning(resolve: ResolveOps, flags: OpsFlags): Promise<Check[]> {
  const running = "the files are in use by a running Waypost";
  try {
    const { problems } = await askOps(flags, resolve, (client) => client.get("/api/status"));
    const errors = problems.filter(({ level }) => level === "error");
    return [
      good("store", `${running}, which was asked instead`),
      ...errors.map(({ what, remedy }) => bad("status", what, remedy)),
      ...(errors.length === 0 ? [good("status", "it says that nothing is wrong")] : []),
    ];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [bad("store", `${running}, which does not answer`, error.message)];
  }
}

function checkLines({ of, ok, found, remedy }: Check): string[] {
  const line = `${ok ? "✓" : "✗"} ${pad(of, 12)}  ${found}`;
  const lines = remedy === undefined ? [line] : [line, `  ${pad("", 12)}  → ${remedy}`];
  return lines.map(escapeControls);
}

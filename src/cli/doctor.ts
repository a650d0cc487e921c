import type { Command } from "commander";
import { bad, good } from "../app/doctor/check.ts";
import { checkStore } from "../app/doctor/check-carriers.ts";
import { examine } from "../app/doctor/examine.ts";
import { type DoctorFinding, runbookFile } from "../contracts.ts";
import type { CommandParts } from "./common/command.ts";
import {
  askOps,
  CommandError,
  exitCodes,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
} from "./common/ops-client.ts";
import { escapeControls, pad, print, safeJson } from "./common/terminal.ts";

type Parts = Pick<CommandParts, "env" | "resolve">;

/** `waypost doctor`: everything Waypost needs, tried out from here. Exits 1 when something is not right. */
export function register(program: Command, parts: CommandParts): void {
  program
    .command("doctor")
    .summary("check the configuration and all it leads to")
    .description(
      "Checks the configuration, broker, store, disk, clock, certificate, each destination's credentials and Meta's side from here, with calls that change nothing, and says what to do.",
    )
    .option("--json", "one check per line as JSON")
    .option("--url <url>", "the ops API of an embedded Waypost that runs")
    .addOption(tokenOption)
    .action((flags: OpsFlags & { json?: true }) =>
      runCommand(async () => {
        const checks = await examineHere(parts, flags);
        const lines = checks.flatMap(flags.json ? (check) => safeJson(check) : checkLines);
        for (const line of lines) print(line);
        return checks.every(({ ok }) => ok) ? 0 : exitCodes.wrong;
      }),
    );
}

/** As it is from here; a store whose files a running Waypost has, that one is asked about. */
export function examineHere({ env, resolve }: Parts, flags: OpsFlags): Promise<DoctorFinding[]> {
  return examine({
    env,
    checkStore: async (config) => {
      const found = await checkStore(config);
      return found === "in use" ? askRunning(resolve, flags) : found;
    },
  });
}

/** What the running Waypost says of itself stands for what cannot be looked at from outside. */
async function askRunning(resolve: ResolveOps, flags: OpsFlags): Promise<DoctorFinding[]> {
  const running = "the files are in use by a running Waypost";
  try {
    const { problems } = await askOps(flags, resolve, (client) => client.get("/api/status"));
    const errors = problems.filter(({ level }) => level === "error");
    return [
      good("store", `${running}, which was asked instead`),
      ...errors.map(({ kind, what, remedy }) => bad("status", kind, what, remedy)),
      ...(errors.length === 0 ? [good("status", "it says that nothing is wrong")] : []),
    ];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [bad("store", "store_not_ready", `${running}, which does not answer`, error.message)];
  }
}

function checkLines({ of, ok, found, remedy, kind }: DoctorFinding): string[] {
  const todo = [remedy, kind && `(${runbookFile(kind)})`].filter(Boolean).join(" ");
  const line = `${ok ? "✓" : "✗"} ${pad(of, 12)}  ${found}`;
  const lines = todo === "" ? [line] : [line, `  ${pad("", 12)}  → ${todo}`];
  return lines.map(escapeControls);
}

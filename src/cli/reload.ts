import type { Command } from "commander";
import type { Answer } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import {
  askOps,
  exitCodes,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import { escapeControls, print, safeJson } from "./common/terminal.ts";

type Flags = OpsFlags & { readonly json?: true };
type Reloaded = Answer<"POST", "/api/reload">;

/** New destinations may load a vendor's client, and a new queue may wait for the broker. */
const timeoutMs = 60_000;

/** `waypost reload`: the process that answers there reads waypost.yaml again. */
export function register(program: Command, { resolve }: CommandParts): void {
  program
    .command("reload")
    .summary("let a running Waypost read waypost.yaml again")
    .description(
      "Lets the process at --url read waypost.yaml again, without losing or reordering anything. A file with problems is refused, and what ran goes on. Roles that run apart are reloaded each at its own ops port; those still behind are listed, and the exit code is 1.",
    )
    .option("--json", "as one line of JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((flags: Flags) => runCommand(() => reload(flags, resolve)));
}

async function reload(flags: Flags, resolve: ResolveOps): Promise<number> {
  const reloaded = await askOps(flags, resolve, (client) =>
    client.post("/api/reload", { timeoutMs }),
  );
  if (flags.json) print(safeJson(reloaded));
  else for (const line of linesOf(reloaded)) print(escapeControls(line));
  return reloaded.others.length > 0 ? exitCodes.wrong : 0;
}

function linesOf({ destinations, routes, warnings, others }: Reloaded): string[] {
  return [
    `Reloaded waypost.yaml. Destinations: ${destinations}, routes: ${routes}.`,
    ...warnings.map((warning) => `Note: ${warning}`),
    ...others.map(
      ({ id, role }) =>
        `Behind: ${id} (${role}). Reload it at its own ops port, or send it SIGHUP.`,
    ),
  ];
}

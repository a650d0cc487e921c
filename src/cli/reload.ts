import type { Command } from "commander";
import type { Answer, Client } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { exitCodes } from "./common/ops-client.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { escapeControls, show } from "./common/terminal.ts";

type Reloaded = Answer<"POST", "/api/reload">;

/** New destinations may load a vendor's client, and a new queue may wait for the broker. */
const timeoutMs = 60_000;

/** `waypost reload`: the process that answers there reads waypost.yaml again. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("reload")
    .summary("let a running Waypost read waypost.yaml again")
    .description(
      "Lets the process at --url read waypost.yaml again, without losing or reordering anything. A file with problems is refused, and what ran goes on. Roles that run apart are reloaded each at its own ops port; those still behind are listed, and the exit code is 1.",
    )
    .option("--json", "as one line of JSON");
  asksOps(command, resolve, reload);
}

async function reload(client: Client, { json }: AskFlags): Promise<number> {
  const reloaded = await client.post("/api/reload", { timeoutMs });
  show(reloaded, json, linesOf);
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
  ].map(escapeControls);
}

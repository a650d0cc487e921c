import type { Command } from "commander";
import type { Client, Destination } from "../client/client.ts";
import { destinationLines } from "./destination-lines.ts";
import {
  askOps,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./ops-client.ts";
import { columns, cut, print, safeJson } from "./terminal.ts";

type Flags = OpsFlags & { readonly json?: true };

/** `waypost destinations`: how they fare; pausing and resuming one. */
export function registerDestinations(program: Command, resolve: ResolveOps): void {
  const command = program
    .command("destinations")
    .summary("show how the destinations fare")
    .description("Shows each destination: its state, what waits, the last success and error.")
    .option("--json", "one destination per line as JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((flags: Flags) => runCommand(() => list(flags, resolve)));
  command
    .command("pause")
    .summary("stop delivering to one")
    .description("Stops delivering until it is resumed. Its events wait and nothing is lost.")
    .argument("<name>", "the destination")
    .option("--reason <text>", "shown with it, at most 200 characters")
    .action((name: string, { reason }: { reason?: string }, self: Command) =>
      runCommand(() =>
        act(self.optsWithGlobals(), resolve, (client) =>
          client.post("/api/destinations/{name}/pause", { path: { name }, body: { reason } }),
        ),
      ),
    );
  command
    .command("resume")
    .summary("go on delivering to one")
    .description("Goes on, in order, with what has waited; whoever paused it.")
    .argument("<name>", "the destination")
    .action((name: string, _flags: object, self: Command) =>
      runCommand(() =>
        act(self.optsWithGlobals(), resolve, (client) =>
          client.post("/api/destinations/{name}/resume", { path: { name } }),
        ),
      ),
    );
}

async function list(flags: Flags, resolve: ResolveOps): Promise<number> {
  const { items } = await askOps(flags, resolve, (client) => client.get("/api/destinations"));
  for (const item of items) show(item, flags);
  if (items.length === 0) process.stderr.write("No destination is configured.\n");
  return 0;
}

async function act(
  flags: Flags,
  resolve: ResolveOps,
  ask: (client: Client) => Promise<Destination>,
): Promise<number> {
  show(await askOps(flags, resolve, ask), flags);
  return 0;
}

function show(destination: Destination, { json }: Flags): void {
  if (json) print(safeJson(destination));
  else for (const line of destinationLines(destination, new Date())) print(cut(line, columns()));
}

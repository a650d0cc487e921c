import type { Command } from "commander";
import type { Client, Destination } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { destinationLines } from "./common/destination-lines.ts";
import {
  askOps,
  exitCodes,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import { columns, cut, escapeControls, print, safeJson } from "./common/terminal.ts";

type Flags = OpsFlags & { readonly json?: true };

/** `waypost destinations`: how they fare; pausing and resuming one. */
export function register(program: Command, { resolve }: CommandParts): void {
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
    .option("--for <duration>", "then it goes on by itself: 30min, 2h, 1d")
    .action(
      (name: string, { reason, for: lasts }: { reason?: string; for?: string }, self: Command) =>
        runCommand(() =>
          act(self.optsWithGlobals(), resolve, (client) =>
            client.post("/api/destinations/{name}/pause", {
              path: { name },
              body: { reason, for: lasts },
            }),
          ),
        ),
    );
  command
    .command("check")
    .summary("ask one whether it would take something")
    .description("Makes the harmless calls of `waypost doctor`. Delivers nothing.")
    .argument("<name>", "the destination")
    .action((name: string, _flags: object, self: Command) =>
      runCommand(() => check(name, self.optsWithGlobals(), resolve)),
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

/** At most 15 s and what it takes to begin. */
const checkMs = 30_000;

async function check(name: string, flags: Flags, resolve: ResolveOps): Promise<number> {
  const found = await askOps(flags, resolve, (client) =>
    client.post("/api/destinations/{name}/check", { path: { name }, timeoutMs: checkMs }),
  );
  if (flags.json) print(safeJson(found));
  else {
    for (const { ok, name: what, detail } of found.checks) {
      print(cut(escapeControls(`${ok ? "ok " : "bad"}  ${what}: ${detail}`), columns()));
    }
  }
  return found.ok ? 0 : exitCodes.wrong;
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

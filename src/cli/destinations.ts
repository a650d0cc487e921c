import type { Command } from "commander";
import type { Client, Destination } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { destinationLines } from "./common/destination-lines.ts";
import { exitCodes } from "./common/ops-client.ts";
import { type AskFlags, asking, asksOps } from "./common/ops-command.ts";
import { fitted, show, showEach } from "./common/terminal.ts";

/** `waypost destinations`: how they fare; pausing and resuming one. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("destinations")
    .summary("show how the destinations fare")
    .description("Shows each destination: its state, what waits, the last success and error.")
    .option("--json", "one destination per line as JSON");
  asksOps(command, resolve, list);
  command
    .command("pause")
    .summary("stop delivering to one")
    .description("Stops delivering until it is resumed. Its events wait and nothing is lost.")
    .argument("<name>", "the destination")
    .option("--reason <text>", "shown with it, at most 200 characters")
    .option("--for <duration>", "then it goes on by itself: 30min, 2h, 1d")
    .action(asking(resolve, pause));
  command
    .command("check")
    .summary("ask one whether it would take something")
    .description("Makes the harmless calls of `waypost doctor`. Delivers nothing.")
    .argument("<name>", "the destination")
    .action(asking(resolve, check));
  command
    .command("resume")
    .summary("go on delivering to one")
    .description("Goes on, in order, with what has waited; whoever paused it.")
    .argument("<name>", "the destination")
    .action(asking(resolve, resume));
}

/** At most 15 s and what it takes to begin. */
const timeoutMs = 30_000;

async function check(client: Client, { json }: AskFlags, name: string): Promise<number> {
  const found = await client.post("/api/destinations/{name}/check", { path: { name }, timeoutMs });
  show(found, json, ({ checks }) =>
    checks.map(({ ok, name: what, detail }) => fitted(`${ok ? "ok " : "bad"}  ${what}: ${detail}`)),
  );
  return found.ok ? 0 : exitCodes.wrong;
}

async function list(client: Client, { json }: AskFlags): Promise<void> {
  const { items } = await client.get("/api/destinations");
  showEach(items, json, linesOf, "No destination is configured.");
}

async function pause(
  client: Client,
  { reason, for: lasts, json }: AskFlags & { reason?: string; for?: string },
  name: string,
): Promise<void> {
  const request = { path: { name }, body: { reason, for: lasts } };
  show(await client.post("/api/destinations/{name}/pause", request), json, linesOf);
}

async function resume(client: Client, { json }: AskFlags, name: string): Promise<void> {
  show(await client.post("/api/destinations/{name}/resume", { path: { name } }), json, linesOf);
}

function linesOf(destination: Destination): string[] {
  return destinationLines(destination, new Date()).map(fitted);
}

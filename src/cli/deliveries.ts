import type { Command } from "commander";
import type { Delivery } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import {
  addDeliveryFilters,
  type DeliveryFilterFlags,
  deliveryQueryOf,
} from "./common/delivery-filters.ts";
import { deliveryLines } from "./common/delivery-lines.ts";
import {
  askOps,
  type OpsFlags,
  type ResolveOps,
  runCommand,
  tokenOption,
  urlOption,
} from "./common/ops-client.ts";
import { columns, cut, print, safeJson } from "./common/terminal.ts";
import { parseLimit } from "./events.ts";

interface Flags extends OpsFlags, DeliveryFilterFlags {
  readonly limit: number;
  readonly json?: true;
}

/** `waypost deliveries`: what became of events at the destinations, sending one again, and giving one up. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("deliveries")
    .summary("show what reached the destinations, and why not")
    .description(
      "Shows deliveries, oldest on top, scheduled ones by when they are due. `waypost events <id>` shows those of one event.",
    );
  addDeliveryFilters(command)
    .option("--limit <n>", "how many at most", parseLimit, 50)
    .option("--json", "one delivery per line as JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((flags: Flags) => runCommand(() => list(flags, resolve)));
  command
    .command("retry")
    .summary("send one again")
    .description("Opens a dead or skipped delivery again. --url, --token and --json as above.")
    .argument("<id>", "its id, <destination>:<event id>")
    .option("--again", "also when it has taken effect already")
    .option("--not-done", "one that is unknown: you have looked, and it has not taken effect")
    .action((id: string, flags: { again?: true; notDone?: true }, self: Command) =>
      runCommand(() => retry(id, { ...self.optsWithGlobals<Flags>(), ...flags }, resolve)),
    );
  command
    .command("cancel")
    .summary("cancel a scheduled one")
    .description(
      "Ends a delivery that is not due yet, of a route with `after`. --url, --token and --json as above.",
    )
    .argument("<id>", "its id, <destination>:<event id>:<route>")
    .option("--reason <text>", "shown with it, at most 200 characters")
    .action((id: string, flags: { reason?: string }, self: Command) =>
      runCommand(() => cancel(id, { ...self.optsWithGlobals<Flags>(), ...flags }, resolve)),
    );
  command
    .command("give-up")
    .summary("end an open one")
    .description(
      "Ends an open delivery as dead; its conversation goes on. --url, --token and --json as above.",
    )
    .argument("<id>", "its id, <destination>:<event id>")
    .option("--reason <text>", "shown with it, at most 200 characters")
    .action((id: string, flags: { reason?: string }, self: Command) =>
      runCommand(() => giveUp(id, { ...self.optsWithGlobals<Flags>(), ...flags }, resolve)),
    );
}

async function list(flags: Flags, resolve: ResolveOps): Promise<number> {
  const { state, limit, json } = flags;
  const query = deliveryQueryOf(flags);
  const deliveries: Delivery[] = [];
  await askOps(flags, resolve, async (client) => {
    const newestFirst = client.list("/api/deliveries", { query, max: limit });
    for await (const delivery of newestFirst) deliveries.push(delivery);
  });
  const now = new Date();
  const oldestFirst = deliveries.reverse();
  for (const delivery of state === "scheduled" ? oldestFirst.sort(bySoonest) : oldestFirst) {
    if (json) print(safeJson(delivery));
    else for (const line of deliveryLines(delivery, now)) print(cut(line, columns()));
  }
  if (deliveries.length === 0) process.stderr.write("No delivery matches.\n");
  return 0;
}

function bySoonest({ nextAt: one = "" }: Delivery, { nextAt: other = "" }: Delivery): number {
  return one.localeCompare(other);
}

async function cancel(
  id: string,
  { reason, json, ...flags }: OpsFlags & { reason?: string; json?: true },
  resolve: ResolveOps,
): Promise<number> {
  const delivery = await askOps(flags, resolve, (client) =>
    client.post("/api/deliveries/{id}/cancel", { path: { id }, body: { reason } }),
  );
  print(json ? safeJson(delivery) : "It is cancelled, and will not be sent.");
  return 0;
}

async function retry(
  id: string,
  {
    again = false,
    notDone = false,
    json,
    ...flags
  }: OpsFlags & { again?: boolean; notDone?: boolean; json?: true },
  resolve: ResolveOps,
): Promise<number> {
  const delivery = await askOps(flags, resolve, (client) =>
    client.post("/api/deliveries/{id}/retry", { path: { id }, body: { again, notDone } }),
  );
  print(json ? safeJson(delivery) : "It is open again and tried within seconds.");
  return 0;
}

/** An attempt under way ends first, which takes a minute at most. */
const timeoutMs = 70_000;

async function giveUp(
  id: string,
  { reason, json, ...flags }: OpsFlags & { reason?: string; json?: true },
  resolve: ResolveOps,
): Promise<number> {
  const request = { path: { id }, body: { reason }, timeoutMs };
  const delivery = await askOps(flags, resolve, (client) =>
    client.post("/api/deliveries/{id}/give-up", request),
  );
  print(json ? safeJson(delivery) : "It is dead, and its conversation goes on within seconds.");
  return 0;
}

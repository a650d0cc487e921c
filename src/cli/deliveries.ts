import type { Command } from "commander";
import type { Client, Delivery } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import {
  addDeliveryFilters,
  type DeliveryFilterFlags,
  deliveryQueryOf,
} from "./common/delivery-filters.ts";
import { deliveryLines } from "./common/delivery-lines.ts";
import { type AskFlags, allOf, asking, asksOps } from "./common/ops-command.ts";
import { fitted, show, showEach } from "./common/terminal.ts";
import { parseLimit } from "./events.ts";

interface Flags extends AskFlags, DeliveryFilterFlags {
  readonly limit: number;
}

type WithReason = AskFlags & { readonly reason?: string };

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
    .option("--json", "one delivery per line as JSON");
  asksOps(command, resolve, list);
  command
    .command("retry")
    .summary("send one again")
    .description("Opens a dead or skipped delivery again. --url, --token and --json as above.")
    .argument("<id>", "its id, <destination>:<event id>")
    .option("--again", "also when it has taken effect already")
    .option("--not-done", "one that is unknown: you have looked, and it has not taken effect")
    .action(asking(resolve, retry));
  command
    .command("cancel")
    .summary("cancel a scheduled one")
    .description(
      "Ends a delivery that is not due yet, of a route with `after`. --url, --token and --json as above.",
    )
    .argument("<id>", "its id, <destination>:<event id>:<route>")
    .option("--reason <text>", "shown with it, at most 200 characters")
    .action(asking(resolve, cancel));
  command
    .command("give-up")
    .summary("end an open one")
    .description(
      "Ends an open delivery as dead; its conversation goes on. --url, --token and --json as above.",
    )
    .argument("<id>", "its id, <destination>:<event id>")
    .option("--reason <text>", "shown with it, at most 200 characters")
    .action(asking(resolve, giveUp));
}

async function list(client: Client, flags: Flags): Promise<void> {
  const asked = { query: deliveryQueryOf(flags), max: flags.limit };
  const oldestFirst = (await allOf(client.list("/api/deliveries", asked))).reverse();
  const sorted = flags.state === "scheduled" ? oldestFirst.sort(bySoonest) : oldestFirst;
  const now = new Date();
  const linesOf = (delivery: Delivery) => deliveryLines(delivery, now).map(fitted);
  showEach(sorted, flags.json, linesOf, "No delivery matches.");
}

function bySoonest({ nextAt: one = "" }: Delivery, { nextAt: other = "" }: Delivery): number {
  return one.localeCompare(other);
}

async function cancel(client: Client, { reason, json }: WithReason, id: string): Promise<void> {
  const request = { path: { id }, body: { reason } };
  const delivery = await client.post("/api/deliveries/{id}/cancel", request);
  show(delivery, json, () => "It is cancelled, and will not be sent.");
}

async function retry(
  client: Client,
  { again = false, notDone = false, json }: AskFlags & { again?: boolean; notDone?: boolean },
  id: string,
): Promise<void> {
  const request = { path: { id }, body: { again, notDone } };
  const delivery = await client.post("/api/deliveries/{id}/retry", request);
  show(delivery, json, () => "It is open again and tried within seconds.");
}

/** An attempt under way ends first, which takes a minute at most. */
const timeoutMs = 70_000;

async function giveUp(client: Client, { reason, json }: WithReason, id: string): Promise<void> {
  const request = { path: { id }, body: { reason }, timeoutMs };
  const delivery = await client.post("/api/deliveries/{id}/give-up", request);
  show(delivery, json, () => "It is dead, and its conversation goes on within seconds.");
}

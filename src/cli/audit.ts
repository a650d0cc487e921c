import type { Command } from "commander";
import type { AuditEntry, Client } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { type AskFlags, allOf, asksOps } from "./common/ops-command.ts";
import { escapeControls, localTime, showEach } from "./common/terminal.ts";
import { parseTime } from "./common/times.ts";
import { parseLimit } from "./events.ts";

interface Flags extends AskFlags {
  readonly who?: string;
  readonly action?: string;
  readonly from?: string;
  readonly until?: string;
  readonly limit: number;
}

/** `waypost audit`: who read what people wrote, and who did what. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
    .command("audit")
    .summary("who read contents, and who did what")
    .description(
      "Shows every read of what people wrote and who they are, and every act, oldest on top; 400 days are kept. It needs a token with the scope admin.",
    )
    .option("--who <name>", "of a token; OPS_TOKENS for one of those")
    .option("--action <operation>", "as openapi.yaml names it, e.g. retryDelivery")
    .option("--from <time>", "since: 2h, 3d, 2026-11-20, 2026-11-20T08:30:00Z", parseTime)
    .option("--until <time>", "before", parseTime)
    .option("--limit <n>", "how many", parseLimit, 50)
    .option("--json", "one line of JSON each");
  asksOps(command, resolve, list);
}

async function list(client: Client, flags: Flags): Promise<void> {
  const { who, action, from, until: to, limit: max, json } = flags;
  const found = await allOf(client.list("/api/audit", { query: { who, action, from, to }, max }));
  showEach(found.reverse(), json, lineOf, "No entry matches.");
}

function lineOf({ at, who, session, action, filter, count, result, reason }: AuditEntry): string {
  const parts = [
    `${who}${session ? " (console)" : ""}`,
    action,
    ...Object.entries(filter ?? {}).map(([name, value]) => `${name}=${String(value)}`),
    count !== undefined && `${count} shown`,
    result !== "done" && result,
    reason !== undefined && `because: ${reason}`,
  ];
  return escapeControls(`${localTime(at)}  ${parts.filter(Boolean).join("  ")}`);
}

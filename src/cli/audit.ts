import type { Command } from "commander";
import type { AuditEntry, Client } from "../client/client.ts";
import type { CommandParts } from "./common/command.ts";
import { askOps, type OpsFlags, runCommand, tokenOption, urlOption } from "./common/ops-client.ts";
import { escapeControls, localTime, print, safeJson } from "./common/terminal.ts";
import { parseTime } from "./common/times.ts";
import { parseLimit } from "./events.ts";

interface Flags extends OpsFlags {
  readonly who?: string;
  readonly action?: string;
  readonly from?: string;
  readonly until?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `waypost audit`: who read what people wrote, and who did what. */
export function register(program: Command, { resolve }: CommandParts): void {
  program
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
    .option("--json", "one line of JSON each")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((flags: Flags) =>
      runCommand(() => askOps(flags, resolve, (client) => show(flags, client))),
    );
}

async function show({ json, limit, ...flags }: Flags, client: Client): Promise<number> {
  const { who, action, from, until: to } = flags;
  const entries: AuditEntry[] = [];
  const newestFirst = client.list("/api/audit", { query: { who, action, from, to }, max: limit });
  for await (const entry of newestFirst) entries.push(entry);
  for (const entry of entries.reverse()) print(json ? safeJson(entry) : lineOf(entry));
  if (entries.length === 0) process.stderr.write("No entry matches.\n");
  return 0;
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

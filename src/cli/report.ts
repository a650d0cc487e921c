import { type Command, InvalidArgumentError } from "commander";
import { csvLine, reportColumns, reportTable } from "../contracts/report-table.ts";
import type { ReportAnswer, ReportRow } from "../contracts.ts";
import type { CommandParts } from "./common/command.ts";
import { askOps, type OpsFlags, runCommand, tokenOption, urlOption } from "./common/ops-client.ts";
import { escapeControls, print, safeJson } from "./common/terminal.ts";
import { parseTime } from "./common/times.ts";

interface Flags extends OpsFlags {
  readonly by: string;
  readonly from?: string;
  readonly to?: string;
  readonly csv?: true;
  readonly json?: true;
}

/** `waypost report`: what became of what was sent. */
export function register(program: Command, { resolve }: CommandParts): void {
  program
    .command("report")
    .summary("show what became of what was sent")
    .description(
      "Counts the messages of your side by what became of them until now: sent, delivered, read, failed and why, answered, and what they were charged as; then what receivers took and the log does not have.",
    )
    .option(
      "--by <keys>",
      "template, account, campaign, variant, hour; several with commas",
      keys,
      "account",
    )
    .option(
      "--from <time>",
      "sent since: 2h, 3d, 2026-11-20, 2026-11-20T08:30:00Z (default: 1d)",
      parseTime,
    )
    .option("--to <time>", "sent before (default: now)", parseTime)
    .option("--csv", "the rows as CSV")
    .option("--json", "all of it as one line of JSON")
    .addOption(urlOption)
    .addOption(tokenOption)
    .action((flags: Flags) =>
      runCommand(async () => {
        const { by, from, to } = flags;
        const query = { by: by.split(","), ...(from && { from }), ...(to && { to }) };
        const report = await askOps(flags, resolve, (client) =>
          client.get("/api/report", { query: query as never }),
        );
        show(report as unknown as ReportAnswer, flags);
        return 0;
      }),
    );
}

function keys(value: string): string {
  if (!/^[a-z]+(,[a-z]+)*$/.test(value)) throw new InvalidArgumentError("e.g. template,account");
  return value;
}

function show(report: ReportAnswer, { csv, json }: Flags): void {
  if (json) print(safeJson(report));
  else if (csv) for (const line of csvLines(report)) print(line);
  else for (const line of reportTable(report)) print(escapeControls(line));
}

function csvLines({ by, rows, total }: ReportAnswer): string[] {
  const columns = reportColumns(by);
  const all: readonly ReportRow[] = rows.length === 0 ? [total] : rows;
  return [
    csvLine(columns.map(({ name }) => name)),
    ...all.map((row) => csvLine(columns.map(({ value }) => value(row)))),
  ];
}

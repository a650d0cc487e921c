import { type Command, InvalidArgumentError } from "commander";
import { reportColumns, reportTable } from "../contracts/report-table.ts";
import type { ReportAnswer, ReportRow } from "../contracts.ts";
import { csvRow } from "../support/csv.ts";
import type { CommandParts } from "./common/command.ts";
import { type AskFlags, asksOps } from "./common/ops-command.ts";
import { escapeControls, show } from "./common/terminal.ts";
import { parseTime } from "./common/times.ts";

interface Flags extends AskFlags {
  readonly by: string;
  readonly from?: string;
  readonly to?: string;
  readonly csv?: true;
}

/** `waypost report`: what became of what was sent. */
export function register(program: Command, { resolve }: CommandParts): void {
  const command = program
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
    .option("--json", "all of it as one line of JSON");
  asksOps(command, resolve, async (client, { by, from, to, csv, json }: Flags) => {
    const report = await client.get("/api/report", { query: { by: by.split(","), from, to } });
    show(report, json, csv ? csvLines : reportLines);
  });
}

function keys(value: string): string {
  if (!/^[a-z]+(,[a-z]+)*$/.test(value)) throw new InvalidArgumentError("e.g. template,account");
  return value;
}

function reportLines(report: ReportAnswer): string[] {
  return reportTable(report).map(escapeControls);
}

function csvLines({ by, rows, total }: ReportAnswer): string[] {
  const columns = reportColumns(by);
  const all: readonly ReportRow[] = rows.length === 0 ? [total] : rows;
  const cells = [
    columns.map(({ name }) => name),
    ...all.map((row) => columns.map(({ value }) => value(row))),
  ];
  // Printed, a line ends as the terminal's do.
  return cells.map((row) => csvRow(row).slice(0, -2));
}

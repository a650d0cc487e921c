import type { ReportAnswer, ReportKey, ReportRow } from "./report.ts";

/* A report for people, as a table of text, and its columns, also those of CSV. */

interface Column {
  readonly name: string;
  readonly value: (row: ReportRow) => string | number;
}

export function reportColumns(by: readonly ReportKey[]): Column[] {
  return [
    ...by.map((key) => ({ name: key, value: (row: ReportRow) => row.key[key] ?? "" })),
    { name: "messages", value: ({ messages }) => messages },
    { name: "sent", value: ({ sent }) => sent },
    { name: "delivered", value: ({ delivered }) => delivered },
    { name: "read", value: ({ read }) => read },
    { name: "failed", value: ({ failed }) => failed },
    { name: "replied", value: ({ replied }) => replied },
    { name: "opted out", value: ({ optedOut }) => optedOut },
    { name: "charged", value: chargedOf },
    { name: "first response s", value: ({ firstResponse }) => secondsOf(firstResponse?.p50Ms) },
    { name: "failures", value: ({ failures }) => failures.map(failureOf).join("; ") },
  ];
}

function chargedOf({ pricing }: ReportRow): string {
  return pricing
    .filter(({ billable }) => billable)
    .map(({ category, count }) => `${count} ${category}`)
    .join(", ");
}

function secondsOf(ms: number | undefined): string | number {
  return ms === undefined ? "" : Math.round(ms / 1_000);
}

function failureOf({ code, meaning, count }: ReportRow["failures"][number]): string {
  return `${count} × ${code === undefined ? "" : `${code}, `}${meaning}`;
}

/** Columns that say nothing in any row are left out; failures stand below. */
export function reportTable(report: ReportAnswer, mostRows = Number.POSITIVE_INFINITY): string[] {
  const { by, rows, total, complete, reconciliation } = report;
  const shown = rows.slice(0, mostRows);
  const all = [...shown, total];
  const columns = reportColumns(by)
    .filter(({ name }) => name !== "failures")
    .filter(
      ({ name, value }) => name === by[0] || all.some((row) => !["", 0].includes(value(row))),
    );
  const cells = [
    columns.map(({ name }) => name),
    ...all.map((row, at) =>
      columns.map(({ value }, column) =>
        at === shown.length && column === 0 && by.length > 0 ? "total" : String(value(row)),
      ),
    ),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) =>
        at < by.length ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const more = rows.length - shown.length;
  return [
    `${minuteOf(report.from)} to ${minuteOf(report.to)} UTC`,
    ...(total.messages === 0 ? ["No message of your side."] : cells.map(line)),
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...total.failures.map((each) => `failed: ${failureOf(each)}`),
    ...(total.untold > 0
      ? [`${total.untold} of these were sent and nobody told Waypost what they say`]
      : []),
    ...(complete
      ? []
      : ["There were more messages than a report looks at; the later ones are missing."]),
    ...reconciliation.gaps.slice(0, 20).map((gap) => `gap: ${gap}`),
  ];
}

function minuteOf(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

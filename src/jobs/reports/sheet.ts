import { reportColumns } from "../../contracts/report-table.ts";
import type { ReportAnswer, ReportSheet } from "../../contracts.ts";
import { csvRow, csvStart } from "../../support/csv.ts";
import {
  failureLines,
  keyWords,
  localTime,
  noteLines,
  type ReportWords,
  rowWords,
} from "./words.ts";

const mostRows = 200;

/** A report as a table, for destinations that show one, and as CSV. */
export function reportSheet(report: ReportAnswer, words: ReportWords): ReportSheet {
  const { by, rows, total } = report;
  const [from, to] = [report.from, report.to].map((at) => localTime(at, words.timeZone));
  const columns = reportColumns(by);
  const shown = rows.slice(0, mostRows);
  const columnsShown = columns.filter(
    ({ name, value }, at) =>
      name !== "failures" &&
      (at < by.length || [...shown, total].some((row) => !["", 0].includes(value(row)))),
  );
  const valuesOf = (row: ReportAnswer["total"]) =>
    columnsShown.slice(by.length).map(({ value }) => String(value(row)));
  const totals = by.map((_, at) => (at === 0 ? "total" : ""));
  const more = rows.length - shown.length;
  return {
    title: `Report ${words.name}: ${from} to ${to}`,
    lines: [
      `${from} to ${to} (${words.timeZone})`,
      `All: ${rowWords(total)}`,
      ...failureLines(report),
      ...noteLines(report),
      ...(more > 0 ? [`The first ${mostRows} of ${rows.length} rows are shown`] : []),
    ],
    table: [
      columnsShown.map(({ name }) => name),
      ...shown.map((row) => [...by.map((key) => keyWords(key, row, words)), ...valuesOf(row)]),
      [...totals, ...valuesOf(total)],
    ],
    csv: [
      csvStart,
      csvRow(columns.map(({ name }) => name)),
      ...rows.map((row) => csvRow(columns.map(({ value }) => value(row)))),
    ].join(""),
    fileName: `${words.name}-${report.to.slice(0, 10)}.csv`,
  };
}

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Response } from "express";
import type { Page, PageRequest } from "../../contracts.ts";
import { csvRow, csvStart } from "../../support/csv.ts";
import { audit, auditNow } from "../access/audit.ts";
import type { Columns } from "./export-columns.ts";

export type ExportFormat = "ndjson" | "csv";

interface Exporting<T> {
  readonly name: string;
  readonly format: ExportFormat;
  readonly columns: Columns<T>;
  readonly page: (request: PageRequest) => Promise<Page<T>>;
  /** As who asks may see it. All rows pass through here. */
  readonly show: (record: T) => unknown;
}

const pageSize = 100;
/** A reader that takes nothing for so long is gone. */
const stallMs = 60_000;

const types: Readonly<Record<ExportFormat, string>> = {
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
};

/**
 * Streams all pages: one is held at a time, and the next is read when the reader has taken it. Between two pages it rests as long as
 * a page took, so that it has half of the time at most beside the receiver. Throws before the first byte what the first page throws;
 * later the connection is cut, so that a part is never taken for the whole.
 */
export async function sendExport<T>(response: Response, exporting: Exporting<T>): Promise<void> {
  let started = performance.now();
  let page = await exporting.page({ limit: pageSize });
  let text = lines(page.items, exporting);
  const gone = closingOf(response);
  await auditNow(response, "begun");
  begin(response, exporting);
  let count = 0;
  try {
    for (;;) {
      count += page.items.length;
      audit(response, { count });
      if (!response.write(text)) await once(response, "drain", { signal: gone });
      if (page.next === null) break;
      await sleep(performance.now() - started, undefined, { signal: gone });
      started = performance.now();
      page = await exporting.page({ limit: pageSize, cursor: page.next });
      text = lines(page.items, exporting);
    }
    response.end();
  } catch (error) {
    response.destroy();
    if (!gone.aborted) throw error;
  }
}

function begin<T>(response: Response, { name, format, columns }: Exporting<T>): void {
  const day = new Date().toISOString().slice(0, 10);
  response.writeHead(200, {
    "Content-Type": types[format],
    "Content-Disposition": `attachment; filename="waypost-${name}-${day}.${format}"`,
    "X-Accel-Buffering": "no",
  });
  // Destroys the connection of a reader that takes nothing.
  response.setTimeout(stallMs);
  if (format === "csv") response.write(csvStart + csvRow(Object.keys(columns)));
}

function lines<T>(items: readonly T[], exporting: Exporting<T>): string {
  return items.map((item) => line(item, exporting)).join("");
}

function line<T>(item: T, { format, columns, show }: Exporting<T>): string {
  const shown = show(item);
  if (format === "ndjson") return `${JSON.stringify(shown)}\n`;
  return csvRow(Object.values(columns).map((cell) => cell(shown as T)));
}

function closingOf(response: Response): AbortSignal {
  const closed = new AbortController();
  if (response.destroyed) closed.abort();
  response.once("close", () => closed.abort());
  return closed.signal;
}

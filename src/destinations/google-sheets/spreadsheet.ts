import { DeliveryError } from "../../contracts.ts";
import { type ApiAnswer, pathOf, type Session, unreadable } from "../http/api.ts";
import type { SheetsOptions } from "./options.ts";
import { beyondGrid } from "./verdicts.ts";

/** What a cell may be given: texts stay texts (RAW), null leaves it alone. */
export type Cell = string | number | boolean | null;

/** The calls that are made of the Sheets API v4 (developers.google.com/workspace/sheets/api/reference/rest). Each throws DeliveryError. */
export interface Spreadsheet {
  /** Where a person looks at it. */
  readonly url: string;
  /** The texts of the first row. */
  header(session: Session): Promise<string[]>;
  /** `would`: as `Session.write` has it. False in shadow: it was not done. */
  setHeader(
    session: Session,
    would: string,
    column: number,
    headers: readonly string[],
  ): Promise<boolean>;
  /** All or none. Answers with the number of the first row; undefined in shadow. */
  append(session: Session, rows: readonly (readonly Cell[])[]): Promise<number | undefined>;
  /** Texts of a column below the header → number of the row. */
  column(session: Session, column: number): Promise<Map<string, number>>;
  /** Title of the spreadsheet, names of its sheets. */
  about(session: Session): Promise<{ readonly title: string; readonly sheets: readonly string[] }>;
  addSheet(session: Session): Promise<void>;
}

/** Ids of so many rows stay below what is read of an answer. */
const rowsAtOnce = 50_000;

export function createSpreadsheet({ spreadsheet, sheet }: SheetsOptions): Spreadsheet {
  const at = (cells: string) => `'${sheet.replaceAll("'", "''")}'!${cells}`;
  const values = (cells: string) => pathOf`/v4/spreadsheets/${spreadsheet}/values/${at(cells)}`;
  const whole = pathOf`/v4/spreadsheets/${spreadsheet}`;
  return {
    url: `https://docs.google.com/spreadsheets/d/${spreadsheet}/edit`,
    async header(session) {
      const { json } = await session.look({ path: values("1:1"), holds: "range" });
      const [row = []] = valuesOf(json);
      return row.map((cell) => String(cell ?? "").trim());
    },
    async setHeader(session, would, column, headers) {
      const answer = await session.write(would, {
        method: "PUT",
        path: values(`${letters(column)}1`),
        query: { valueInputOption: "RAW" },
        json: { majorDimension: "ROWS", values: [headers] },
      });
      return answer !== undefined;
    },
    async append(session, rows) {
      const answer = await session.write(`append ${rows.length === 1 ? "a row" : "rows"}`, {
        method: "POST",
        // The table that holds A1: one that was chosen by a wider range may begin at another column.
        path: `${values("A1")}:append`,
        query: { valueInputOption: "RAW", insertDataOption: "INSERT_ROWS" },
        json: { majorDimension: "ROWS", values: rows },
      });
      return answer && firstRow(answer);
    },
    async column(session, column) {
      const letter = letters(column);
      const rows = new Map<string, number>();
      for (let from = 2; ; from += rowsAtOnce) {
        const last = from + rowsAtOnce - 1;
        const json = await part(session, values(`${letter}${from}:${letter}${last}`));
        const [cells = []] = valuesOf(json);
        for (const [i, cell] of cells.entries()) rows.set(String(cell), from + i);
        // The answer's range is cut to the grid.
        if (lastRow(json) < last) return rows;
      }
    },
    async about(session) {
      const fields = "properties.title,sheets.properties.title";
      const { json } = await session.look({ path: whole, query: { fields }, holds: "sheets" });
      const { properties, sheets } = json as About;
      const names = sheets.map((each) => each.properties?.title ?? "");
      return { title: properties?.title ?? "", sheets: names };
    },
    async addSheet(session) {
      const requests = [{ addSheet: { properties: { title: sheet } } }];
      const path = `${whole}:batchUpdate`;
      await session.write("add the sheet", { method: "POST", path, json: { requests } });
    },
  };
}

/** Part of a column; `{}` where the grid ends before it. */
async function part(session: Session, path: string): Promise<unknown> {
  try {
    const query = { majorDimension: "COLUMNS" };
    return (await session.look({ path, query, holds: "range" })).json;
  } catch (error) {
    if (error instanceof DeliveryError && error.message.endsWith(beyondGrid)) return {};
    throw error;
  }
}

interface About {
  readonly properties?: { readonly title?: string };
  readonly sheets: readonly { readonly properties?: { readonly title?: string } }[];
}

function valuesOf(json: unknown): readonly (readonly unknown[])[] {
  const { values } = (json ?? {}) as { readonly values?: unknown };
  return Array.isArray(values) ? values.filter(Array.isArray) : [];
}

/** `'Messages'!A5:E7` → 5. Throws DeliveryError where the answer names no rows: they may be there. */
function firstRow(answer: ApiAnswer): number {
  const { updates } = (answer.json ?? {}) as {
    readonly updates?: { readonly updatedRange?: unknown };
  };
  const row = /![A-Z]+(\d+)/.exec(String(updates?.updatedRange))?.[1];
  if (row !== undefined) return Number(row);
  throw unreadable("Google Sheets", answer, true);
}

/** `'Messages'!F2:F1000` → 1000. */
function lastRow(json: unknown): number {
  const { range } = (json ?? {}) as { readonly range?: unknown };
  return Number(/(\d+)$/.exec(String(range))?.[1] ?? 0);
}

/** 0 → A, 26 → AA. */
export function letters(column: number): string {
  const rest = Math.floor(column / 26) - 1;
  return (rest >= 0 ? letters(rest) : "") + String.fromCharCode(65 + (column % 26));
}

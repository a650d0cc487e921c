import type { StubAnswer, StubRequest } from "../stub.ts";
import { invalid, json, knownKeys, Refusal } from "./answers.ts";
import {
  type Box,
  columnOf,
  createGrid,
  type Grid,
  letters,
  put,
  type StoredCell,
  tableAt,
} from "./grid.ts";

interface World {
  readonly spreadsheetId: string;
  readonly grids: Grid[];
  readonly limits: { readonly cells: number };
}
interface Range {
  readonly grid: Grid;
  readonly box: Box;
}
type Row = readonly (string | number | boolean | null)[];

/** `spreadsheets` and `spreadsheets.values` of the Sheets API v4, as their reference describes the calls that are made. */
export function createValues(world: World): (request: StubRequest) => StubAnswer {
  const { spreadsheetId, grids } = world;
  return ({ method, path, body }) => {
    const url = new URL(path, "http://stub");
    const [, id, rest = ""] = /^\/v4\/spreadsheets\/([^/:]+)(.*)$/.exec(url.pathname) ?? [];
    if (id !== spreadsheetId) {
      throw new Refusal(404, "NOT_FOUND", "Requested entity was not found.");
    }
    const query = Object.fromEntries(url.searchParams);
    if (method === "GET" && rest === "") return about(world, query);
    if (method === "POST" && rest === ":batchUpdate") return batchUpdate(world, JSON.parse(body));
    const [, encoded = "", verb = ""] = /^\/values\/([^:]+?)(:append)?$/.exec(rest) ?? [];
    const range = rangeOf(grids, decodeURIComponent(encoded));
    if (method === "GET" && verb === "") return get(range, query);
    if (method === "PUT" && verb === "") return update(range, query, JSON.parse(body));
    if (method === "POST" && verb === ":append") {
      return append(world, range, query, JSON.parse(body));
    }
    throw new Refusal(404, "NOT_FOUND", "Method not found.");
  };
}

function about({ spreadsheetId, grids }: World, query: Record<string, string>): StubAnswer {
  knownKeys(query, ["fields"], "Invalid query");
  if (query["fields"] !== "properties.title,sheets.properties.title") {
    throw invalid("Request contains an invalid field mask.");
  }
  const sheets = grids.map(({ title }) => ({ properties: { title } }));
  return json(200, { properties: { title: "Acme messages" }, sheets, spreadsheetId });
}

function batchUpdate({ spreadsheetId, grids }: World, body: unknown): StubAnswer {
  const { requests } = knownKeys(body, ["requests"]) as { requests?: unknown[] };
  if (!Array.isArray(requests) || requests.length === 0) {
    throw invalid("Must specify at least one request.");
  }
  for (const request of requests) {
    const { addSheet } = knownKeys(request, ["addSheet"]);
    const { properties } = knownKeys(addSheet, ["properties"]);
    const { title } = knownKeys(properties, ["title"]);
    if (grids.some((grid) => grid.title === title)) {
      const words = `A sheet with the name "${title}" already exists. Please enter another name.`;
      throw invalid(`Invalid requests[0].addSheet: ${words}`);
    }
    grids.push(createGrid(String(title)));
  }
  return json(200, { spreadsheetId, replies: [{ addSheet: {} }] });
}

/** Whole rows, whole or open columns, and cells. */
function rangeOf(grids: readonly Grid[], text: string): Range {
  const parts = /^(?:'((?:[^']|'')+)'|(\w+))!(?:([A-Z]*)(\d+))(?::([A-Z]*)(\d*))?$/.exec(text);
  const [, quoted, bare, left = "", top = "", right, bottom] = parts ?? [];
  const title = quoted?.replaceAll("''", "'") ?? bare;
  const grid = grids.find((each) => each.title === title);
  if (grid === undefined) throw invalid(`Unable to parse range: ${text}`);
  const box = {
    top: Number(top) - 1,
    left: left === "" ? 0 : columnOf(left),
    bottom: Number(right === undefined ? top : bottom || grid.rowCount) - 1,
    right: columnOf(right ?? left) < 0 ? grid.columnCount - 1 : columnOf(right ?? left),
  };
  if (box.top >= grid.rowCount || box.left >= grid.columnCount) {
    const limits = `Max rows: ${grid.rowCount}, max columns: ${grid.columnCount}`;
    throw invalid(`Range (${text}) exceeds grid limits. ${limits}`);
  }
  const clipped = { ...box, bottom: Math.min(box.bottom, grid.rowCount - 1) };
  return { grid, box: clipped };
}

function shown({ title }: Grid, { top, left, bottom, right }: Box): string {
  const from = `${letters(left)}${top + 1}`;
  const to = `${letters(right)}${bottom + 1}`;
  const name = /^\w+$/.test(title) ? title : `'${title.replaceAll("'", "''")}'`;
  return `${name}!${from === to ? from : `${from}:${to}`}`;
}

function get({ grid, box }: Range, query: Record<string, string>): StubAnswer {
  const { majorDimension = "ROWS" } = knownKeys(query, ["majorDimension"], "Invalid query");
  const rows = grid.rows
    .slice(box.top, box.bottom + 1)
    .map((row) => Array.from(row.slice(box.left, box.right + 1), (cell) => cell?.value ?? ""));
  const columns = Array.from({ length: box.right - box.left + 1 }, (_, at) =>
    rows.map((row) => row[at] ?? ""),
  );
  const values = withoutEnd((majorDimension === "ROWS" ? rows : columns).map(withoutEmptyEnd));
  const range = shown(grid, box);
  return json(200, { range, majorDimension, ...(values.length > 0 && { values }) });
}

const withoutEmptyEnd = (cells: readonly unknown[]) =>
  cells.slice(0, cells.findLastIndex((cell) => cell !== "") + 1);
const withoutEnd = (rows: readonly (readonly unknown[])[]) =>
  rows.slice(0, rows.findLastIndex((row) => row.length > 0) + 1);

function update({ grid, box }: Range, query: Record<string, string>, body: unknown): StubAnswer {
  const known = knownKeys(query, ["valueInputOption"], "Invalid query");
  const rows = rowsOf(body, known["valueInputOption"]);
  const width = Math.max(...rows.map((row) => row.length));
  if (box.left + width > grid.columnCount) {
    const limits = `Max rows: ${grid.rowCount}, max columns: ${grid.columnCount}`;
    throw invalid(`Range (${shown(grid, box)}) exceeds grid limits. ${limits}`);
  }
  write(grid, box.top, box.left, rows, known["valueInputOption"]);
  return json(200, { updatedRange: shown(grid, box), updatedRows: rows.length });
}

function append(
  { spreadsheetId, grids, limits }: World,
  { grid, box }: Range,
  query: Record<string, string>,
  body: unknown,
): StubAnswer {
  const known = knownKeys(query, ["valueInputOption", "insertDataOption"], "Invalid query");
  const rows = rowsOf(body, known["valueInputOption"]);
  const table = tableAt(grid, box.top, box.left);
  const top = table === undefined ? box.top : table.bottom + 1;
  const left = table?.left ?? box.left;
  const width = Math.max(...rows.map((row) => row.length));
  if (known["insertDataOption"] === "INSERT_ROWS") {
    const cells = grids.reduce((sum, each) => sum + each.rowCount * each.columnCount, 0);
    if (cells + rows.length * grid.columnCount > limits.cells) {
      const what = "This action would increase the number of cells in the workbook";
      throw invalid(`${what} above the limit of ${limits.cells} cells.`);
    }
    while (grid.rows.length < top) grid.rows.push([]);
    grid.rows.splice(top, 0, ...rows.map(() => []));
    grid.rowCount += rows.length;
  }
  write(grid, top, left, rows, known["valueInputOption"]);
  const written = { top, left, bottom: top + rows.length - 1, right: left + width - 1 };
  const updates = { spreadsheetId, updatedRange: shown(grid, written), updatedRows: rows.length };
  return json(200, { spreadsheetId, ...(table && { tableRange: shown(grid, table) }), updates });
}

/** A ValueRange: rows of texts, numbers, booleans and null, none longer than a cell takes. */
function rowsOf(body: unknown, valueInputOption: unknown): Row[] {
  const { majorDimension, values } = knownKeys(body, ["range", "majorDimension", "values"]);
  if (valueInputOption !== "RAW" && valueInputOption !== "USER_ENTERED") {
    throw invalid("'valueInputOption' is required but not specified");
  }
  if (majorDimension !== undefined && majorDimension !== "ROWS") throw invalid("only rows here");
  if (!Array.isArray(values)) throw invalid("Invalid value at 'data.values'");
  for (const [at, row] of values.entries()) {
    if (!Array.isArray(row)) throw invalid(`Invalid value at 'data.values[${at}]'`);
    for (const [column, cell] of row.entries()) checkCell(cell, `values[${at}][${column}]`);
  }
  return values as Row[];
}

function checkCell(cell: unknown, at: string): void {
  if (typeof cell === "object" && cell !== null) throw invalid(`Invalid ${at}: struct_value`);
  if (typeof cell === "string" && cell.length > 50_000) {
    throw invalid(
      "Your input contains more than the maximum of 50000 characters in a single cell.",
    );
  }
}

function write(grid: Grid, top: number, left: number, rows: readonly Row[], how: unknown): void {
  for (const [at, row] of rows.entries()) {
    for (const [column, value] of row.entries()) {
      if (value !== null) put(grid, top + at, left + column, stored(value, how));
    }
  }
}

/** What a person types is calculated; RAW is kept as it is. */
function stored(value: string | number | boolean, how: unknown): StoredCell | undefined {
  if (value === "") return undefined;
  const isFormula = how === "USER_ENTERED" && typeof value === "string" && /^[=+]/.test(value);
  return isFormula ? { value, formula: true } : { value };
}

import { DeliveryError } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import type { Session } from "../http/api.ts";
import type { SheetsOptions } from "./options.ts";
import { letters, type Spreadsheet } from "./spreadsheet.ts";

/** Where our columns stand: header → index from 0. */
export type Layout = ReadonlyMap<string, number>;

export interface HeaderParts {
  /** The destination's. */
  readonly name: string;
  readonly options: SheetsOptions;
  readonly spreadsheet: Spreadsheet;
  readonly log: Pick<Log, "warn">;
  readonly clock: Pick<Clock, "monotonic">;
}

export interface Header {
  /** Looked at again after 10 s; made, or completed by the id column, where it is not there. Throws DeliveryError. */
  layout(session: Session): Promise<Layout>;
  /** Where the ids stand; undefined: there is no such column. */
  idColumn(session: Session): Promise<number | undefined>;
}

/** People move columns. Rows that are written within so much time after that may stand under the header of before. */
const freshMs = 10_000;

export function createHeader(parts: HeaderParts): Header {
  const { options, spreadsheet, clock } = parts;
  let known: { readonly layout: Layout; readonly at: number } | undefined;
  return {
    async layout(session) {
      const at = clock.monotonic();
      if (known !== undefined && at - known.at < freshMs) return known.layout;
      const { layout, isThere } = await readLayout(parts, session);
      if (known !== undefined && hasMoved(known.layout, layout)) {
        parts.log.warn("columns of the sheet were moved; the last rows may stand in others", {
          destination: parts.name,
          ms: Math.round(at - known.at),
        });
      }
      if (isThere) known = { layout, at };
      return layout;
    },
    async idColumn(session) {
      const column = (await spreadsheet.header(session)).indexOf(options.idColumn);
      return column < 0 ? undefined : column;
    },
  };
}

function hasMoved(before: Layout, now: Layout): boolean {
  return [...before].some(([header, column]) => now.get(header) !== column);
}

/** `isThere`: false in shadow, where the row would have to be made first. */
async function readLayout(
  parts: HeaderParts,
  session: Session,
): Promise<{ readonly layout: Layout; readonly isThere: boolean }> {
  const { options, spreadsheet } = parts;
  const header = await spreadsheet.header(session);
  const additions = missingOf(header, options);
  if (header.some((each) => each !== "")) mustFit(header, additions, options);
  const isThere =
    additions.length === 0 || (await add(spreadsheet, session, header.length, additions));
  const whole = [...header, ...additions];
  const ours = [...Object.keys(options.columns), options.idColumn];
  return { layout: new Map(ours.map((each) => [each, whole.indexOf(each)])), isThere };
}

/** Headers of ours that the row lacks, the id column last. */
export function missingOf(
  header: readonly string[],
  { columns, idColumn }: Pick<SheetsOptions, "columns" | "idColumn">,
): string[] {
  return [...Object.keys(columns), idColumn].filter((each) => !header.includes(each));
}

/** Puts headers right of those that are there; false in shadow. That it may have been done says nothing of a row. */
export async function add(
  spreadsheet: Spreadsheet,
  session: Session,
  column: number,
  headers: readonly string[],
): Promise<boolean> {
  const would = column === 0 ? "make the header row" : "add to the header row";
  try {
    return await spreadsheet.setHeader(session, would, column, headers);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const { verdict, message, afterMs } = error;
    const details = { cause: error, ...(afterMs !== undefined && { afterMs }) };
    throw new DeliveryError(verdict, message, details);
  }
}

/** A header that a person has made or changed is theirs: only the id column is added to it unasked. Throws DeliveryError. */
function mustFit(
  header: readonly string[],
  missing: readonly string[],
  { idColumn, columns, sheet }: SheetsOptions,
): void {
  const problem = problemOf(header, missing, { idColumn, columns });
  if (problem !== undefined) {
    throw new DeliveryError("config", `the first row of the sheet "${sheet}" ${problem}`);
  }
}

/** What is wrong with a header row, and what to do; undefined: nothing. */
export function problemOf(
  header: readonly string[],
  missing: readonly string[],
  { idColumn, columns }: Pick<SheetsOptions, "idColumn" | "columns">,
): string | undefined {
  if (header[0] === "") {
    return "begins with an empty cell: write a header into A1, or delete the column";
  }
  const lost = missing.filter((each) => each !== idColumn);
  if (lost.length > 0) {
    const names = lost.map((each) => `"${each}"`).join(", ");
    return `has no column ${names}: rename it back or add it, or correct \`columns\``;
  }
  const twice = [...Object.keys(columns), idColumn].find(
    (each) => header.indexOf(each) !== header.lastIndexOf(each),
  );
  if (twice === undefined) return undefined;
  const places = header.flatMap((each, at) => (each === twice ? [`${letters(at)}1`] : []));
  return `has the column "${twice}" more than once (${places.join(", ")}): rename one of them`;
}

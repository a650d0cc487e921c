import { type BatchOutcome, type Delivered, DeliveryError } from "../../contracts.ts";
import type { Session } from "../http/api.ts";
import type { Layout } from "./header.ts";
import { type Cells, rowOf } from "./rows.ts";
import type { Cell, Spreadsheet } from "./spreadsheet.ts";
import type { QuotaBackoff } from "./verdicts.ts";
import type { WrittenIds } from "./written-ids.ts";

export interface AppendParts {
  readonly spreadsheet: Spreadsheet;
  readonly idHeader: string;
  readonly written: WrittenIds;
  readonly backoff: QuotaBackoff;
}

export interface NewRow {
  readonly id: string;
  readonly cells: Cells;
}

/** Google advises against larger requests (developers.google.com/workspace/sheets/api/limits). */
const mostBytes = 2 * 1024 * 1024;

/** One call. Answers with the number of the first row; undefined in shadow. Throws DeliveryError. */
export async function appendOnce(
  { spreadsheet, written, backoff }: Omit<AppendParts, "idHeader">,
  session: Session,
  rows: readonly (readonly Cell[])[],
): Promise<number | undefined> {
  try {
    const first = await spreadsheet.append(session, rows);
    written.taken();
    backoff.reset();
    return first;
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.maybeDone) written.unsure();
    throw error;
  }
}

/**
 * In one call, or in as many as their size asks for, in order; what comes behind a call that failed is not sent. What Google refuses
 * first of all is thrown, so that each row is tried alone.
 */
export async function appendAll(
  parts: AppendParts,
  session: Session,
  rows: readonly NewRow[],
  layout: Layout,
): Promise<BatchOutcome[]> {
  const written = rows.map(({ id, cells }) =>
    rowOf(cells, { header: parts.idHeader, value: id }, layout),
  );
  const outcomes: BatchOutcome[] = [];
  for (const chunk of chunksOf(written)) {
    const end = await appendChunk(parts, session, chunk);
    const { failed } = end;
    if (failed !== undefined && outcomes.length === 0) throw failed;
    outcomes.push(...end.outcomes);
    if (failed === undefined) continue;
    return [...outcomes, ...rows.slice(outcomes.length).map(() => untried(failed))];
  }
  return outcomes;
}

async function appendChunk(
  parts: AppendParts,
  session: Session,
  chunk: readonly (readonly Cell[])[],
): Promise<{ readonly outcomes: BatchOutcome[]; readonly failed?: DeliveryError }> {
  try {
    const first = await appendOnce(parts, session, chunk);
    return { outcomes: chunk.map((_, at) => appended(first && first + at)) };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const own = error.verdict === "refused" ? untried(error) : error;
    return { outcomes: chunk.map(() => own), failed: error };
  }
}

export function appended(row: number | undefined): Delivered {
  return row === undefined
    ? { answer: "appended" }
    : { remoteId: `row ${row}`, answer: "appended" };
}

/** Nothing was done for this row, and its turn comes again. */
function untried({ verdict, message, afterMs }: DeliveryError): DeliveryError {
  return new DeliveryError(verdict === "refused" ? "outage" : verdict, message, {
    ...(afterMs !== undefined && { afterMs }),
  });
}

function chunksOf(rows: readonly (readonly Cell[])[]): (readonly Cell[])[][] {
  const chunks: (readonly Cell[])[][] = [];
  let left = 0;
  for (const row of rows) {
    const bytes = Buffer.byteLength(JSON.stringify(row));
    if (chunks.length === 0 || bytes > left) {
      chunks.push([]);
      left = mostBytes;
    }
    chunks.at(-1)?.push(row);
    left -= bytes;
  }
  return chunks;
}

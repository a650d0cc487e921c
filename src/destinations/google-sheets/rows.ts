import { type DeliveryContext, DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { cleanText } from "../clean-text.ts";
import type { OptionTemplates } from "../option-templates.ts";
import type { Layout } from "./header.ts";
import type { Cell } from "./spreadsheet.ts";

/** Google's limit of one cell (support.google.com/drive/answer/37603). */
const mostCharacters = 50_000;

/** Header → what stands below it. */
export type Cells = Readonly<Record<string, Cell>>;

export function cellsOf(rendered: unknown): Cells {
  return Object.fromEntries(
    Object.entries(rendered as Readonly<Record<string, unknown>>).map(([header, value]) => [
      header,
      cellOf(value),
    ]),
  );
}

/** RAW keeps a text as it is, also one that looks like a formula; objects are told as JSON. */
function cellOf(value: unknown): Cell {
  if (typeof value === "boolean" || typeof value === "number" || value === null) return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return cleanText(text, mostCharacters);
}

/** In the sheet's own order. Columns of others are left alone. */
export function rowOf(cells: Cells, id: { header: string; value: string }, layout: Layout): Cell[] {
  const row: Cell[] = Array.from({ length: Math.max(...layout.values()) + 1 }, () => null);
  for (const [header, value] of Object.entries({ ...cells, [id.header]: id.value })) {
    const column = layout.get(header);
    if (column !== undefined) row[column] = value;
  }
  return row;
}

/** The cells, or why this event has none. Throws what speaks of more than this event. */
export async function renderCells(
  columns: OptionTemplates,
  context: Pick<DeliveryContext, "scope">,
): Promise<Cells | DeliveryError> {
  try {
    return cellsOf(await columns.render(context));
  } catch (error) {
    if (error instanceof DeliveryError && error.verdict === "refused") return error;
    throw error;
  }
}

/** What says of a row that it was written is not written into a row. */
export function isAboutRow({ type, data }: WaypostEvent): boolean {
  const { object } = (data.business ?? {}) as { readonly object?: unknown };
  return type.startsWith("business.record.") && object === "row";
}

import type { FieldKind } from "../../contracts/table.ts";
import type { Step } from "./table-terms.ts";

/** What a database makes of the row. */
export function applyStep(row: Record<string, unknown>, { name, kind, does, value }: Step): void {
  const old = row[name];
  if (does === "unset") delete row[name];
  else if (does === "add") row[name] = Number(old ?? 0) + Number(value);
  else if (does === "set" || old === undefined) row[name] = storedValue(kind, value);
  else if (compareValues(value, old) < 0 === (does === "min")) row[name] = storedValue(kind, value);
}

/** As it comes back. */
export function storedValue(kind: FieldKind | undefined, value: unknown): unknown {
  if (kind === "json") return JSON.parse(JSON.stringify(value));
  return kind === "bytes" ? new Uint8Array(value as Uint8Array) : structuredClone(value);
}

/** Absent first; texts by code point. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return Number(a) - Number(b);
}

import type { WaypostEvent } from "../../contracts.ts";

/** The event as a document, so that it can be read with any MongoDB tool; as JSON where BSON would change it. */
export type PackedEvent = object | string;

/** BSON takes 100 levels, and MongoDB needs some of its own. */
const maxDepth = 80;
/** The driver reads meaning into these. */
const special = new Set(["_bsontype", "toBSON", "toJSON", "__proto__"]);
const loneSurrogate = /\p{Surrogate}/u;

/** What comes out of `unpackEvent` equals what went in, to the last empty object. */
export function packEvent(event: WaypostEvent): PackedEvent {
  return survives(event, 0) ? event : JSON.stringify(event);
}

export function unpackEvent(packed: PackedEvent): WaypostEvent {
  return typeof packed === "string" ? JSON.parse(packed) : (packed as WaypostEvent);
}

/** The same for any JSON; what is text itself is kept as JSON, to be told apart. */
export function packJson(value: unknown): unknown {
  const native = typeof value === "object" && value !== null && survives(value, 0);
  return native ? value : JSON.stringify(value);
}

export function unpackJson(packed: unknown): unknown {
  return typeof packed === "string" ? JSON.parse(packed) : packed;
}

function survives(value: unknown, depth: number): boolean {
  if (typeof value === "string") return !loneSurrogate.test(value);
  if (typeof value !== "object" || value === null) return value !== undefined;
  if (depth > maxDepth) return false;
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value) && !isPlainKey(key)) return false;
    if (!survives((value as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}

function isPlainKey(key: string): boolean {
  return !/[.\0]|^\$/.test(key) && !special.has(key) && !loneSurrogate.test(key);
}

import type { Understand } from "./found.ts";
import type { Json } from "./pick.ts";

/** An item cut out of a value, not yet understood. */
export interface Job {
  /** Its content; makes the id of a family that has none. */
  readonly item: Json;
  readonly path: string;
  readonly understand: Understand;
  /** The value with only this item in it. */
  readonly part: Json;
  /** `errors` beside it are its own when it is alone. */
  readonly takesErrors?: boolean;
  /** `conversation_context` beside it is its own. */
  readonly takesContext?: boolean;
  /** Never claims a contact. */
  readonly impersonal?: boolean;
}

/** null, [] and {} hold nothing that could be lost. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value !== "object") return false;
  for (const _ in value) return false;
  return true;
}

/** The members of `source` that are not `known` and not empty; undefined when there are none. */
export function rest(source: Json, known: ReadonlySet<string>): Json | undefined {
  const left = Object.keys(source)
    .filter((key) => !known.has(key) && !isEmpty(source[key]))
    .map((key) => [key, source[key]] as const);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

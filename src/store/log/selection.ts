import type {
  ConversationFilter,
  ConversationState,
  EventFilter,
  PageRequest,
} from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import { type Position, parseCursor } from "../table/cursor.ts";

/** A filter of which every part is checked: only strings and numbers get near a database. */
export interface CheckedFilter {
  readonly types?: readonly string[];
  readonly conversation?: string;
  readonly contact?: string;
  readonly messageId?: string;
  readonly post?: string;
  readonly account?: string;
  readonly accounts?: readonly string[];
  readonly state?: ConversationState;
  readonly window?: "closing";
  readonly text?: string;
  /** Milliseconds since 1970. */
  readonly from?: number;
  readonly to?: number;
}

export interface CheckedPage {
  readonly limit: number;
  readonly after: Position | undefined;
  readonly oldestFirst?: true;
}

const known = new Set([
  "types",
  "conversation",
  "contact",
  "messageId",
  "post",
  "account",
  "accounts",
  "state",
  "window",
  "text",
  "from",
  "to",
]);

/** Throws TypeError on anything that is not of its type, also on unknown keys: they would match everything. */
export function checkFilter(filter: EventFilter | ConversationFilter): CheckedFilter {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const checked: Record<string, unknown> = {};
  for (const [key, value] of given) {
    if (!known.has(key)) throw new TypeError("an unknown filter");
    if (key === "types") checked[key] = patterns(value);
    else if (key === "accounts") checked[key] = texts(key, value);
    else if (key === "from" || key === "to") checked[key] = time(key, value);
    else checked[key] = text(key, value);
  }
  return checked;
}

/** Throws TypeError on a limit outside 1…200, InvalidCursorError on an unreadable cursor. */
export function checkPage({ limit, cursor }: PageRequest): CheckedPage {
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw new TypeError("limit must be a whole number from 1 to 200");
  }
  return { limit, after: cursor === undefined ? undefined : parseCursor(cursor) };
}

export function text(key: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`${key} must be a string`);
  return value;
}

function texts(key: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError(`${key} must be a list`);
  return value.map((each) => text(key, each));
}

function time(key: string, value: unknown): number {
  const at = Date.parse(text(key, value));
  if (Number.isNaN(at)) throw new TypeError(`${key} must be an ISO 8601 time`);
  return at;
}

function patterns(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError("types must be a list");
  for (const pattern of value) compilePattern(text("types", pattern));
  return value;
}

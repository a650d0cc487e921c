import type { RequestHandler } from "express";
import type {
  ConversationFilter,
  ConversationState,
  EventFilter,
  OrderedPageRequest,
  PageRequest,
  QuarantineFilter,
  Span,
} from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import { badParameter, notFound } from "./problem.ts";

/** What the OpenAPI validator leaves: declared names only, scalars coerced, arrays only where declared. */
export type Query = Readonly<Record<string, unknown>>;

const defaultLimit = 50;
/** `Date` alone would take much more, some of it as local time. */
const rfc3339 = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * Refuses names that no endpoint has, before the validator sees them: it would read brackets as nested
 * objects, and drop a name it cannot take apart instead of refusing it.
 */
export const refuseOddNames: RequestHandler = (request, _response, next) => {
  const odd = Object.keys(request.query).some((name) => !/^[A-Za-z]{1,32}$/.test(name));
  next(odd ? badParameter("query", "holds a parameter that no endpoint has") : undefined);
};

/** Fails closed: a handler behind this runs only for requests that the validator has matched and checked. */
export const requireValidated: RequestHandler = (request, _response, next) => {
  next("openapi" in request && request.openapi !== undefined ? undefined : notFound("address"));
};

/** Throws a Problem that names the parameter. */
export function parseEventFilter(query: Query): EventFilter {
  const { type } = query;
  const types = parseTypes(type);
  return {
    ...(types === undefined ? {} : { types }),
    ...pick(query, ["conversation", "contact", "messageId", "account", "text"]),
    ...parseTimes(query),
  };
}

export function parseConversationFilter(query: Query): ConversationFilter {
  const { state, window } = query;
  return {
    ...pick(query, ["account", "contact"]),
    ...(state === undefined ? {} : { state: state as ConversationState }),
    ...(window === "closing" && { window }),
  };
}

/** `from` and `to` on `receivedAt`, in the one form that stores compare: UTC with milliseconds. */
export function parseTimes(query: Query): QuarantineFilter {
  const from = parseTime(query, "from");
  const to = parseTime(query, "to");
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

const dayMs = 86_400_000;

/** At most so many days, the last one until now unless told. Throws a Problem that names the parameter. */
export function parseSpan(query: Query, now: number, longestDays: number, remedy = ""): Span {
  const { to = new Date(now).toISOString(), ...told } = parseTimes(query);
  const { from = new Date(Date.parse(to) - dayMs).toISOString() } = told;
  if (from >= to) throw badParameter("from", "must be before `to`, which is now unless told");
  if (Date.parse(to) - Date.parse(from) > longestDays * dayMs) {
    throw badParameter("from", `is more than ${longestDays} days before \`to\`${remedy}`);
  }
  return { from, to };
}

export function parsePage(query: Query): PageRequest {
  const { limit = defaultLimit } = query;
  // Ajv coerces "Infinity" to a number that none of its bounds are applied to.
  if (!Number.isFinite(limit)) throw badParameter("limit", "must be integer");
  return { limit: Number(limit), ...pick(query, ["cursor"]) };
}

/** As `parsePage`, of a list that is also had the other way round. */
export function parseOrderedPage(query: Query): OrderedPageRequest {
  return { ...parsePage(query), ...(query["order"] === "oldest" && { order: "oldest" }) };
}

/** Patterns, also several in one text behind commas. Throws a Problem that names the parameter. */
export function parseTypes(value: unknown, name = "type"): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const patterns = value.flatMap((each) => String(each).split(","));
  if (patterns.length > 20) throw badParameter(name, "may hold at most 20 patterns");
  for (const pattern of patterns) {
    try {
      compilePattern(pattern);
    } catch {
      throw badParameter(
        name,
        "must be type patterns: lower-case segments with dots, * for one, # for any number",
      );
    }
  }
  return patterns;
}

function parseTime(query: Query, name: string): string | undefined {
  const value = query[name];
  if (typeof value !== "string") return undefined;
  const time = new Date(rfc3339.test(value) ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw badParameter(name, "must be a date or an RFC 3339 time with its offset");
  }
  return time.toISOString();
}

export function pick<K extends string>(
  query: Query,
  names: readonly K[],
): { [name in K]?: string } {
  const picked: { [name in K]?: string } = {};
  for (const name of names) {
    const value = query[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}

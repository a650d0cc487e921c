import type { Attempt, Delivery, DeliveryFilter } from "../../contracts.ts";
import { parseTimes, parseTypes, pick, type Query } from "../http/query.ts";

/** As people say it. */
const words: Readonly<Record<string, readonly Delivery["state"][]>> = {
  taken: ["delivered"],
  waiting: ["open", "sending"],
  "gave-up": ["dead"],
  "not-wanted": ["skipped"],
};

/** What the validator let through. Throws a Problem that names the parameter. */
export function parseDeliveryFilter(
  query: Query,
  destinations: ReadonlyMap<string, { readonly kind: string }>,
): DeliveryFilter {
  const { destination, kind, state, verdict } = query;
  const named = kind === undefined ? undefined : namesOf(String(kind), destination, destinations);
  const to = named ?? (destination === undefined ? undefined : String(destination));
  const types = parseTypes(query["type"]);
  return {
    ...(to !== undefined && { destination: to }),
    ...(state !== undefined && { state: statesOf(String(state)) }),
    ...(verdict !== undefined && { verdict: verdict as Attempt["outcome"] }),
    ...(types !== undefined && { types }),
    ...pick(query, ["event", "route", "account", "conversation", "contact"]),
    ...parseTimes(query),
  };
}

function statesOf(state: string): DeliveryFilter["state"] & (string | readonly string[]) {
  return words[state] ?? (state as Delivery["state"]);
}

function namesOf(
  kind: string,
  destination: unknown,
  destinations: ReadonlyMap<string, { readonly kind: string }>,
): string[] {
  const named = [...destinations].filter(([, each]) => each.kind === kind).map(([name]) => name);
  return named.filter((name) => destination === undefined || name === destination);
}

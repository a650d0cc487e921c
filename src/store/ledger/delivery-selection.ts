import type { Table, Where } from "../../contracts/table.ts";
import type { Delivery, DeliveryFilter } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import { matchingTypes } from "../log/known-types.ts";
import type { DeliveryRow } from "./ledger-tables.ts";

/** So many lists of one destination and one type are merged. */
const mostTogether = 200;

export const states: readonly Delivery["state"][] = [
  "scheduled",
  "open",
  "sending",
  "delivered",
  "skipped",
  "dead",
];

/** The few that are not over as they should be. */
const fewAreIn: ReadonlySet<string> = new Set(["scheduled", "open", "sending", "dead"]);

/** Where its deliveries are looked for: at its one event, among the events of the log, or in the ledger. */
export function leadOf(filter: DeliveryFilter): "event" | "log" | "ledger" {
  const { event, conversation, contact, account, state, from, to } = filter;
  if (conversation !== undefined || contact !== undefined) return "log";
  if (event !== undefined) return "event";
  if (areFew(state) || from !== undefined || to !== undefined) return "ledger";
  return account === undefined ? "ledger" : "log";
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === "string" ? [value] : value;
}

/**
 * Indexes have them by destination, then state, and by type, then destination: what is not told is asked for each, so that no others are
 * looked at. undefined: there can be none.
 */
export async function conditionsOf(
  deliveries: Table<DeliveryRow>,
  filter: DeliveryFilter,
): Promise<Where<DeliveryRow> | undefined> {
  const { destination, state, from, to, route, verdict, types, account } = filter;
  const createdAt = {
    ...(from !== undefined && { atLeast: from }),
    ...(to !== undefined && { below: to }),
  };
  const times = from === undefined && to === undefined ? {} : { createdAt };
  const told = [destination, state, route, verdict, types, account];
  if (told.every((each) => each === undefined)) return times;
  const destinations = listOf(destination ?? (await deliveries.values("destination")));
  const common = {
    ...times,
    ...(route !== undefined && { route }),
    destination: { in: destinations },
  };
  const known = areFew(state)
    ? undefined
    : await matchingTypes(types, () => deliveries.values("eventType"));
  if (known?.length === 0) return undefined;
  const byType = known !== undefined && known.length * destinations.length <= mostTogether;
  return byType
    ? { ...common, eventType: { in: known } }
    : { ...common, state: oneOf(state ?? states) };
}

function areFew(state: DeliveryFilter["state"]): boolean {
  return state !== undefined && listOf(state).every((each) => fewAreIn.has(each));
}

function oneOf<T extends string>(value: T | readonly T[]) {
  return typeof value === "string" ? value : { in: value };
}

/** What a row says of itself; pure. */
export function rowFits(filter: DeliveryFilter): (row: DeliveryRow) => boolean {
  const { destination, state, event, route, verdict, from, to, types } = filter;
  const matches = types?.map(compilePattern);
  const within = <T extends string>(asked: T | readonly T[] | undefined, value: string) =>
    asked === undefined || listOf<string>(asked).includes(value);
  return (row) =>
    within(destination, row.destination) &&
    within(state, row.state) &&
    within(event, row.eventId) &&
    within(route, row.route) &&
    within(verdict, row.history.at(-1)?.outcome ?? "") &&
    (from === undefined || row.createdAt >= from) &&
    (to === undefined || row.createdAt < to) &&
    (matches === undefined || matches.some((match) => match(row.eventType)));
}

/** More has to be looked at than the index tells. */
export function asksMore({ verdict, types, account }: DeliveryFilter): boolean {
  return verdict !== undefined || types !== undefined || account !== undefined;
}

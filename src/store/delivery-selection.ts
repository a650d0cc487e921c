import type { Table, Where } from "../contracts/table.ts";
import type { Delivery, DeliveryFilter } from "../contracts.ts";
import { compilePattern } from "../event/pattern.ts";
import type { DeliveryRow } from "./ledger-tables.ts";

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
  const { event, conversation, contact, account, types, state, from, to } = filter;
  if (conversation !== undefined || contact !== undefined) return "log";
  if (event !== undefined) return "event";
  const few = state !== undefined && listOf(state).every((each) => fewAreIn.has(each));
  if (few || from !== undefined || to !== undefined) return "ledger";
  return account !== undefined || types !== undefined ? "log" : "ledger";
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === "string" ? [value] : value;
}

/** An index has them by destination, then state: what is not told is asked for each, so that no others are looked at. */
export async function conditionsOf(
  deliveries: Table<DeliveryRow>,
  filter: DeliveryFilter,
): Promise<Where<DeliveryRow>> {
  const { destination, state, from, to, route, verdict, types, account } = filter;
  const createdAt = {
    ...(from !== undefined && { atLeast: from }),
    ...(to !== undefined && { below: to }),
  };
  const times = from === undefined && to === undefined ? {} : { createdAt };
  const told = [destination, state, route, verdict, types, account];
  if (told.every((each) => each === undefined)) return times;
  return {
    ...times,
    ...(route !== undefined && { route }),
    destination: oneOf(destination ?? (await deliveries.values("destination"))),
    state: oneOf(state ?? states),
  };
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

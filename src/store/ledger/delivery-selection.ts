import type { Table, Where } from "../../contracts/table.ts";
import type { Attempt, Delivery, DeliveryFilter } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import type { DeliveryRow } from "./ledger-tables.ts";
import { isListed } from "./listed-by.ts";

/** So many lists are merged in one question. */
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
export function leadOf({ event, conversation, contact }: DeliveryFilter) {
  if (conversation !== undefined || contact !== undefined) return "log";
  return event !== undefined ? "event" : "ledger";
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === "string" ? [value] : value;
}

type Condition = Where<DeliveryRow>;

/**
 * What leads to the rows through an index, in the order of a list: no row is in two of these. Where few are in the state or have the
 * verdict that is asked, these lead and all else is looked at row by row; else what stays the same of a row, taken together.
 */
export async function conditionsOf(
  deliveries: Table<DeliveryRow>,
  filter: DeliveryFilter,
): Promise<readonly Condition[]> {
  const { destination, state, verdict } = filter;
  const times = timesOf(filter);
  if (asksNothing(filter)) return [times];
  const destinations = async () => ({
    in: listOf(destination ?? (await deliveries.values("destination"))),
  });
  const byState = async (those: DeliveryFilter["state"]) => ({
    ...{ ...times, state: oneOf(those ?? states) },
    destination: await destinations(),
  });
  if (areFew(state) || !(await areListed(deliveries))) return [await byState(state)];
  const byVerdict = async (verdict: Attempt["outcome"]) => ({
    ...{ ...times, verdict },
    destination: await destinations(),
  });
  if (verdict !== undefined && verdict !== "delivered") return [await byVerdict(verdict)];
  if (asksListed(filter)) return listed(await deliveries.values("listedBy"), filter, times);
  if (verdict === undefined) return [await byState(state)];
  return [await byState("delivered"), await byVerdict(verdict)];
}

function asksNothing({ from: _1, to: _2, event: _3, ...others }: DeliveryFilter): boolean {
  return Object.values(others).every((each) => each === undefined);
}

function asksListed({ route, types, account, accounts }: DeliveryFilter): boolean {
  return [route, types, account, accounts].some((each) => each !== undefined);
}

function timesOf({ from, to }: DeliveryFilter): Condition {
  if (from === undefined && to === undefined) return {};
  const [start, end] = [from !== undefined && { atLeast: from }, to !== undefined && { below: to }];
  return { createdAt: { ...start, ...end } };
}

/** Rows of before are not, until `startListing` has been through them. */
async function areListed(deliveries: Table<DeliveryRow>): Promise<boolean> {
  const where = { listedBy: { absent: true } };
  return (await deliveries.find({ where, limit: 1, as: "few" })).length === 0;
}

function listed(all: readonly string[], filter: DeliveryFilter, times: Condition): Condition[] {
  const asked = all.filter(isListed(filter));
  const conditions: Condition[] = [];
  for (let at = 0; at < asked.length; at += mostTogether) {
    conditions.push({ ...times, listedBy: { in: asked.slice(at, at + mostTogether) } });
  }
  return conditions;
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
export function asksMore(filter: DeliveryFilter, conditions: readonly Condition[]): boolean {
  const { state, verdict } = filter;
  if (verdict !== undefined) return true;
  return conditions.some(({ listedBy }) => listedBy !== undefined)
    ? state !== undefined
    : asksListed(filter);
}

import type { Table, Where } from "../../contracts/table.ts";
import type { Delivery, DeliveryFilter } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import type { DeliveryRow } from "./ledger-tables.ts";
import { destinationIn, isListed } from "./listed-by.ts";

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

/** Where its deliveries are looked for: at its one event, among the events of the log, or in the ledger. */
export function leadOf({ event, conversation, contact }: DeliveryFilter) {
  // Where an event is named too, the log says whether it is theirs.
  if (conversation !== undefined || contact !== undefined) return "log";
  return event !== undefined ? "event" : "ledger";
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === "string" ? [value] : value;
}

type Condition = Where<DeliveryRow>;

export interface Columns {
  /** What the columns of a row must hold. */
  readonly where: Condition;
  /** false: the filter asks more than they tell. */
  readonly tell: boolean;
}

/** Rows of before do not tell all of it, until `startListing` has been through them. */
export async function columnsOf(
  deliveries: Table<DeliveryRow>,
  filter: DeliveryFilter,
): Promise<Columns> {
  const { destination, state, verdict } = filter;
  const where = {
    ...timesOf(filter),
    ...(destination !== undefined && { destination: oneOf(destination) }),
    ...(state !== undefined && { state: oneOf(state) }),
  };
  if (!asksListed(filter) && verdict === undefined) return { where, tell: true };
  if (!(await areListed(deliveries))) return { where, tell: false };
  const listedBy = asksListed(filter) && {
    listedBy: { in: (await deliveries.values("listedBy")).filter(isListed(filter)) },
  };
  // Two columns say of a row that it was delivered: see `verdictOf`.
  const isOther = verdict !== undefined && verdict !== "delivered";
  return { where: { ...where, ...listedBy, ...(isOther && { verdict }) }, tell: true };
}

/**
 * What leads to the rows through an index, in the order of a list: no row is in two of these. Few rows have a verdict, fewer than are
 * delivered have another state, and what stays the same of a row leads to the rest; what does not lead is looked at on the way.
 */
export async function conditionsOf(
  deliveries: Table<DeliveryRow>,
  filter: DeliveryFilter,
  { where, tell }: Columns,
): Promise<readonly Condition[]> {
  const { state, verdict } = filter;
  if (asksNothing(filter)) return [where];
  const destination = { in: await destinationsOf(deliveries, filter, where) };
  if (tell && verdict !== undefined) {
    const byVerdict = { ...where, destination, verdict };
    if (verdict !== "delivered" || !mayBeDelivered(state)) return [byVerdict];
    const most = { ...where, state: "delivered", verdict: { absent: true } } as const;
    return [...(listed(most) ?? [{ ...most, destination }]), byVerdict];
  }
  const byListed = mayBeDelivered(state) ? listed(where) : undefined;
  return byListed ?? [{ ...where, destination, state: where.state ?? oneOf(states) }];
}

function mayBeDelivered(state: DeliveryFilter["state"]): boolean {
  return state === undefined || listOf(state).includes("delivered");
}

async function destinationsOf(
  deliveries: Table<DeliveryRow>,
  { destination }: DeliveryFilter,
  { listedBy }: Condition,
): Promise<readonly string[]> {
  const texts = asListed(listedBy);
  if (texts !== undefined) return [...new Set(texts.map(destinationIn))];
  return listOf(destination ?? (await deliveries.values("destination")));
}

function asListed(condition: Condition["listedBy"]): readonly string[] | undefined {
  return typeof condition === "object" ? condition.in : undefined;
}

/** Undefined: nothing is asked of what stays the same. */
function listed({ destination: _, ...where }: Condition): Condition[] | undefined {
  const asked = asListed(where.listedBy);
  if (asked === undefined) return undefined;
  const conditions: Condition[] = [];
  for (let at = 0; at < asked.length; at += mostTogether) {
    conditions.push({ ...where, listedBy: { in: asked.slice(at, at + mostTogether) } });
  }
  return conditions;
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

async function areListed(deliveries: Table<DeliveryRow>): Promise<boolean> {
  const where = { listedBy: { absent: true } };
  return (await deliveries.find({ where, limit: 1, as: "few" })).length === 0;
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

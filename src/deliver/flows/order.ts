import type { WaypostEvent } from "../../contracts.ts";

/** What the order of two events of one conversation is told by. */
export interface Placed extends Pick<WaypostEvent, "id" | "type" | "time"> {
  readonly data: { readonly receivedAt: string };
}

/** When a route's conditions look at the event. */
export function receivedAt({ data }: Pick<Placed, "data">): number {
  const at = Date.parse(data.receivedAt);
  return Number.isNaN(at) ? 0 : at;
}

/**
 * Whether another event of the conversation came after this one. What one POST brings is received at once: then what happened
 * later did. Of what also happened in one second the contact's messages have an order, by their ids, so that one is the last;
 * anything else is said to have come after it.
 */
export function cameLater(other: Placed, event: Placed): boolean {
  const ms =
    receivedAt(other) - receivedAt(event) || Date.parse(other.time) - Date.parse(event.time);
  if (ms !== 0 && !Number.isNaN(ms)) return ms > 0;
  const areMessages = [other, event].every(({ type }) => type.startsWith("whatsapp.message."));
  return !areMessages || other.id > event.id;
}

/** Mostly enough, for few events of a conversation are received at once. */
const few = 5;
/** Of what is received at once so many are looked at: no POST has more of one conversation. */
const many = [50, 1_000];

/**
 * The last that came before the event, by that order. `newest`: those received until then, the newest first, without the event
 * itself.
 */
export function lastBefore(event: Placed, newest: Newest): Promise<WaypostEvent | undefined> {
  return lastOf(newest, (other) => !cameLater(other, event));
}

type Newest = (limit: number) => Promise<readonly WaypostEvent[]>;

/** The one of these that happened last: not the first that the log has of those that were received at once. */
export async function lastOf(
  newest: Newest,
  isOne: (event: WaypostEvent) => boolean = () => true,
): Promise<WaypostEvent | undefined> {
  let last: WaypostEvent | undefined;
  for (const limit of [few, ...many]) {
    const found = await newest(limit);
    [last] = found.filter(isOne).toSorted(newestFirst);
    const oldest = found.at(-1);
    const isAll = found.length < limit || oldest === undefined;
    if (isAll || (last !== undefined && receivedAt(oldest) < receivedAt(last))) return last;
  }
  return last;
}

/** For sorting. */
export function newestFirst(a: Placed, b: Placed): number {
  const ms = receivedAt(b) - receivedAt(a) || Date.parse(b.time) - Date.parse(a.time);
  if (ms !== 0 && !Number.isNaN(ms)) return ms;
  return a.id < b.id ? 1 : -1;
}

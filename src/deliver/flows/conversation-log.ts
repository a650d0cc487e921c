import type { EventFilter, EventQuery, WaypostEvent } from "../../contracts.ts";
import { lastBefore, receivedAt } from "./order.ts";

/** So many events are looked at together, where each of them may be the one. */
const pageLength = 50;
/** The log gives no more at once. */
const longestPage = 200;

/** What the log has of an event's conversation, without the event itself. */
export interface ConversationLog {
  /** The newest events of these types on its conversation, without itself; times in ms, `from` exclusive, `to` inclusive. */
  newest(
    types: readonly string[],
    which?: { readonly from?: number; readonly to?: number; readonly limit?: number },
  ): Promise<readonly WaypostEvent[]>;
  /** Whether one of these types on its conversation, without itself, is such a one: all of the time told are looked at, as `newest` has it. */
  some(
    types: readonly string[],
    which: { readonly from: number; readonly to?: number },
    isOne: (event: WaypostEvent) => boolean,
  ): Promise<boolean>;
  /** The last of these types that came before it on its conversation, or on the one told; `from` as above. */
  lastBefore(
    types: readonly string[],
    from: number,
    conversation?: string,
  ): Promise<WaypostEvent | undefined>;
}

export function conversationLog(
  event: WaypostEvent,
  query: Pick<EventQuery, "events">,
): ConversationLog {
  const { conversationId } = event.data;
  const isOther = ({ id }: WaypostEvent) => id !== event.id;
  const pageOf = (filter: EventFilter, limit: number, cursor: string | undefined) =>
    query.events(filter, { limit: Math.min(limit, longestPage), ...(cursor && { cursor }) });
  const newestOf = async (filter: EventFilter, limit: number) => {
    const found: WaypostEvent[] = [];
    let cursor: string | undefined;
    do {
      const page = await pageOf(filter, limit + 1 - found.length, cursor);
      found.push(...page.items.filter(isOther));
      cursor = page.next ?? undefined;
    } while (found.length < limit && cursor !== undefined);
    return found.slice(0, limit);
  };
  return {
    newest: async (types, { limit = 1, ...times } = {}) =>
      conversationId === undefined ? [] : newestOf(filterOf(conversationId, types, times), limit),
    async some(types, times, isOne) {
      if (conversationId === undefined) return false;
      const filter = filterOf(conversationId, types, times);
      let cursor: string | undefined;
      do {
        const page = await pageOf(filter, pageLength, cursor);
        if (page.items.some((other) => isOther(other) && isOne(other))) return true;
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return false;
    },
    async lastBefore(types, from, conversation = conversationId) {
      if (conversation === undefined) return undefined;
      const filter = filterOf(conversation, types, { from, to: receivedAt(event) });
      return lastBefore(event, (limit) => newestOf(filter, limit));
    },
  };
}

function filterOf(
  conversation: string,
  types: readonly string[],
  { from, to }: { readonly from?: number; readonly to?: number },
): EventFilter {
  return {
    ...{ conversation, types },
    ...(from !== undefined && { from: iso(from + 1) }),
    ...(to !== undefined && { to: iso(to + 1) }),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

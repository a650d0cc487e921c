import type {
  Contact,
  Contacts,
  EventQuery,
  Ledger,
  SentMessages,
  WaypostEvent,
} from "../../contracts.ts";
import { type About, findAbout } from "./about.ts";
import { cameLater, lastBefore, receivedAt } from "./order.ts";

/** Of what came after an event so many are looked at, the newest. */
const mostFollowing = 50;

/** What is asked at a delivery's turn, beside its event. */
export interface FlowMemory {
  readonly query: Pick<EventQuery, "event" | "events" | "message" | "conversation"> & SentMessages;
  readonly contacts: Contacts;
  readonly ledger: Pick<Ledger, "aliases" | "claims" | "claim" | "delivery">;
}

/** What may be asked about an event at its turn. Each is asked at most once, and only when somebody wants to know. */
export interface Circumstances {
  readonly event: WaypostEvent;
  /** As of when: the event's receipt, plus `after`. */
  readonly at: number;
  readonly now: number;
  contact(): Promise<Contact | undefined>;
  topic(): Promise<string | undefined>;
  about(): Promise<About | undefined>;
  /** Until when the customer service window is open, in ms. */
  windowUntil(): Promise<number | undefined>;
  /** Whether an event of these types came after it on its conversation, and, if told, is such a one. */
  followedBy(types: readonly string[], isOne?: (event: WaypostEvent) => boolean): Promise<boolean>;
  /** The newest events of these types on its conversation, without itself; times in ms, `from` exclusive, `to` inclusive. */
  newest(
    types: readonly string[],
    which?: { readonly from?: number; readonly to?: number; readonly limit?: number },
  ): Promise<readonly WaypostEvent[]>;
  /** The last of these types that came before it on its conversation; `from` as above. */
  lastBefore(types: readonly string[], from: number): Promise<WaypostEvent | undefined>;
}

export function circumstancesOf(
  event: WaypostEvent,
  times: { readonly at: number; readonly now: number },
  { query, contacts }: FlowMemory,
): Circumstances {
  const { conversationId } = event.data;
  const newest: Circumstances["newest"] = async (types, { from, to, limit = 1 } = {}) => {
    if (conversationId === undefined) return [];
    const filter = {
      conversation: conversationId,
      types,
      ...(from !== undefined && { from: iso(from + 1) }),
      ...(to !== undefined && { to: iso(to + 1) }),
    };
    const { items } = await query.events(filter, { limit: limit + 1 });
    return items.filter(({ id }) => id !== event.id).slice(0, limit);
  };
  return {
    ...times,
    event,
    contact: asked(() => contacts.of(event)),
    topic: asked(async () =>
      conversationId === undefined ? undefined : contacts.topic(conversationId, event.id),
    ),
    about: asked(() => findAbout(event, query)),
    windowUntil: asked(async () => {
      if (conversationId === undefined) return undefined;
      const until = (await query.conversation(conversationId))?.windowOpenUntil;
      return until === undefined ? undefined : Date.parse(until);
    }),
    async followedBy(types, isOne) {
      const at = receivedAt(event);
      const found = await newest(types, { from: at, limit: isOne ? mostFollowing : 1 });
      if (found.some((other) => isOne?.(other) ?? true)) return true;
      const beside = await newest(types, { from: at - 1, to: at, limit: mostFollowing });
      return beside.some((other) => cameLater(other, event) && (isOne?.(other) ?? true));
    },
    newest,
    lastBefore(types, from) {
      const to = receivedAt(event);
      return lastBefore(event, (limit) => newest(types, { from, to, limit }));
    },
  };
}

function asked<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

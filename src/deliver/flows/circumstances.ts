import type {
  Contact,
  Contacts,
  EventQuery,
  Ledger,
  SentMessages,
  WaypostEvent,
} from "../../contracts.ts";
import { type About, findAbout } from "./about.ts";

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
  /** The newest events of these types on its conversation, without itself; times in ms, `from` exclusive, `to` inclusive. */
  newest(
    types: readonly string[],
    which?: { readonly from?: number; readonly to?: number; readonly limit?: number },
  ): Promise<readonly WaypostEvent[]>;
}

export function circumstancesOf(
  event: WaypostEvent,
  times: { readonly at: number; readonly now: number },
  { query, contacts }: FlowMemory,
): Circumstances {
  const { conversationId } = event.data;
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
    async newest(types, { from, to, limit = 1 } = {}) {
      if (conversationId === undefined) return [];
      const filter = {
        conversation: conversationId,
        types,
        ...(from !== undefined && { from: iso(from + 1) }),
        ...(to !== undefined && { to: iso(to + 1) }),
      };
      const { items } = await query.events(filter, { limit: limit + 1 });
      return items.filter(({ id }) => id !== event.id).slice(0, limit);
    },
  };
}

/** When a route's conditions look at the event. */
export function receivedAt({ data }: WaypostEvent): number {
  const at = Date.parse(data.receivedAt);
  return Number.isNaN(at) ? 0 : at;
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

import {
  type ConversationView,
  type EventFilter,
  type EventQuery,
  InvalidCursorError,
  type MessageView,
  type Page,
  type PageRequest,
  type QuarantineEntry,
  type StoreStats,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { compilePattern } from "../../src/event/pattern.ts";

/** A log in an array, newest first. `asked` keeps every filter and page that reached it. */
export interface MemoryEventQuery extends EventQuery {
  readonly asked: { filter: Readonly<Record<string, unknown>>; page: PageRequest }[];
  readonly log: WaypostEvent[];
  readonly messageViews: Map<string, MessageView>;
  readonly conversationViews: ConversationView[];
  readonly quarantined: QuarantineEntry[];
  /** When set, every method throws it. */
  failure: Error | undefined;
}

export function createMemoryEventQuery(log: WaypostEvent[] = []): MemoryEventQuery {
  const paged = <T>(all: readonly T[], filter: object, page: PageRequest): Page<T> => {
    if (query.failure !== undefined) throw query.failure;
    query.asked.push({ filter: { ...filter }, page });
    const from = page.cursor === undefined ? 0 : readCursor(page.cursor);
    const to = from + page.limit;
    return { items: all.slice(from, to), next: to < all.length ? `after-${to}` : null };
  };
  const one = <T>(value: T | undefined): T | undefined => {
    if (query.failure !== undefined) throw query.failure;
    return value;
  };
  const query: MemoryEventQuery = {
    asked: [],
    log,
    messageViews: new Map(),
    conversationViews: [],
    quarantined: [],
    failure: undefined,
    events: async (filter, page) => {
      const found = query.log.filter(matcher(filter));
      return paged(page.order === "oldest" ? found.reverse() : found, filter, page);
    },
    event: async (id) => one(query.log.find((event) => event.id === id)),
    message: async (wamid) => one(query.messageViews.get(wamid)),
    conversations: async (filter, page) => paged(query.conversationViews, filter, page),
    conversation: async (id) => one(query.conversationViews.find((each) => each.id === id)),
    chat: async () => one(undefined),
    storedAt: async () => one(undefined),
    quarantine: async (filter, page) => paged(query.quarantined, filter, page),
    quarantineEntry: async (id) => one(query.quarantined.find((entry) => entry.id === id)),
    stats: async () => one(statsOf(query)) ?? statsOf(query),
  };
  return query;
}

function readCursor(cursor: string): number {
  const digits = /^after-(\d{1,9})$/.exec(cursor)?.[1];
  if (digits === undefined) throw new InvalidCursorError("unreadable");
  return Number(digits);
}

function matcher(filter: EventFilter): (event: WaypostEvent) => boolean {
  const types = filter.types?.map(compilePattern);
  return ({ type, data }) =>
    (types === undefined || types.some((matches) => matches(type))) &&
    (filter.account === undefined || data.account.phoneNumberId === filter.account) &&
    (filter.conversation === undefined || data.conversationId === filter.conversation) &&
    (filter.text === undefined || (data.message?.text?.body ?? "").includes(filter.text));
}

function statsOf(query: MemoryEventQuery): StoreStats {
  return {
    kind: "embedded",
    events: query.log.length,
    messages: query.messageViews.size,
    conversations: query.conversationViews.length,
    quarantine: query.quarantined.length,
    last24h: {},
    lastEventAt: {},
  };
}

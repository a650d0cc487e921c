import type { Tables } from "../../contracts/table.ts";
import type {
  EventFilter,
  EventQuery,
  OrderedPageRequest,
  Page,
  SentMessages,
  WaypostEvent,
} from "../../contracts.ts";
import { readAccounts } from "../accounts.ts";
import { createChats } from "../conversations/chat.ts";
import { listConversations, personsAt } from "../conversations/conversation-list.ts";
import { createQuarantine } from "../quarantine.ts";
import { encodeCursor, type Position } from "../table/cursor.ts";
import { namingFilter } from "../table/time-limit.ts";
import { askedTogether } from "./asked-together.ts";
import { callbackKey } from "./event-index.ts";
import { beside, eventsOf } from "./events-of.ts";
import type { Reader, Sources } from "./reader.ts";
import { type CheckedPage, checkFilter, checkPage, text } from "./selection.ts";
import { messageView } from "./views.ts";

/** No message has more; a group's has several per participant. */
const maxTimeline = 1_000;

/** The read face over either store: filters, joins, cursors and views are the same for both. */
export function createQuery(log: Reader, tables: Pick<Tables, "of">): EventQuery & SentMessages {
  const quarantine = createQuarantine(tables);
  const reader: Sources = {
    ...log,
    ...beside(tables),
    ...askedTogether(log),
  };
  return {
    events: (filter, page) => namingFilter(filter, findEvents(reader, filter, page)),
    event: async (id) => (await reader.eventsById([text("id", id)])).get(id),
    storedAt: async (id) => reader.storedAt(text("id", id)),
    async message(wamid) {
      const [row] = await reader.messages([text("wamid", wamid)]);
      if (row === undefined) return undefined;
      const page = { limit: maxTimeline, after: undefined };
      return messageView(row, await reader.events({ messageIds: [wamid] }, page));
    },
    async sentWith(callback) {
      const messageIds = [callbackKey(text("callback", callback))];
      const [status] = await reader.events({ messageIds }, { limit: 1, after: undefined });
      return status?.data.status?.messageId;
    },
    conversations: (filter, page) => namingFilter(filter, listConversations(reader, filter, page)),
    async conversation(id) {
      const [shown] = await personsAt(reader, [text("id", id)], Date.now());
      return shown?.view;
    },
    async quarantine(filter, page) {
      const asked = checkPage(page);
      const search = quarantine.list(checkFilter(filter), oneMore(asked));
      const found = await namingFilter(filter, search);
      return pageOf(found, asked.limit, (entry) => ({
        at: Date.parse(entry.receivedAt),
        id: entry.id,
      }));
    },
    quarantineEntry: async (id) => quarantine.entry(text("id", id)),
    chat: createChats(reader).chat,
    async stats() {
      const [counted, accounts] = await Promise.all([log.stats(), readAccounts(tables)]);
      return { ...counted, lastEventAt: Object.fromEntries(accounts) };
    },
  };
}

async function findEvents(
  reader: Sources,
  filter: EventFilter,
  page: OrderedPageRequest,
): Promise<Page<WaypostEvent>> {
  const order = page.order === "oldest" && ({ oldestFirst: true } as const);
  const asked = { ...checkPage(page), ...order };
  const found = await eventsOf(reader, checkFilter(filter), oneMore(asked));
  return pageOf(found, asked.limit, (event) => ({
    at: Date.parse(event.data.receivedAt),
    id: event.id,
  }));
}

function oneMore(page: CheckedPage): CheckedPage {
  return { ...page, limit: page.limit + 1 };
}

function pageOf<T>(found: readonly T[], limit: number, position: (item: T) => Position): Page<T> {
  const items = found.slice(0, limit);
  const end = items.at(-1);
  const more = found.length > limit && end !== undefined;
  return { items, next: more ? encodeCursor(position(end)) : null };
}

import type { Tables } from "../contracts/table.ts";
import type {
  EventFilter,
  EventQuery,
  OrderedPageRequest,
  Page,
  WaypostEvent,
} from "../contracts.ts";
import { readAccounts } from "./accounts.ts";
import { resolveAliases } from "./aliases.ts";
import { createChats } from "./chat.ts";
import { keysOfContact } from "./contact-person.ts";
import { listConversations, personsAt } from "./conversation-list.ts";
import { encodeCursor, type Position } from "./cursor.ts";
import { findContact } from "./find-contact.ts";
import { createQuarantine } from "./quarantine.ts";
import type { Reader, Selection, Sources } from "./reader.ts";
import { type CheckedFilter, type CheckedPage, checkFilter, checkPage, text } from "./selection.ts";
import { namingFilter } from "./time-limit.ts";
import { messageView } from "./views.ts";
import { queryWords } from "./words.ts";

/** No message has more; a group's has several per participant. */
const maxTimeline = 1_000;

/** The read face over either store: filters, joins, cursors and views are the same for both. */
export function createQuery(log: Reader, tables: Pick<Tables, "of">): EventQuery {
  const quarantine = createQuarantine(tables);
  const reader: Sources = {
    ...log,
    accounts: async () => [...(await readAccounts(tables)).keys()],
    contactKeys: (id) => keysOfContact(tables, id),
  };
  return {
    events: (filter, page) => namingFilter(filter, findEvents(reader, filter, page)),
    event: async (id) => reader.event(text("id", id)),
    storedAt: async (id) => reader.storedAt(text("id", id)),
    async message(wamid) {
      const row = await reader.message(text("wamid", wamid));
      if (row === undefined) return undefined;
      const page = { limit: maxTimeline, after: undefined };
      return messageView(row, await reader.events({ messageIds: [wamid] }, page));
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
  const selection = await select(reader, checkFilter(filter));
  const found = selection === "nothing" ? [] : await reader.events(selection, oneMore(asked));
  return pageOf(found, asked.limit, (event) => ({
    at: Date.parse(event.data.receivedAt),
    id: event.id,
  }));
}

async function select(reader: Sources, filter: CheckedFilter): Promise<Selection | "nothing"> {
  const { conversation, contact, messageId, text: query, ...plain } = filter;
  const words = query === undefined || query.trim() === "" ? undefined : queryWords(query);
  if ([words, filter.types, filter.accounts].some((each) => each?.length === 0)) return "nothing";
  const load = (ids: readonly string[]) => reader.aliases(ids);
  return {
    ...plain,
    ...(words && { words }),
    ...(messageId !== undefined && { messageIds: [messageId] }),
    ...(conversation !== undefined && {
      conversationIds: (await resolveAliases([conversation], load))(conversation),
    }),
    ...(contact !== undefined && { contact: await findContact(reader, contact) }),
  };
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

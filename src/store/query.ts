import type { Tables } from "../contracts/table.ts";
import type {
  ConversationFilter,
  ConversationView,
  EventFilter,
  EventQuery,
  OrderedPageRequest,
  Page,
  PageRequest,
  StoreStats,
  WaypostEvent,
} from "../contracts.ts";
import type { AliasEdge } from "../event/alias-edges.ts";
import { contactKey } from "../event/contact-keys.ts";
import { conversationIdOf } from "../event/conversation.ts";
import { readAccounts } from "./accounts.ts";
import { resolveAliases } from "./aliases.ts";
import { encodeCursor, type Position } from "./cursor.ts";
import { createQuarantine } from "./quarantine.ts";
import { type CheckedFilter, type CheckedPage, checkFilter, checkPage, text } from "./selection.ts";
import { namingFilter } from "./time-limit.ts";
import {
  type ConversationRow,
  conversationView,
  type MessageRow,
  messageView,
  mostRecent,
} from "./views.ts";
import { queryWords } from "./words.ts";

/** A filter with all its joins done: every part that is there must hold. */
export interface Selection {
  /** Patterns; any of them. */
  readonly types?: readonly string[];
  readonly conversationIds?: readonly string[];
  /** In one of these conversations, or about one of these people. */
  readonly contact?: {
    readonly conversationIds: readonly string[];
    readonly keys: readonly string[];
  };
  readonly messageId?: string;
  readonly account?: string;
  /** Phone number ids: any of them; never empty. */
  readonly accounts?: readonly string[];
  /** All of them; never empty. */
  readonly words?: readonly string[];
  readonly from?: number;
  readonly to?: number;
}

export interface ConversationSelection {
  readonly account?: string;
  readonly accounts?: readonly string[];
  readonly ids?: readonly string[];
}

/**
 * What a store must be able to look up. Lists are newest first unless told, ids break ties, and start behind `after`;
 * one that takes longer than the time limit throws QueryTooWideError.
 */
export interface Reader {
  events(selection: Selection, page: CheckedPage): Promise<WaypostEvent[]>;
  event(id: string): Promise<WaypostEvent | undefined>;
  message(id: string): Promise<MessageRow | undefined>;
  conversations(selection: ConversationSelection, page: CheckedPage): Promise<ConversationRow[]>;
  /** In any order. */
  conversationsById(ids: readonly string[]): Promise<ConversationRow[]>;
  /** Edges that touch one of the ids. */
  aliases(ids: readonly string[]): Promise<AliasEdge[]>;
  stats(): Promise<Omit<StoreStats, "lastEventAt">>;
}

/** With what is kept in tables. */
interface Sources extends Reader {
  /** Phone numbers and WABAs that ever had an event. */
  accounts(): Promise<readonly string[]>;
}

/** No message has more; a group's has several per participant. */
const maxTimeline = 1_000;

/** The read face over either store: filters, joins, cursors and views are the same for both. */
export function createQuery(log: Reader, tables: Pick<Tables, "of">): EventQuery {
  const quarantine = createQuarantine(tables);
  const reader: Sources = {
    ...log,
    accounts: async () => [...(await readAccounts(tables)).keys()],
  };
  return {
    events: (filter, page) => namingFilter(filter, findEvents(reader, filter, page)),
    event: async (id) => reader.event(text("id", id)),
    async message(wamid) {
      const row = await reader.message(text("wamid", wamid));
      if (row === undefined) return undefined;
      const page = { limit: maxTimeline, after: undefined };
      return messageView(row, await reader.events({ messageId: wamid }, page));
    },
    conversations: (filter, page) => namingFilter(filter, listConversations(reader, filter, page)),
    async conversation(id) {
      const [view] = await viewsOf(reader, [text("id", id)]);
      return view?.view;
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
  const { conversation, contact, text: query, ...plain } = filter;
  const words = query === undefined || query.trim() === "" ? undefined : queryWords(query);
  if ([words, filter.types, filter.accounts].some((each) => each?.length === 0)) return "nothing";
  const load = (ids: readonly string[]) => reader.aliases(ids);
  return {
    ...plain,
    ...(words && { words }),
    ...(conversation !== undefined && {
      conversationIds: (await resolveAliases([conversation], load))(conversation),
    }),
    ...(contact !== undefined && { contact: await findContact(reader, contact) }),
  };
}

/** The conversations of a person with each of the business's numbers, and the ids that are theirs alone. */
async function findContact(reader: Sources, contact: string) {
  const key = contactKey(contact);
  const party = /[A-Za-z]/.test(key) ? { userId: key } : { phone: key };
  const accounts = await reader.accounts();
  const own = accounts.flatMap((account) => conversationIdOf(account, party) ?? []);
  const aliases = await resolveAliases(own, (ids) => reader.aliases(ids));
  const conversationIds = [...new Set(own.flatMap(aliases))];
  const rows = await reader.conversationsById(conversationIds);
  const keys = new Set([key, ...rows.flatMap((row) => row.identity ?? [])]);
  return { conversationIds, keys: [...keys] };
}

interface Shown {
  readonly view: ConversationView;
  /** The row it is shown at. */
  readonly row: ConversationRow;
}

async function listConversations(
  reader: Sources,
  filter: ConversationFilter,
  page: PageRequest,
): Promise<Page<ConversationView>> {
  const { limit, after } = checkPage(page);
  const { account, accounts, contact } = checkFilter(filter);
  if (accounts?.length === 0) return { items: [], next: null };
  const ids =
    contact === undefined ? {} : { ids: (await findContact(reader, contact)).conversationIds };
  const selection = {
    ...(account !== undefined && { account }),
    ...(accounts && { accounts }),
    ...ids,
  };
  const shown: Shown[] = [];
  let from = after;
  for (;;) {
    const rows = await reader.conversations(selection, { limit: limit + 1, after: from });
    const views = await viewsOf(
      reader,
      rows.map((row) => row._id),
    );
    const here = new Map(views.map((each) => [each.row._id, each]));
    shown.push(...rows.flatMap((row) => here.get(row._id) ?? []));
    const end = rows.at(-1);
    if (shown.length > limit || rows.length <= limit || end === undefined) break;
    from = positionOf(end);
  }
  const { items, next } = pageOf(shown, limit, (each) => positionOf(each.row));
  return { items: items.map((each) => each.view), next };
}

/** One view per person behind these ids. */
async function viewsOf(reader: Sources, ids: readonly string[]): Promise<Shown[]> {
  const aliases = await resolveAliases(ids, (more) => reader.aliases(more));
  const people = new Map(ids.map((id) => [[...aliases(id)].sort().join(" "), aliases(id)]));
  const all = [...new Set([...people.values()].flat())];
  const rows = new Map((await reader.conversationsById(all)).map((row) => [row._id, row]));
  const now = Date.now();
  return [...people.values()].flatMap((members) => {
    const [first, ...others] = members.flatMap((id) => rows.get(id) ?? []);
    if (first === undefined) return [];
    const mine = [first, ...others] as const;
    return { view: conversationView(mine, members, now), row: mostRecent(mine) };
  });
}

function positionOf(row: ConversationRow): Position {
  return { at: Date.parse(row.lastReceivedAt), id: row._id };
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

import {
  type ConversationFilter,
  type ConversationView,
  InvalidCursorError,
  type Page,
  type PageRequest,
  QueryTooWideError,
} from "../../contracts.ts";
import { resolveAliases } from "../contacts/aliases.ts";
import { findContact } from "../contacts/find-contact.ts";
import type {
  ConversationSelection,
  ConversationTime,
  ListedConversation,
  Sources,
} from "../log/reader.ts";
import { type CheckedFilter, checkFilter, checkPage } from "../log/selection.ts";
import type { ConversationRow } from "../log/views.ts";
import { encodeCursor, type Position, parseCursor } from "../table/cursor.ts";
import { queryLimitMs } from "../table/time-limit.ts";
import { conversationView, newestSaid, windowMs } from "./conversation-view.ts";

/** A page of the log is no shorter. */
const fewest = 50;
const hourMs = 60 * 60 * 1_000;
/** A window that closes within this is closing. */
const closingMs = 4 * hourMs;

/** A part of a list; what comes behind the end of one goes on at the beginning of the next. */
interface Leg extends Pick<ConversationSelection, "by" | "from" | "to"> {
  readonly oldestFirst?: true;
}

/** Which conversations, in which order, as of a moment that stays the same for all pages. */
function legsOf({ state, window, contact }: CheckedFilter, now: number): readonly Leg[] {
  const opened = now - windowMs;
  const closing = { from: opened, to: opened + closingMs, oldestFirst: true } as const;
  if (contact !== undefined) return [{ by: "lastReceivedAt" }];
  if (state === "unanswered") {
    if (window === "closing") return [{ by: "waitingSince", ...closing }];
    return [
      { by: "waitingSince", from: opened, oldestFirst: true },
      { by: "waitingSince", to: opened },
    ];
  }
  if (window === "closing") return [{ by: "lastInboundAt", ...closing }];
  if (state === "open") return [{ by: "openSince" }];
  return [{ by: state === "closed" ? "closedAt" : "lastReceivedAt" }];
}

interface Start {
  readonly leg: number;
  readonly now: number;
  readonly after: Position | undefined;
}

/** A cursor of a list with a state or a window also holds its leg, and as of when. */
function startOf(cursor: string | undefined, isPlain: boolean): Start {
  if (cursor === undefined) return { leg: 0, now: Date.now(), after: undefined };
  const position = parseCursor(cursor);
  if (isPlain) return { leg: 0, now: Date.now(), after: position };
  const [, leg, now, id] = /^([01]) (\d{1,15}) (.+)$/s.exec(position.id) ?? [];
  if (id === undefined) throw new InvalidCursorError("the cursor is of another list");
  return { leg: Number(leg), now: Number(now), after: { at: position.at, id } };
}

interface Shown {
  readonly view: ConversationView;
  readonly leg: number;
  readonly position: Position;
}

/** One for each person. Whoever is kept in several rows is shown at the one that comes first. */
export async function listConversations(
  reader: Sources,
  filter: ConversationFilter,
  page: PageRequest,
): Promise<Page<ConversationView>> {
  const { limit } = checkPage({ limit: page.limit });
  const asked = checkFilter(filter);
  if (asked.accounts?.length === 0) return { items: [], next: null };
  const isPlain = asked.state === undefined && asked.window === undefined;
  const start = startOf(page.cursor, isPlain);
  const list = {
    reader,
    asked,
    now: start.now,
    most: limit + 1,
    within: await withinOf(reader, asked),
  };
  const legs = legsOf(asked, start.now);
  const shown: Shown[] = [];
  for (let leg = start.leg; leg < legs.length && shown.length <= limit; leg += 1) {
    const after = leg === start.leg ? start.after : undefined;
    const found = await readLeg(list, legs[leg] as Leg, after);
    shown.push(...found.map((each) => ({ ...each, leg })));
  }
  const items = shown.slice(0, limit);
  const last = shown.length > limit ? items.at(-1) : undefined;
  return {
    items: items.map(({ view }) => view),
    next: last === undefined ? null : cursorAt(last, isPlain ? undefined : start.now),
  };
}

async function withinOf(reader: Sources, { account, accounts, contact }: CheckedFilter) {
  return {
    ...(account !== undefined && { account }),
    ...(accounts && { accounts }),
    ...(contact !== undefined && { ids: (await findContact(reader, contact)).conversationIds }),
  };
}

interface List {
  readonly reader: Sources;
  readonly asked: CheckedFilter;
  readonly now: number;
  /** So many are enough. */
  readonly most: number;
  readonly within: Pick<ConversationSelection, "account" | "accounts" | "ids">;
}

/** Reads on until there are enough that fit. */
async function readLeg(
  { reader, asked, now, most, within }: List,
  { oldestFirst, ...which }: Leg,
  from: Position | undefined,
): Promise<Omit<Shown, "leg">[]> {
  const end = performance.now() + queryLimitMs;
  const order = oldestFirst ? { oldestFirst } : {};
  const shown: Omit<Shown, "leg">[] = [];
  for (let after = from; ; ) {
    // A person in several rows is shown once: few lack after the first page.
    const limit = Math.max(most - shown.length, fewest);
    const page = { limit, after, ...order };
    const listed = await reader.conversations({ ...within, ...which }, page);
    const found = await shownAt(reader, listed, which.by, now);
    shown.push(...found.filter((each) => fits(each.view, asked, now)));
    const last = listed.at(-1);
    if (shown.length >= most || listed.length < limit || last === undefined) return shown;
    if (performance.now() > end) throw new QueryTooWideError([]);
    after = { at: last.at, id: last.row._id };
  }
}

function cursorAt({ leg, position }: Shown, now: number | undefined): string {
  const { at, id } = position;
  return encodeCursor(now === undefined ? position : { at, id: `${leg} ${now} ${id}` });
}

function fits(view: ConversationView, { state, window }: CheckedFilter, now: number): boolean {
  if (state !== undefined && view.state !== state) return false;
  if (window === undefined) return true;
  const left = Date.parse(view.windowOpenUntil ?? "") - now;
  return left > 0 && left <= closingMs;
}

/** Those persons of whom one of these is the row that comes first. */
async function shownAt(
  reader: Sources,
  listed: readonly ListedConversation[],
  by: ConversationTime,
  now: number,
): Promise<Omit<Shown, "leg">[]> {
  const persons = await personsAt(
    reader,
    listed.map(({ row }) => row._id),
    now,
    listed.map(({ row }) => row),
  );
  if (by === "waitingSince") await clearAnswered(reader, listed, persons);
  const here = new Map(persons.map(({ view, rows }) => [mainOf(rows, by)._id, view]));
  return listed.flatMap(({ row, at }) => {
    const view = here.get(row._id);
    return view === undefined ? [] : [{ view, position: { at, id: row._id } }];
  });
}

/** What was answered under another id, or came late behind its answer, is found no more. */
async function clearAnswered(
  reader: Sources,
  listed: readonly ListedConversation[],
  persons: readonly Person[],
): Promise<void> {
  const waiting = new Set(
    persons
      .filter(({ view }) => view.state === "unanswered")
      .flatMap(({ rows }) => rows.map(({ _id }) => _id)),
  );
  const over = listed.filter(({ row }) => !waiting.has(row._id));
  if (over.length === 0) return;
  await reader.clearWaiting(
    over.map(({ row, at }) => ({ id: row._id, waitingSince: new Date(at).toISOString() })),
  );
}

function mainOf(rows: readonly ConversationRow[], by: ConversationTime): ConversationRow {
  const place = (row: ConversationRow) => `${timeOf(row, by)} ${row._id}`;
  return rows.reduce((a, b) => (place(a) >= place(b) ? a : b));
}

/** As far as the joined row says: a mark beside it may be gone. */
function timeOf(row: ConversationRow, by: ConversationTime): string {
  if (by === "waitingSince") return row.lastAskedAt ?? "";
  if (by === "openSince") return row.lastMessage?.at ?? "";
  return row[by] ?? "";
}

interface Person {
  readonly view: ConversationView;
  readonly rows: readonly ConversationRow[];
}

/** One for each person behind these ids. `read`: rows that need not be read again. */
export async function personsAt(
  reader: Sources,
  ids: readonly string[],
  now: number,
  read: readonly ConversationRow[] = [],
): Promise<Person[]> {
  const aliases = await resolveAliases(ids, (more) => reader.aliases(more));
  const people = new Map(ids.map((id) => [[...aliases(id)].sort().join(" "), aliases(id)]));
  const rows = new Map(read.map((row) => [row._id, row]));
  const others = new Set([...people.values()].flat().filter((id) => !rows.has(id)));
  const found = others.size === 0 ? [] : await reader.conversationsById([...others]);
  for (const row of found) rows.set(row._id, row);
  const words = [...people.values()].flatMap((members) => {
    const newest = newestSaid(members.flatMap((id) => rows.get(id) ?? []));
    return newest?.id ?? [];
  });
  const lastEvents = await reader.eventsById(words);
  return [...people.values()].flatMap((members) => {
    const [first, ...others] = members.flatMap((id) => rows.get(id) ?? []);
    if (first === undefined) return [];
    const mine = [first, ...others] as const;
    return { view: conversationView(mine, { aliases: members, now, lastEvents }), rows: mine };
  });
}

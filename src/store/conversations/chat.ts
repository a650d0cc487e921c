import type { ChatMessage, ChatPage, Chats, PageRequest, WaypostEvent } from "../../contracts.ts";
import { InvalidCursorError, QueryTooWideError } from "../../contracts.ts";
import { isSaid } from "../../event/direction.ts";
import { resolveAliases } from "../contacts/aliases.ts";
import type { Reader } from "../log/reader.ts";
import { checkPage, text } from "../log/selection.ts";
import type { MessageRow } from "../log/views.ts";
import { encodeCursor, type Position, parseCursor } from "../table/cursor.ts";
import { namingFilter, queryLimitMs } from "../table/time-limit.ts";
import { chatMessage, quotedBy } from "./chat-message.ts";

type Sources = Pick<Reader, "events" | "messages" | "conversationsById" | "aliases">;

const messageTypes = ["message", "outgoing", "echo", "history", "standby"].map(
  (of) => `whatsapp.${of}.*`,
);
const statuses = ["whatsapp.status.*"];
/** Of a page of the log. Most of it is statuses, three for each message that was sent. */
const eventsAtOnce = 200;
/** Of one page of messages: what is said about them, which is little but for reactions in groups. */
const maxAbout = 2_000;

/**
 * A message stands where the first event that says it was received; where nobody told of it, at its first status. So its
 * place never changes but when it is told of later.
 */
export function createChats(reader: Sources): Chats {
  return {
    chat: (id, request) =>
      namingFilter({ conversation: id }, chat(reader, text("id", id), request)),
  };
}

async function chat(
  reader: Sources,
  id: string,
  request: PageRequest,
): Promise<ChatPage | undefined> {
  const { limit, from } = pageFrom(request);
  const ids = (await resolveAliases([id], (more) => reader.aliases(more)))(id);
  const rows = await reader.conversationsById(ids);
  if (rows.length === 0) return undefined;
  const { places: found, about } = await placesOf(reader, ids, { limit: limit + 1, from });
  const more = found.length > limit;
  const places = found.slice(0, limit);
  if (from?.newer) places.reverse();
  const [newest, oldest] = [places[0], places.at(-1)];
  const [olderLeft, newerLeft] = from?.newer ? [true, more] : [more, from !== undefined];
  return {
    items: await messagesAt(reader, places, about),
    next: olderLeft && oldest ? cursorAt("o", oldest.event) : null,
    previous: newerLeft && newest ? cursorAt("n", newest.event) : null,
  };
}

interface From {
  readonly newer: boolean;
  readonly position: Position;
}

/** Its cursors say in which direction they go on. */
function pageFrom({ limit, cursor }: PageRequest): { limit: number; from: From | undefined } {
  checkPage({ limit });
  if (cursor === undefined) return { limit, from: undefined };
  const { at, id } = parseCursor(cursor);
  const [, turn, event] = /^([no]) (.+)$/s.exec(id) ?? [];
  if (event === undefined) throw new InvalidCursorError("the cursor is of another list");
  return { limit, from: { newer: turn === "n", position: { at, id: event } } };
}

function cursorAt(turn: "n" | "o", event: WaypostEvent): string {
  return encodeCursor({ at: receivedAt(event), id: `${turn} ${event.id}` });
}

/** A message at the event where it stands. */
interface Place {
  readonly wamid: string;
  readonly event: WaypostEvent;
}

/** What messages say of themselves and of each other, by whom it was asked for. */
type About = ReadonlyMap<string, readonly WaypostEvent[]>;

/** In the order of reading: newest first, or oldest first where it goes to what is newer. */
async function placesOf(
  reader: Sources,
  conversationIds: readonly string[],
  { limit, from }: { readonly limit: number; readonly from: From | undefined },
): Promise<{ readonly places: readonly Place[]; readonly about: About }> {
  const end = performance.now() + queryLimitMs;
  const order = from?.newer ? { oldestFirst: true as const } : {};
  const places: Place[] = [];
  const about = new Map<string, readonly WaypostEvent[]>();
  let after = from?.position;
  for (;;) {
    const page = { limit: eventsAtOnce, after, ...order };
    const types = [...messageTypes, ...statuses];
    const events = await reader.events({ conversationIds, types }, page);
    places.push(...(await standingAt(reader, conversationIds, events, about)));
    const last = events.at(-1);
    if (places.length >= limit || events.length < eventsAtOnce || last === undefined) break;
    if (performance.now() > end) throw new QueryTooWideError([]);
    after = { at: receivedAt(last), id: last.id };
  }
  return { places: places.slice(0, limit), about };
}

/** Those of the events at which a message stands. */
async function standingAt(
  reader: Sources,
  conversationIds: readonly string[],
  events: readonly WaypostEvent[],
  about: Map<string, readonly WaypostEvent[]>,
): Promise<Place[]> {
  const named = [...new Set(events.flatMap((event) => wamidOf(event) ?? []))];
  const found = await aboutMessages(reader, named, messageTypes);
  // Of more it is not known which of them lack some: those are asked for with their page.
  if (found.length < maxAbout) for (const wamid of named) about.set(wamid, found);
  const own = new Set(conversationIds);
  const firsts = firstOf(found.filter(({ data }) => own.has(data.conversationId ?? "")));
  const unplaced = named.filter((wamid) => !firsts.has(wamid));
  const sent = await aboutMessages(reader, unplaced, statuses, conversationIds);
  for (const [wamid, event] of firstOf(sent)) if (!firsts.has(wamid)) firsts.set(wamid, event);
  return events.flatMap((event) => {
    const wamid = wamidOf(event);
    return wamid !== undefined && firsts.get(wamid)?.id === event.id ? [{ wamid, event }] : [];
  });
}

/** Oldest first. */
async function aboutMessages(
  reader: Sources,
  messageIds: readonly string[],
  types: readonly string[],
  conversationIds?: readonly string[],
): Promise<readonly WaypostEvent[]> {
  if (messageIds.length === 0) return [];
  const page = { limit: maxAbout, after: undefined, oldestFirst: true } as const;
  const within = conversationIds && { conversationIds };
  return reader.events({ messageIds, types, ...within }, page);
}

/** The first event that is the message, or its status. */
function firstOf(events: readonly WaypostEvent[]): Map<string, WaypostEvent> {
  const firsts = new Map<string, WaypostEvent>();
  for (const event of events) {
    const wamid = wamidOf(event);
    if (wamid !== undefined && !firsts.has(wamid)) firsts.set(wamid, event);
  }
  return firsts;
}

/** Of a message that is one by itself, and of a status; what is about another message is part of that. */
function wamidOf(event: WaypostEvent): string | undefined {
  const { status, message } = event.data;
  if (status !== undefined) return status.messageId;
  return isSaid(event) ? message?.id : undefined;
}

async function messagesAt(
  reader: Sources,
  places: readonly Place[],
  known: About,
): Promise<ChatMessage[]> {
  if (places.length === 0) return [];
  const wamids = places.map(({ wamid }) => wamid);
  const unknown = wamids.filter((wamid) => !known.has(wamid));
  const [rows, asked] = await Promise.all([
    reader.messages(wamids),
    aboutMessages(reader, unknown, messageTypes),
  ]);
  const lists = new Set(wamids.flatMap((wamid) => [known.get(wamid) ?? []]));
  const about = inOrder([...[...lists].flat(), ...asked]);
  const quoted = new Set(about.flatMap((event) => quotedBy(event) ?? []));
  const quotedMessages = about.filter(
    (each) => isSaid(each) && quoted.has(each.data.message?.id ?? ""),
  );
  for (const { data } of quotedMessages) quoted.delete(data.message?.id ?? "");
  const quotes = [...quotedMessages, ...(await aboutMessages(reader, [...quoted], messageTypes))];
  const rowOf = new Map<string, MessageRow>(rows.map((row) => [row._id, row]));
  return places
    .map(({ wamid, event }) => chatMessage({ wamid, event, row: rowOf.get(wamid), about, quotes }))
    .sort(byTime);
}

/** Each once, as a list has them oldest first. */
function inOrder(events: readonly WaypostEvent[]): WaypostEvent[] {
  const place = (event: WaypostEvent) => `${event.data.receivedAt} ${event.id}`;
  const each = new Map(events.map((event) => [event.id, event]));
  return [...each.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function byTime(a: ChatMessage, b: ChatMessage): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1;
}

function receivedAt({ data }: WaypostEvent): number {
  return Date.parse(data.receivedAt);
}

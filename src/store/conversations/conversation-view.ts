import type { ConversationState, ConversationView, WaypostEvent } from "../../contracts.ts";
import { textOf } from "../../event/message-in-words.ts";
import type { LastSaid, Latest } from "../log/row-change.ts";
import { type ConversationRow, withoutAbsent } from "../log/views.ts";
import { isClosed, joinedWords, waitingSince } from "./last-words.ts";

export const windowMs = 24 * 60 * 60 * 1000;
/** A list shows how it begins. */
const maxText = 200;

export interface ConversationParts {
  readonly aliases: readonly string[];
  readonly now: number;
  /** The events that rows name as their last. */
  readonly lastEvents: ReadonlyMap<string, WaypostEvent>;
}

/** One person's conversation from all rows it is kept in, at least one; the most recent row gives it its id. */
export function conversationView(
  rows: readonly [ConversationRow, ...ConversationRow[]],
  { aliases, now, lastEvents }: ConversationParts,
): ConversationView {
  const main = mostRecent(rows);
  const inbound = last(rows.flatMap((row) => row.lastInboundAt ?? []));
  const openUntil = inbound === undefined ? 0 : Date.parse(inbound) + windowMs;
  const newest = (field: "waId" | "name" | "username") =>
    latest(rows.flatMap((row) => row[field] ?? []));
  return withoutAbsent<ConversationView>({
    id: main._id,
    aliases: aliases.filter((id) => id !== main._id).sort(),
    account: withoutAbsent({ wabaId: main.wabaId, phoneNumberId: main.phoneNumberId }),
    contact: withoutAbsent({
      userId: userIdOf(main, rows),
      waId: newest("waId"),
      name: newest("name"),
      username: newest("username"),
    }),
    groupId: main.groupId,
    firstAt: rows.map((row) => row.firstAt).sort()[0],
    lastAt: last(rows.map((row) => row.lastAt)),
    lastInboundAt: inbound,
    windowOpenUntil: openUntil > now ? new Date(openUntil).toISOString() : undefined,
    ...stateOf(rows),
    last: lastSaid(rows, lastEvents),
  });
}

function stateOf(
  rows: readonly ConversationRow[],
): Pick<ConversationView, "state"> & { unansweredSince: string | undefined } {
  const words = joinedWords(rows);
  const since = waitingSince(words);
  const answered: ConversationState = isClosed(words) ? "closed" : "open";
  return { state: since === undefined ? answered : "unanswered", unansweredSince: since };
}

/** What a person's rows name as their last. */
export function newestSaid(rows: readonly Pick<ConversationRow, "last">[]): LastSaid | undefined {
  const known = rows.flatMap((row) => row.last ?? []);
  return known.toSorted((a, b) => (`${a.at} ${a.id}` < `${b.at} ${b.id}` ? 1 : -1))[0];
}

/** What was sent since without telling Waypost is known by its status alone. */
function lastSaid(
  rows: readonly ConversationRow[],
  lastEvents: ReadonlyMap<string, WaypostEvent>,
): ConversationView["last"] {
  const newest = newestSaid(rows);
  const { lastOutboundAt = "" } = joinedWords(rows);
  if (lastOutboundAt !== "" && (newest === undefined || isUntold(newest, lastOutboundAt))) {
    return { direction: "out", type: "unknown", at: lastOutboundAt };
  }
  if (newest === undefined) return undefined;
  const { id, at, direction, type } = newest;
  const text = cut(textOf(lastEvents.get(id)));
  return { direction, type, ...(text !== "" && { text }), at };
}

function isUntold({ direction, at }: LastSaid, outboundAt: string): boolean {
  return direction === "in" && outboundAt > at;
}

/** No character in two. */
function cut(text: string): string {
  if (text.length <= maxText) return text;
  return `${[...text.slice(0, maxText + 1)].slice(0, -1).join("").slice(0, maxText)}…`;
}

/** Somebody whose id changed is known by the newest one. */
function userIdOf(main: ConversationRow, rows: readonly ConversationRow[]): string | undefined {
  if (main.userId !== undefined) return main.userId;
  const [first, ...others] = rows.filter((row) => row.userId !== undefined);
  return first && mostRecent([first, ...others]).userId;
}

/** The row a list shows a person at. */
function mostRecent(rows: readonly [ConversationRow, ...ConversationRow[]]): ConversationRow {
  return rows.reduce((a, b) => (place(a) >= place(b) ? a : b));
}

function place(row: ConversationRow): string {
  return `${row.lastReceivedAt} ${row._id}`;
}

function last(times: readonly string[]): string | undefined {
  return [...times].sort().at(-1);
}

function latest(values: readonly Latest<string>[]): string | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((a, b) => (`${a.at} ${a.id}` >= `${b.at} ${b.id}` ? a : b)).value;
}

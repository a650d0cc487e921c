import type { ConversationView, MessageView, WaypostEvent } from "../contracts.ts";
import type { ErrorNote, LastMessage, Latest, StatusRank } from "./facts.ts";

/** A message as `rowOf` its facts: the same in both stores. */
export interface MessageRow {
  readonly _id: string;
  readonly direction?: "in" | "out";
  readonly type?: Latest<string>;
  readonly conversationId?: string;
  readonly wabaId?: string;
  readonly phoneNumberId?: string;
  readonly status?: StatusRank;
  readonly statusAt?: Readonly<Record<string, string>>;
  /** Of our side's: the first time that it is known of. */
  readonly sentAt?: string;
  readonly pricing?: Latest<Readonly<Record<string, unknown>>>;
  readonly errors?: readonly ErrorNote[];
  readonly template?: Latest<string>;
  readonly sentBy?: Latest<string>;
  readonly campaign?: Latest<string>;
  readonly variant?: Latest<string>;
  /** JSON. */
  readonly ref?: Latest<string>;
}

/** A conversation as `rowOf` its facts. */
export interface ConversationRow {
  readonly _id: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly lastReceivedAt: string;
  readonly lastInboundAt?: string;
  readonly lastMessage?: LastMessage;
  readonly closedAt?: string;
  readonly groupId?: string;
  readonly phoneNumberId?: string;
  readonly wabaId?: string;
  /** What the id was made of: the BSUID, else the phone. */
  readonly identity?: string;
  readonly userId?: string;
  readonly waId?: Latest<string>;
  readonly name?: Latest<string>;
  readonly username?: Latest<string>;
}

const windowMs = 24 * 60 * 60 * 1000;

export function messageView(row: MessageRow, events: readonly WaypostEvent[]): MessageView {
  return withoutAbsent<MessageView>({
    id: row._id,
    direction: row.direction ?? "in",
    type: row.type?.value,
    template: row.template?.value,
    sentBy: row.sentBy?.value,
    campaign: row.campaign?.value,
    variant: row.variant?.value,
    ref: row.ref && JSON.parse(row.ref.value),
    conversationId: row.conversationId,
    account: withoutAbsent({ wabaId: row.wabaId, phoneNumberId: row.phoneNumberId }),
    status: row.status?.name,
    statusAt: row.statusAt ?? {},
    errors: [...(row.errors ?? [])].sort(byJson),
    pricing: row.pricing?.value,
    events: [...events].sort(byPayloadTime),
  });
}

/** One person's conversation from all rows it is kept in, at least one; the most recent row gives it its id. */
export function conversationView(
  rows: readonly [ConversationRow, ...ConversationRow[]],
  aliases: readonly string[],
  now: number,
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
  });
}

/** Somebody whose id changed is known by the newest one. */
function userIdOf(main: ConversationRow, rows: readonly ConversationRow[]): string | undefined {
  if (main.userId !== undefined) return main.userId;
  const [first, ...others] = rows.filter((row) => row.userId !== undefined);
  return first && mostRecent([first, ...others]).userId;
}

/** The row a list shows a person at. */
export function mostRecent(
  rows: readonly [ConversationRow, ...ConversationRow[]],
): ConversationRow {
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

function byPayloadTime(a: WaypostEvent, b: WaypostEvent): number {
  const order =
    Date.parse(a.time) - Date.parse(b.time) ||
    Date.parse(a.data.receivedAt) - Date.parse(b.data.receivedAt);
  return order || (a.id < b.id ? -1 : 1);
}

function byJson(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** `exactOptionalPropertyTypes`: what is not known is not there. */
function withoutAbsent<T>(values: { readonly [K in keyof T]: T[K] | undefined }): T {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}

import { StoreError, type WaypostEvent } from "../../contracts.ts";
import { type AliasEdge, aliasEdges } from "../../event/alias-edges.ts";
import { normalizePhone } from "../../event/conversation.ts";
import { directionOf, isInboundMessage } from "../../event/direction.ts";
import { isTurnOver, nextTurn } from "../../support/loop-turn.ts";
import { newestPerAccount } from "../accounts.ts";
import { addEdge } from "../contacts/aliases.ts";
import { type EventContact, eventContact } from "../contacts/event-contact.ts";
import { lastWords } from "../conversations/last-words.ts";
import { type EventIndex, idOf, indexEvent, textOf } from "./event-index.ts";
import {
  type ErrorNote,
  joinByRow,
  type Latest,
  type Member,
  type RowChange,
  sortedSet,
} from "./row-change.ts";

/** What an event changes, besides being kept. Pure: the same event always says the same. */
export interface Projection {
  readonly index: EventIndex;
  readonly message: RowChange | undefined;
  readonly conversation: RowChange | undefined;
  readonly aliases: readonly AliasEdge[];
  readonly contact: EventContact;
}

/** A message that was delivered to one device did not fail. Unknown statuses rank lowest. */
const ranks: ReadonlyMap<string, number> = new Map([
  ["sent", 1],
  ["failed", 2],
  ["delivered", 3],
  ["read", 4],
  ["played", 5],
]);

/** Throws StoreError `refused` for an event that can never be written. */
export function project(event: WaypostEvent): Projection {
  const index = indexEvent(event);
  const at = payloadTime(event);
  return {
    index,
    message: messageChange(event, at),
    conversation: conversationChange(event, index, at),
    aliases: aliasEdges(event),
    contact: eventContact(event, at),
  };
}

export interface Projected {
  readonly event: WaypostEvent;
  readonly projection: Projection;
}

/** Projects a batch in slices, so that other requests of the same process go on meanwhile. Throws StoreError `refused` when one event cannot be. */
export async function projectAll(events: readonly WaypostEvent[]): Promise<Projected[]> {
  const projected: Projected[] = [];
  for (const event of events) {
    projected.push({ event, projection: projectOrRefuse(event) });
    if (isTurnOver()) await nextTurn();
  }
  return projected;
}

/** What is not shaped like an event today will not be tomorrow. */
function projectOrRefuse(event: WaypostEvent): Projection {
  try {
    return project(event);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError("refused", "an event of an unknown shape", { cause: error });
  }
}

/** All a batch changes, each row once. */
export function joinProjections(projections: readonly Projection[]) {
  const joined = (pick: (projection: Projection) => RowChange | undefined) =>
    joinByRow(projections.flatMap((projection) => pick(projection) ?? []));
  const edges = new Map<string, AliasEdge>();
  for (const { aliases } of projections) for (const edge of aliases) addEdge(edges, edge);
  const conversations = joined((projection) => projection.conversation);
  const aliases = [...edges.values()];
  const touched = new Set(conversations.map(({ id }) => id));
  const contacts = projections.map((projection) => projection.contact);
  for (const { from, to } of [...aliases, ...contacts.flatMap((each) => each.edges)]) {
    touched.add(from).add(to);
  }
  for (const { key } of contacts) if (key !== undefined) touched.add(key);
  return {
    messages: joined((projection) => projection.message),
    conversations,
    accounts: newestPerAccount(projections.map(({ index }) => index)),
    aliases,
    contacts,
    /** Conversations and contacts that have an event in the batch, or are joined with one: their links live on. */
    touched: [...touched],
  };
}

function messageChange(event: WaypostEvent, at: string): RowChange | undefined {
  const { message, status, history, account, conversationId } = event.data;
  const { sentBy, campaign, variant, ref } = event.data;
  const id = idOf(status?.messageId) ?? idOf(message?.id);
  const direction = directionOf(event);
  if (id === undefined || direction === undefined) return undefined;
  const latest = latestOf(event, at);
  const reached = status?.status ?? (direction === "out" ? history?.status : undefined);
  const notes = errorNotes(status?.errors ?? message?.errors);
  return {
    id,
    max: present({
      direction,
      type: latest(textOf(message?.type), message?.type === "media_placeholder"),
      conversationId: textOf(conversationId),
      wabaId: textOf(account.wabaId),
      phoneNumberId: textOf(account.phoneNumberId),
      status: reached === undefined ? undefined : statusRank(reached),
      pricing: latest(plain(status?.pricing)),
      template: latest(textOf(message?.template?.name)),
      sentBy: latest(textOf(sentBy)),
      campaign: latest(textOf(campaign)),
      variant: latest(textOf(variant)),
      // As text: its keys are anybody's, and would be operators in a row.
      ref: latest(ref === undefined ? undefined : JSON.stringify(ref)),
    }),
    min: {
      ...(direction === "out" && { sentAt: at }),
      ...(status !== undefined && { [`statusAt.${statusName(status.status)}`]: at }),
    },
    add: notes.length === 0 ? {} : { errors: notes },
  };
}

function conversationChange(
  event: WaypostEvent,
  index: EventIndex,
  at: string,
): RowChange | undefined {
  const { contact, groupId } = event.data;
  if (index.conversationId === undefined) return undefined;
  const inbound = isInboundMessage(event);
  const lastMessage = lastMessageOf(event, index);
  const latest = latestOf(event, at);
  const person = groupId === undefined ? contact : undefined;
  const userId = textOf(person?.userId);
  const waId = textOf(person?.waId);
  return {
    id: index.conversationId,
    max: present({
      lastAt: at,
      lastReceivedAt: isoTime(index.receivedAt),
      lastInboundAt: inbound ? at : undefined,
      ...lastWords(event, at),
      lastMessage,
      heardAt: inbound ? lastMessage?.at : undefined,
      closedAt: event.type === closedType ? isoTime(index.receivedAt) : undefined,
      groupId: textOf(groupId),
      phoneNumberId: index.phoneNumberId,
      wabaId: index.wabaId,
      identity: userId ?? (waId && normalizePhone(waId)),
      userId,
      waId: latest(waId),
      name: latest(textOf(person?.name)),
      username: latest(textOf(person?.username)),
    }),
    min: { firstAt: at },
    add: accountsOf(index),
  };
}

const closedType = "business.conversation.closed";

/** By receipt, as conditions of routes look at it. Of either side; nothing that came with the history, and no test. */
function lastMessageOf({ id, type, data }: WaypostEvent, { receivedAt }: EventIndex) {
  const isMessage = /^whatsapp\.(message|outgoing|echo|standby)\./.test(type);
  if (!isMessage || data.message === undefined || data.test) return undefined;
  return { at: isoTime(receivedAt), id };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function accountsOf({ phoneNumberId, wabaId }: EventIndex): Record<string, Member[]> {
  const accounts = [phoneNumberId, wabaId].filter((id) => id !== undefined);
  return accounts.length === 0 ? {} : { accounts: sortedSet(accounts) };
}

/** Makes last-writer values. A `weak` one loses against any other: it stands in for what is not known. */
function latestOf(event: WaypostEvent, at: string) {
  const version = event.dataversion ?? 1;
  return <T>(value: T | undefined, weak = false): Latest<T> | undefined =>
    value === undefined ? undefined : { at: weak ? "" : at, id: event.id, version, value };
}

/** Payload time in one writing, so that texts compare as times do. */
export function payloadTime({ time, data }: WaypostEvent): string {
  for (const text of [data.status?.at, data.message?.sentAt, time, data.receivedAt]) {
    const at = text === undefined ? Number.NaN : Date.parse(text);
    if (!Number.isNaN(at)) return new Date(at).toISOString();
  }
  return new Date(0).toISOString();
}

function statusRank(status: string) {
  const name = statusName(status);
  return { rank: ranks.get(name) ?? 0, name };
}

/** Stands as a field name in both stores. */
function statusName(status: unknown): string {
  const name = typeof status === "string" ? status.toLowerCase() : "";
  return /^[a-z][a-z0-9_]{0,63}$/.test(name) ? name : "unknown";
}

function errorNotes(errors: unknown): ErrorNote[] {
  if (!Array.isArray(errors)) return [];
  const notes = errors.slice(0, 20).flatMap((error: { code?: unknown; title?: unknown } | null) => {
    const code = typeof error?.code === "number" ? { code: error.code } : {};
    const title = textOf(error?.title)?.slice(0, 300);
    const note = { ...code, ...(title === undefined ? {} : { title }) };
    return Object.keys(note).length === 0 ? [] : [note];
  });
  return sortedSet(notes);
}

/** Only named scalars: what stands here becomes part of a row, where a strange key would be an operator. */
function plain(pricing: object | undefined): Record<string, string | number | boolean> | undefined {
  if (pricing === undefined) return undefined;
  const entries = Object.entries(pricing).filter(
    ([key, value]) => /^[a-z]\w{0,63}$/i.test(key) && typeof value !== "object",
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function present<T>(values: Record<string, T | undefined>): Record<string, T> {
  const result: Record<string, T> = {};
  for (const key in values) {
    const value = values[key];
    if (value !== undefined) result[key] = value;
  }
  return result;
}

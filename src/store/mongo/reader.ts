import { trusted } from "mongoose";
import { matchingTypes } from "../log/known-types.ts";
import type {
  ConversationSelection,
  ConversationTime,
  ListedConversation,
  Reader,
  Selection,
  Waiting,
} from "../log/reader.ts";
import type { CheckedPage } from "../log/selection.ts";
import type { ConversationRow, MessageRow } from "../log/views.ts";
import { queryLimitMs as maxTimeMS } from "../table/time-limit.ts";
import type { MongoConnection } from "./connection.ts";
import type { ConversationDocument, EventDocument, Models } from "./models.ts";
import { unpackEvent } from "./packed-event.ts";
import { readStats } from "./stats.ts";
import { nativeOf } from "./table-model.ts";

/** All filters are made here, of strings, numbers and our own operators: nothing of a caller is an operator. */
export function createReader({ use }: MongoConnection): Reader {
  return {
    events: (selection, page) => use((models) => findEvents(models, selection, page)),
    places: (selection, page) => use((models) => findPlaces(models, selection, page)),
    eventsById: (ids) => use((models) => eventsById(models, ids)),
    conversations: (selection, page) => use((models) => findConversations(models, selection, page)),
    clearWaiting: (rows) => use((models) => clearWaiting(models, rows)),
    stats: () => use(readStats),
    ...createLookups(use),
  };
}

function createLookups(
  use: MongoConnection["use"],
): Pick<Reader, "storedAt" | "messages" | "conversationsById" | "aliases"> {
  const all = (ids: readonly string[]) => ({ _id: anyOf(ids) });
  return {
    storedAt: (id) =>
      use(async (models) => {
        const found = await models.events
          .findById(id, { storedAt: 1 })
          .maxTimeMS(maxTimeMS)
          .lean<Pick<EventDocument, "storedAt"> | null>();
        return found?.storedAt;
      }),
    messages: (ids) =>
      use((models) => models.messages.find(all(ids)).maxTimeMS(maxTimeMS).lean<MessageRow[]>()),
    conversationsById: (ids) =>
      use((models) =>
        models.conversations.find(all(ids)).maxTimeMS(maxTimeMS).lean<ConversationRow[]>(),
      ),
    aliases: (ids) =>
      use((models) =>
        models.aliases
          .find({ $or: [{ from: anyOf(ids) }, { to: anyOf(ids) }] })
          .maxTimeMS(maxTimeMS)
          .lean(),
      ),
  };
}

async function clearWaiting(models: Models, rows: readonly Waiting[]): Promise<void> {
  const writes = rows.map(({ id: _id, waitingSince }) => ({
    updateOne: {
      filter: { _id, waitingSince },
      update: { $unset: { waitingSince: true as const } },
    },
  }));
  const conversations = nativeOf<ConversationDocument>(models.conversations);
  if (writes.length > 0) await conversations.bulkWrite(writes, { ordered: false });
}

async function findEvents(models: Models, selection: Selection, page: CheckedPage) {
  const found = await eventsIn<"event">(models, selection, page, { event: 1 });
  return found.map((document) => unpackEvent(document.event));
}

async function findPlaces(models: Models, selection: Selection, page: CheckedPage) {
  const found = await eventsIn<"receivedAt">(models, selection, page, { receivedAt: 1 });
  return found.map(({ _id, receivedAt }) => ({ at: receivedAt.getTime(), id: _id }));
}

async function eventsIn<Field extends keyof EventDocument>(
  models: Models,
  selection: Selection,
  page: CheckedPage,
  fields: Readonly<Record<Field, 1>>,
) {
  const order = page.oldestFirst ? 1 : -1;
  const known = () => models.events.distinct("type").maxTimeMS(maxTimeMS);
  const types = await matchingTypes(selection.types, known);
  if (types?.length === 0) return [];
  const conditions = eventConditions({ ...selection, types });
  return models.events
    .find({ $and: [...conditions, ...behind("receivedAt", page, date)] })
    .select(fields)
    .sort({ receivedAt: order, _id: order })
    .limit(page.limit)
    .maxTimeMS(maxTimeMS)
    .lean<Pick<EventDocument, "_id" | Field>[]>();
}

async function findConversations(
  models: Models,
  { by, account, accounts, ids, from, to }: ConversationSelection,
  page: CheckedPage,
): Promise<ListedConversation[]> {
  const order = page.oldestFirst ? 1 : -1;
  const conditions = [
    { [by]: trusted({ $gt: "" }) },
    ...(from === undefined ? [] : [{ [by]: trusted({ $gte: isoTime(from) }) }]),
    ...(to === undefined ? [] : [{ [by]: trusted({ $lt: isoTime(to) }) }]),
    ...(account === undefined ? [] : [{ accounts: account }]),
    // By the index of the first; the second leaves out WABAs.
    ...(accounts === undefined
      ? []
      : [{ accounts: anyOf(accounts) }, { phoneNumberId: anyOf(accounts) }]),
    ...(ids === undefined ? [] : [{ _id: anyOf(ids) }]),
    ...behind(by, page, isoTime),
  ];
  const found = await models.conversations
    .find({ $and: conditions })
    .sort({ [by]: order, _id: order })
    .limit(page.limit)
    .maxTimeMS(maxTimeMS)
    .lean<(ConversationRow & Partial<Record<ConversationTime, string>>)[]>();
  return found.map((row) => ({ row, at: Date.parse(row[by] ?? "") }));
}

function isoTime(at: number): string {
  return date(at).toISOString();
}

/** `types` are whole ones here: of several, the server merges the ranges of its index in their order. */
function eventConditions(
  selection: Omit<Selection, "types"> & { readonly types: readonly string[] | undefined },
): object[] {
  const { id, types, conversationIds, contact, messageIds, post, account, accounts, words } =
    selection;
  const conditions: object[] = [{}, ...during(selection)];
  if (id !== undefined) conditions.push({ _id: id });
  if (types !== undefined) conditions.push({ type: anyOf(types) });
  if (conversationIds !== undefined) conditions.push({ conversationId: anyOf(conversationIds) });
  if (contact !== undefined) {
    const { conversationIds: own, keys } = contact;
    conditions.push({ $or: [{ contactKeys: anyOf(keys) }, { conversationId: anyOf(own) }] });
  }
  if (messageIds !== undefined) conditions.push({ messageIds: anyOf(messageIds) });
  if (post !== undefined) conditions.push({ postId: post });
  if (account !== undefined)
    conditions.push({ $or: [{ phoneNumberId: account }, { wabaId: account }] });
  if (accounts !== undefined) conditions.push({ phoneNumberId: anyOf(accounts) });
  if (words !== undefined) conditions.push({ words: trusted({ $all: words }) });
  return conditions;
}

function during({ from, to }: { readonly from?: number; readonly to?: number }): object[] {
  return [
    ...(from === undefined ? [] : [{ receivedAt: trusted({ $gte: date(from) }) }]),
    ...(to === undefined ? [] : [{ receivedAt: trusted({ $lt: date(to) }) }]),
  ];
}

/** The rows behind a position; the first condition lets the index jump there. */
function behind(
  field: string,
  { after, oldestFirst }: CheckedPage,
  boundOf: (at: number) => Date | string,
): object[] {
  if (after === undefined) return [];
  const at = boundOf(after.at);
  const [not, strictly] = oldestFirst ? ["$gte", "$gt"] : ["$lte", "$lt"];
  return [
    { [field]: trusted({ [not]: at }) },
    { $or: [{ [field]: trusted({ [strictly]: at }) }, { _id: trusted({ [strictly]: after.id }) }] },
  ];
}

function anyOf(values: readonly string[]): object {
  return trusted({ $in: [...values] });
}

function date(at: number): Date {
  return new Date(at);
}

async function eventsById(models: Models, ids: readonly string[]) {
  const found = await nativeOf<EventDocument>(models.events)
    .find({ _id: { $in: [...ids] } })
    .project<Pick<EventDocument, "_id" | "event">>({ event: 1 })
    .maxTimeMS(maxTimeMS)
    .toArray();
  return new Map(found.map(({ _id, event }) => [_id, unpackEvent(event)]));
}

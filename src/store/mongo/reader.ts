import { trusted } from "mongoose";
import { matchingTypes } from "../known-types.ts";
import type { ConversationSelection, Reader, Selection } from "../query.ts";
import type { CheckedPage } from "../selection.ts";
import { queryLimitMs as maxTimeMS } from "../time-limit.ts";
import type { ConversationRow, MessageRow } from "../views.ts";
import type { MongoConnection } from "./connection.ts";
import type { EventDocument, Models } from "./models.ts";
import { unpackEvent } from "./packed-event.ts";
import { readStats } from "./stats.ts";

/** All filters are made here, of strings, numbers and our own operators: nothing of a caller is an operator. */
export function createReader({ use }: MongoConnection): Reader {
  return {
    events: (selection, page) => use((models) => findEvents(models, selection, page)),
    event: (id) =>
      use(async (models) => {
        const found = await models.events
          .findById(id, { event: 1 })
          .maxTimeMS(maxTimeMS)
          .lean<Pick<EventDocument, "event">>();
        return found === null ? undefined : unpackEvent(found.event);
      }),
    message: (id) =>
      use(async (models) => {
        const found = models.messages.findById(id).maxTimeMS(maxTimeMS);
        return (await found.lean<MessageRow>()) ?? undefined;
      }),
    conversations: (selection, page) => use((models) => findConversations(models, selection, page)),
    conversationsById: (ids) =>
      use((models) =>
        models.conversations
          .find({ _id: anyOf(ids) })
          .maxTimeMS(maxTimeMS)
          .lean<ConversationRow[]>(),
      ),
    aliases: (ids) =>
      use((models) =>
        models.aliases
          .find({ $or: [{ from: anyOf(ids) }, { to: anyOf(ids) }] })
          .maxTimeMS(maxTimeMS)
          .lean(),
      ),
    stats: () => use(readStats),
  };
}

async function findEvents(models: Models, selection: Selection, page: CheckedPage) {
  const order = page.oldestFirst ? 1 : -1;
  const known = () => models.events.distinct("type").maxTimeMS(maxTimeMS);
  const types = await matchingTypes(selection.types, known);
  if (types?.length === 0) return [];
  const conditions = eventConditions({ ...selection, types });
  const found = await models.events
    .find({ $and: [...conditions, ...behind("receivedAt", page, date)] })
    .select({ event: 1 })
    .sort({ receivedAt: order, _id: order })
    .limit(page.limit)
    .maxTimeMS(maxTimeMS)
    .lean<Pick<EventDocument, "event">[]>();
  return found.map((document) => unpackEvent(document.event));
}

function findConversations(
  models: Models,
  { account, accounts, ids }: ConversationSelection,
  page: CheckedPage,
) {
  const conditions = [
    {},
    ...(account === undefined ? [] : [{ accounts: account }]),
    // By the index of the first; the second leaves out WABAs.
    ...(accounts === undefined
      ? []
      : [{ accounts: anyOf(accounts) }, { phoneNumberId: anyOf(accounts) }]),
    ...(ids === undefined ? [] : [{ _id: anyOf(ids) }]),
    ...behind("lastReceivedAt", page, (at) => date(at).toISOString()),
  ];
  return models.conversations
    .find({ $and: conditions })
    .sort({ lastReceivedAt: -1, _id: -1 })
    .limit(page.limit)
    .maxTimeMS(maxTimeMS)
    .lean<ConversationRow[]>();
}

/** `types` are whole ones here: of several, the server merges the ranges of its index in their order. */
function eventConditions(
  selection: Omit<Selection, "types"> & { readonly types: readonly string[] | undefined },
): object[] {
  const { types, conversationIds, contact, messageId, account, accounts, words } = selection;
  const conditions: object[] = [{}, ...during(selection)];
  if (types !== undefined) conditions.push({ type: anyOf(types) });
  if (conversationIds !== undefined) conditions.push({ conversationId: anyOf(conversationIds) });
  if (contact !== undefined) {
    const { conversationIds: own, keys } = contact;
    conditions.push({ $or: [{ contactKeys: anyOf(keys) }, { conversationId: anyOf(own) }] });
  }
  if (messageId !== undefined) conditions.push({ messageIds: messageId });
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

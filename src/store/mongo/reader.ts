import { type mongo, trusted } from "mongoose";
import type { QuarantineEntry } from "../../contracts.ts";
import { patternExpression } from "../../event/pattern.ts";
import type { Position } from "../cursor.ts";
import type { ConversationSelection, Reader, Selection } from "../query.ts";
import type { CheckedPage } from "../selection.ts";
import type { ConversationRow, MessageRow } from "../views.ts";
import type { MongoConnection } from "./connection.ts";
import type { EventDocument, Models, QuarantineDocument } from "./models.ts";
import { unpackEvent } from "./packed-event.ts";
import { readStats } from "./stats.ts";

/** A query that takes longer is refused rather than left to burden the server. */
const maxTimeMS = 5_000;

/** All filters are made here, of strings, numbers and our own operators: nothing of a caller is an operator. */
export function createReader({ use }: MongoConnection): Reader {
  return {
    events: (selection, page) => use((models) => findEvents(models, selection, page)),
    event: (id) =>
      use(async (models) => {
        const found = await models.events
          .findById(id, { event: 1 })
          .lean<Pick<EventDocument, "event">>();
        return found === null ? undefined : unpackEvent(found.event);
      }),
    message: (id) =>
      use(async (models) => (await models.messages.findById(id).lean<MessageRow>()) ?? undefined),
    conversations: (selection, page) => use((models) => findConversations(models, selection, page)),
    conversationsById: (ids) =>
      use((models) => models.conversations.find({ _id: anyOf(ids) }).lean<ConversationRow[]>()),
    accounts: () => use((models) => accountIds(models)),
    aliases: (ids) =>
      use((models) =>
        models.aliases.find({ $or: [{ from: anyOf(ids) }, { to: anyOf(ids) }] }).lean(),
      ),
    quarantine: (range, { limit, after }) =>
      use(async (models) => {
        const found = await models.quarantine
          .find({ $and: [{}, ...during(range), ...behind("receivedAt", after, date)] })
          .sort({ receivedAt: -1, _id: -1 })
          .limit(limit)
          .maxTimeMS(maxTimeMS)
          .lean<QuarantineDocument[]>();
        return found.map(quarantineEntry);
      }),
    stats: () => use(readStats),
  };
}

async function findEvents(models: Models, selection: Selection, { limit, after }: CheckedPage) {
  const found = await models.events
    .find({ $and: [...eventConditions(selection), ...behind("receivedAt", after, date)] })
    .select({ event: 1 })
    .sort({ receivedAt: -1, _id: -1 })
    .limit(limit)
    .maxTimeMS(maxTimeMS)
    .lean<Pick<EventDocument, "event">[]>();
  return found.map((document) => unpackEvent(document.event));
}

function findConversations(
  models: Models,
  { account, ids }: ConversationSelection,
  { limit, after }: CheckedPage,
) {
  const conditions = [
    {},
    ...(account === undefined ? [] : [{ accounts: account }]),
    ...(ids === undefined ? [] : [{ _id: anyOf(ids) }]),
    ...behind("lastReceivedAt", after, (at) => date(at).toISOString()),
  ];
  return models.conversations
    .find({ $and: conditions })
    .sort({ lastReceivedAt: -1, _id: -1 })
    .limit(limit)
    .maxTimeMS(maxTimeMS)
    .lean<ConversationRow[]>();
}

async function accountIds(models: Models): Promise<string[]> {
  const accounts = await models.accounts.find({}, { _id: 1 }).lean<{ _id: string }[]>();
  return accounts.map((account) => account._id);
}

function eventConditions(selection: Selection): object[] {
  const { types, conversationIds, contact, messageId, account, words } = selection;
  const conditions: object[] = [{}, ...during(selection)];
  if (types !== undefined && !types.includes("#")) {
    conditions.push({ type: anyOf(types.map(exactOrExpression)) });
  }
  if (conversationIds !== undefined) conditions.push({ conversationId: anyOf(conversationIds) });
  if (contact !== undefined) {
    const { conversationIds: own, keys } = contact;
    conditions.push({ $or: [{ contactKeys: anyOf(keys) }, { conversationId: anyOf(own) }] });
  }
  if (messageId !== undefined) conditions.push({ messageIds: messageId });
  if (account !== undefined)
    conditions.push({ $or: [{ phoneNumberId: account }, { wabaId: account }] });
  if (words !== undefined) conditions.push({ words: trusted({ $all: words }) });
  return conditions;
}

/** The server turns an anchored expression with a literal beginning into an index range. */
function exactOrExpression(pattern: string): string | RegExp {
  return /[*#]/.test(pattern) ? new RegExp(patternExpression(pattern)) : pattern;
}

function during({ from, to }: { readonly from?: number; readonly to?: number }): object[] {
  return [
    ...(from === undefined ? [] : [{ receivedAt: trusted({ $gte: date(from) }) }]),
    ...(to === undefined ? [] : [{ receivedAt: trusted({ $lt: date(to) }) }]),
  ];
}

/** The rows behind a position, newest first; the first condition lets the index jump there. */
function behind(
  field: string,
  after: Position | undefined,
  boundOf: (at: number) => Date | string,
): object[] {
  if (after === undefined) return [];
  const at = boundOf(after.at);
  return [
    { [field]: trusted({ $lte: at }) },
    { $or: [{ [field]: trusted({ $lt: at }) }, { _id: trusted({ $lt: after.id }) }] },
  ];
}

function anyOf(values: readonly (string | RegExp)[]): object {
  return trusted({ $in: [...values] });
}

function date(at: number): Date {
  return new Date(at);
}

function quarantineEntry(document: QuarantineDocument): QuarantineEntry {
  const { buffer } = document.bytes as unknown as mongo.Binary;
  return {
    id: document._id,
    receivedAt: document.receivedAt.toISOString(),
    postId: document.postId,
    bytes: buffer.length,
    problems: [...document.problems],
    dataBase64: Buffer.from(buffer).toString("base64"),
  };
}

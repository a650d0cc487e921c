import type { mongo } from "mongoose";
import type { Tables } from "../../contracts/table.ts";
import { type Appended, type BusMessage, StoreError, type WaypostEvent } from "../../contracts.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import { isQuarantined } from "../../event/event.ts";
import { noteAccounts } from "../accounts.ts";
import { edgeId } from "../contacts/aliases.ts";
import type { ContactLearner } from "../contacts/contact-learner.ts";
import { waitingSince } from "../conversations/last-words.ts";
import { keepLinks } from "../ledger/ledger-links.ts";
import { joinProjections, type Projected, projectAll } from "../log/projection.ts";
import { markOf, type RowChange } from "../log/row-change.ts";
import type { ConversationRow } from "../log/views.ts";
import { keepQuarantined, parseQuarantined } from "../quarantine.ts";
import { noteLate } from "../series.ts";
import type { EventDocument, Models } from "./models.ts";
import { packEvent } from "./packed-event.ts";
import { duplicatesIn, nativeOf, upsertAll } from "./table-model.ts";

interface AppendTo {
  readonly tables: Tables;
  readonly learner: ContactLearner;
  readonly expireAt: Date;
}

/**
 * Stores the batch and projects all of it, duplicates too: an earlier try may have ended anywhere. All writes
 * run side by side, because none depends on another and the batch counts only when all are durable.
 */
export async function appendBatch(
  models: Models,
  batch: readonly BusMessage[],
  { tables, learner, expireAt }: AppendTo,
): Promise<Appended> {
  const events = batch.filter((item): item is WaypostEvent => !isQuarantined(item));
  const projected = await projectAll(events);
  const posts = batch.filter(isQuarantined).map((post) => parseQuarantined(post, expireAt));

  const joined = joinProjections(projected.map((each) => each.projection));
  const rows = (all: readonly RowChange[]) => all.map((change) => changeWrite(change, expireAt));
  const [written, remember] = await Promise.all([
    writeEvents(models, projected, expireAt),
    learner.learn(tables, joined.contacts),
    upsertAll(nativeOf<Row>(models.messages), rows(joined.messages)),
    upsertAll(
      nativeOf<Row>(models.conversations),
      joined.conversations.flatMap((change) => conversationWrites(change, expireAt)),
    ),
    upsertAll(
      nativeOf<Row>(models.aliases),
      joined.aliases.map((edge) => aliasWrite(edge, expireAt)),
    ),
    noteAccounts(tables, joined.accounts),
    keepLinks(tables, joined.touched, expireAt.getTime()),
    keepQuarantined(tables, posts),
  ]);
  remember();
  // Behind the events, so that whoever counts them anew sees them.
  await noteLate(tables, projected, Date.now());
  return written;
}

async function writeEvents(
  models: Models,
  projected: readonly Projected[],
  expireAt: Date,
): Promise<Appended> {
  const documents = projected.map((each) => documentOf(each, expireAt));
  const known = await insertNew(models, documents);
  const replaced = await replaceOlder(
    models,
    documents.filter((_, i) => known.has(i)),
  );
  const stored = documents.filter((_, i) => !known.has(i)).map((document) => document._id);
  return { stored, duplicates: known.size, replaced };
}

function documentOf({ event, projection }: Projected, expireAt: Date): EventDocument {
  const { index } = projection;
  const { receivedAt, conversationId, phoneNumberId, wabaId, contactKeys, messageIds, words } =
    index;
  const { breakdown } = index;
  return {
    _id: event.id,
    type: event.type,
    dataversion: event.dataversion ?? 1,
    receivedAt: new Date(receivedAt),
    ...(conversationId !== undefined && { conversationId }),
    ...(phoneNumberId !== undefined && { phoneNumberId }),
    ...(wabaId !== undefined && { wabaId }),
    contactKeys,
    messageIds,
    ...(index.postId !== undefined && { postId: index.postId }),
    words,
    ...(breakdown !== undefined && { breakdown }),
    event: packEvent(event),
    storedAt: new Date(),
    expireAt,
  };
}

/** Answers with the positions of those that were there already. */
async function insertNew(models: Models, documents: EventDocument[]): Promise<Set<number>> {
  if (documents.length === 0) return new Set();
  try {
    await nativeOf<EventDocument>(models.events).insertMany(documents, { ordered: false });
    return new Set();
  } catch (error) {
    return new Set(duplicatesIn(error));
  }
}

/** A better parser's event takes the place of the one it was made from, and its time to live. */
async function replaceOlder(models: Models, duplicates: EventDocument[]): Promise<number> {
  const newest = new Map<string, EventDocument>();
  for (const document of duplicates.filter((each) => each.dataversion > 1)) {
    const rival = newest.get(document._id);
    if (rival === undefined || rival.dataversion < document.dataversion) {
      newest.set(document._id, document);
    }
  }
  if (newest.size === 0) return 0;
  const collection = nativeOf<EventDocument>(models.events);
  const fields = { projection: { dataversion: 1, expireAt: 1, storedAt: 1 } };
  const kept = await collection.find({ _id: { $in: [...newest.keys()] } }, fields).toArray();
  if (kept.length < newest.size) throw new StoreError("outage", "an event expired meanwhile");
  const writes = kept.flatMap((old) => {
    const { expireAt: _1, storedAt: _2, ...document } = newest.get(old._id) as EventDocument;
    if (old.dataversion >= document.dataversion) return [];
    const { expireAt, storedAt } = old;
    const life = { ...(expireAt && { expireAt }), ...(storedAt && { storedAt }) };
    const filter = { _id: document._id, dataversion: { $lt: document.dataversion } };
    return [{ replaceOne: { filter, replacement: { ...document, ...life } } }];
  });
  if (writes.length === 0) return 0;
  const result = await collection.bulkWrite(writes, { ordered: false });
  return result.modifiedCount;
}

type Row = { readonly _id: string };

function upsert(_id: string, update: object): mongo.AnyBulkWriteOperation<Row> {
  return { updateOne: { filter: { _id }, update, upsert: true } };
}

/** In any order: a mark that a batch brings late, behind its answer, is taken away when it is read. */
function conversationWrites(change: RowChange, expireAt: Date): mongo.AnyBulkWriteOperation<Row>[] {
  const openSince = markOf(change);
  const { lastOutboundAt, ...words } = change.max as Partial<ConversationRow>;
  const waiting = waitingSince({ ...words, ...(lastOutboundAt && { lastOutboundAt }) });
  const marks = {
    ...(openSince !== undefined && { openSince }),
    ...(waiting !== undefined && { waitingSince: waiting }),
  };
  const write = changeWrite({ ...change, max: { ...change.max, ...marks } }, expireAt);
  if (lastOutboundAt === undefined) return [write];
  const answered = { _id: change.id, waitingSince: { $lte: lastOutboundAt } };
  const update = { $unset: { waitingSince: true as const } };
  return [write, { updateOne: { filter: answered, update } }];
}

function changeWrite(change: RowChange, expireAt: Date) {
  const members = Object.entries(change.add).map(([name, all]) => [name, { $each: all }]);
  const operators = {
    $max: { ...change.max, expireAt },
    $min: change.min,
    $addToSet: Object.fromEntries(members),
  };
  const used = Object.entries(operators).filter(([, fields]) => Object.keys(fields).length > 0);
  return upsert(change.id, Object.fromEntries(used));
}

function aliasWrite(edge: AliasEdge, expireAt: Date) {
  const { at = "", ...ends } = edge;
  return upsert(edgeId(edge), { $setOnInsert: ends, $min: { at }, $max: { expireAt } });
}

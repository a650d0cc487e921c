import { mongo } from "mongoose";
import type { Tables } from "../../contracts/table.ts";
import {
  type Appended,
  type BusMessage,
  type QuarantinedPost,
  StoreError,
  type WaypostEvent,
} from "../../contracts.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import { isQuarantined } from "../../event/event.ts";
import { edgeId } from "../aliases.ts";
import type { ContactLearner } from "../contact-learner.ts";
import type { Facts } from "../facts.ts";
import { keepLinks } from "../ledger-links.ts";
import { joinProjections, type Projected, projectAll } from "../projection.ts";
import { parseQuarantined } from "../quarantined.ts";
import type { EventDocument, Models } from "./models.ts";
import { packEvent } from "./packed-event.ts";

const duplicateKey = 11000;
/** Each round one of the racing upserts wins, so a few do. */
const maxRounds = 10;

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
  const posts = batch.filter(isQuarantined).map((post) => quarantineWrite(post, expireAt));

  const joined = joinProjections(projected.map((each) => each.projection));
  const rows = (all: readonly Facts[]) => all.map((facts) => factsWrite(facts, expireAt));
  const [written, remember] = await Promise.all([
    writeEvents(models, projected, expireAt),
    learner.learn(tables, joined.contacts),
    upsertAll(models.messages, rows(joined.messages)),
    upsertAll(models.conversations, rows(joined.conversations)),
    upsertAll(
      models.accounts,
      joined.accounts.map((facts) => factsWrite(facts)),
    ),
    upsertAll(
      models.aliases,
      joined.aliases.map((edge) => aliasWrite(edge, expireAt)),
    ),
    upsertAll(models.quarantine, posts),
    keepLinks(tables, joined.touched, expireAt.getTime()),
  ]);
  remember();
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
  const { receivedAt, conversationId, phoneNumberId, wabaId, contactKeys, messageIds, words } =
    projection.index;
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
    words,
    event: packEvent(event),
    expireAt,
  };
}

/** Answers with the positions of those that were there already. */
async function insertNew(models: Models, documents: EventDocument[]): Promise<Set<number>> {
  if (documents.length === 0) return new Set();
  try {
    // Past mongoose's casting: these documents are made here, and casting would double the time.
    await models.events.collection.insertMany(documents as never[], { ordered: false });
    return new Set();
  } catch (error) {
    return duplicatesIn(error);
  }
}

/** Positions of duplicate keys, when nothing worse is in it. */
function duplicatesIn(error: unknown): Set<number> {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failed = [error.writeErrors].flat();
  const other = failed.find((failure) => failure.code !== duplicateKey);
  if (other !== undefined) throw new mongo.MongoServerError({ code: other.code });
  if (error.result.getWriteConcernError() !== undefined || failed.length === 0) throw error;
  return new Set(failed.map((failure) => failure.index));
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
  const { collection } = models.events;
  const fields = { projection: { dataversion: 1, expireAt: 1 } };
  const kept = await collection
    .find({ _id: { $in: [...newest.keys()] as never } }, fields)
    .toArray();
  if (kept.length < newest.size) throw new StoreError("outage", "an event expired meanwhile");
  const writes = kept.flatMap((old) => {
    const { expireAt: _own, ...document } = newest.get(String(old._id)) as EventDocument;
    if (Number(old["dataversion"]) >= document.dataversion) return [];
    const life = old["expireAt"] === undefined ? {} : { expireAt: old["expireAt"] };
    const filter = { _id: document._id, dataversion: { $lt: document.dataversion } };
    return [{ replaceOne: { filter, replacement: { ...document, ...life } } }];
  });
  if (writes.length === 0) return 0;
  const result = await collection.bulkWrite(writes as never, { ordered: false });
  return result.modifiedCount;
}

interface Upsert {
  readonly updateOne: { readonly filter: object; readonly update: object; readonly upsert: true };
}

function upsert(_id: string, update: object): Upsert {
  return { updateOne: { filter: { _id }, update, upsert: true } };
}

function factsWrite(facts: Facts, expireAt?: Date): Upsert {
  const max = expireAt === undefined ? facts.max : { ...facts.max, expireAt };
  const members = Object.entries(facts.add).map(([name, all]) => [name, { $each: all }]);
  const operators = { $max: max, $min: facts.min, $addToSet: Object.fromEntries(members) };
  const used = Object.entries(operators).filter(([, fields]) => Object.keys(fields).length > 0);
  return upsert(facts.id, Object.fromEntries(used));
}

function aliasWrite(edge: AliasEdge, expireAt: Date): Upsert {
  const { at = "", ...ends } = edge;
  return upsert(edgeId(edge), { $setOnInsert: ends, $min: { at }, $max: { expireAt } });
}

function quarantineWrite(post: QuarantinedPost, expireAt: Date): Upsert {
  const { id, receivedAt, postId, problems, bytes } = parseQuarantined(post);
  const entry = {
    receivedAt: new Date(receivedAt),
    postId,
    problems,
    bytes: new mongo.Binary(bytes),
  };
  return upsert(id, { $setOnInsert: entry, $max: { expireAt } });
}

/** An upsert that met another's insert was not applied: it is repeated. */
async function upsertAll(
  model: { readonly collection: Models["events"]["collection"] },
  writes: readonly Upsert[],
): Promise<void> {
  let open = writes;
  for (let round = 0; open.length > 0; round++) {
    if (round === maxRounds) throw new StoreError("outage", "upserts keep colliding");
    open = await upsertOnce(model, open);
  }
}

async function upsertOnce(
  model: { readonly collection: Models["events"]["collection"] },
  writes: readonly Upsert[],
): Promise<readonly Upsert[]> {
  try {
    await model.collection.bulkWrite(writes as never, { ordered: false });
    return [];
  } catch (error) {
    const collided = duplicatesIn(error);
    return writes.filter((_, i) => collided.has(i));
  }
}

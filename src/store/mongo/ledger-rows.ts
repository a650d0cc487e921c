import { mongo } from "mongoose";
import type { Delivery, DeliveryChange, Ledger, NewDelivery } from "../../contracts.ts";
import { type Collections, isDuplicateKey, type Use } from "./ledger-collections.ts";
import type { DeliveryDocument } from "./ledger-models.ts";
import { packEvent } from "./packed-event.ts";

/** No holder has it, so none writes what was given up; 0 would be a row opened from outside. */
const givenUpEpoch = -1;

type Rows = Pick<
  Ledger,
  "insert" | "takeOver" | "openRows" | "takeMore" | "write" | "reopen" | "giveUp" | "givenUp"
>;

/** The deliveries. Rows that are done go after `retentionMs`. */
export function createMongoRows(use: Use, retentionMs: number): Rows {
  return {
    insert: (rows, epoch) =>
      use(({ deliveries }) => {
        const documents = rows.map((row) => documentOf(row, epoch, retentionMs));
        return insertInOrder(deliveries, documents);
      }),
    takeOver: (destination, epoch) =>
      use(async ({ deliveries }) => {
        await deliveries.updateMany({ destination, open: true }, { $set: { epoch } });
      }),
    openRows: (destination, epoch, which) =>
      use(({ deliveries }) => {
        const open = { destination, open: true, epoch } as const;
        if ("seqs" in which) {
          return inOrder(deliveries.find({ ...open, seq: { $in: [...which.seqs] } }));
        }
        const { after, limit } = which;
        const behind = after === undefined ? {} : { seq: { $gt: after } };
        return inOrder(deliveries.find({ ...open, ...behind }).limit(limit));
      }),
    takeMore: (destination, epoch, ids) =>
      use(async ({ deliveries }) => {
        // By their ids: a row that is opened from now on stays foreign, and so is found by the next call.
        const foreign = await deliveries
          .find({ destination, open: true, epoch: { $ne: epoch } })
          .project<{ _id: string }>({ _id: 1 })
          .toArray();
        const wanted = {
          _id: { $in: [...foreign.map(({ _id }) => _id), ...ids] },
          open: true,
        } as const;
        await deliveries.updateMany(wanted, { $set: { epoch } });
        return inOrder(deliveries.find({ ...wanted, epoch }));
      }),
    write: (epoch, changes) =>
      use(async ({ deliveries }) => {
        if (changes.length === 0) return 0;
        const writes = changes.map((change) => ({
          updateOne: { filter: { _id: change.id, epoch }, update: updateOf(change, retentionMs) },
        }));
        return (await deliveries.bulkWrite(writes, { ordered: false })).matchedCount;
      }),
    reopen: (id, { again = false } = {}) => use((collections) => reopen(collections, id, again)),
    giveUp: (id, reason, { idle = false } = {}) =>
      use((collections) => giveUp(collections, { id, reason, idle, retentionMs })),
    givenUp: (destination) =>
      use(async ({ deliveries }) => {
        const found = deliveries.find({ destination, state: "dead", epoch: givenUpEpoch });
        return (await found.project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id);
      }),
  };
}

async function inOrder(found: mongo.FindCursor<DeliveryDocument>): Promise<Delivery[]> {
  const rows = found.sort({ seq: 1 }).project<DeliveryDocument>({ body: 0 });
  return (await rows.toArray()).map(deliveryOf);
}

async function insertInOrder(
  deliveries: Collections["deliveries"],
  documents: readonly DeliveryDocument[],
) {
  const existing: { id: string; state: Delivery["state"] }[] = [];
  let rest = documents;
  while (rest.length > 0) {
    const at = await insertUpToDuplicate(deliveries, rest);
    if (at === undefined) break;
    // Others behind it may be there too: asked for at once rather than met one by one.
    rest = rest.slice(at);
    const found = await deliveries
      .find({ _id: { $in: rest.map(({ _id }) => _id) } })
      .project<Pick<DeliveryDocument, "_id" | "state">>({ state: 1 })
      .toArray();
    const known = new Map(found.map(({ _id, state }) => [_id, state]));
    existing.push(...[...known].map(([id, state]) => ({ id, state })));
    rest = rest.filter(({ _id }) => !known.has(_id));
  }
  return existing;
}

/** Where the first row stands that exists already: all before it are written, none behind it is. */
async function insertUpToDuplicate(
  deliveries: Collections["deliveries"],
  documents: readonly DeliveryDocument[],
): Promise<number | undefined> {
  try {
    await deliveries.insertMany(documents as DeliveryDocument[], { ordered: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError) || !isDuplicateKey(error)) throw error;
    const [failed, ...others] = [error.writeErrors].flat();
    const unsure = error.result.getWriteConcernError() !== undefined || others.length > 0;
    if (failed === undefined || unsure) throw error;
    return failed.index;
  }
}

async function reopen({ deliveries, destinations }: Collections, id: string, again: boolean) {
  const row = await deliveries.findOne({ _id: id });
  if (row === null || (row.state === "delivered" && !again)) return false;
  const _id = row.destination;
  if (row.open === undefined) {
    const counted = await destinations.findOneAndUpdate(
      { _id },
      { $inc: { seq: 1 } },
      { returnDocument: "after" },
    );
    if (counted === null) return false;
    await deliveries.updateOne(
      { _id: id, state: row.state },
      {
        // No holder has this epoch: it is found as foreign.
        $set: { state: "open", open: true, seq: counted.seq, attempts: 0, epoch: 0 },
        $unset: {
          ...{ nextAt: true, doneAt: true, reason: true, expireAt: true },
          ...(row.state === "delivered" && { unknown: true as const }),
        },
      },
    );
  }
  // Also when it was open: an earlier call may have ended before this.
  await destinations.updateOne({ _id }, { $inc: { rev: 1 } });
  return true;
}

async function giveUp(
  { deliveries, destinations }: Collections,
  row: {
    readonly id: string;
    readonly reason: string;
    readonly idle: boolean;
    readonly retentionMs: number;
  },
): Promise<boolean> {
  const { id, reason, idle, retentionMs } = row;
  const now = Date.now();
  const ended = {
    state: "dead",
    epoch: givenUpEpoch,
    doneAt: new Date(now).toISOString(),
    expireAt: new Date(now + retentionMs),
    reason,
  } as const;
  const end = (state: "open" | "sending") =>
    deliveries.findOneAndUpdate(
      { _id: id, state, ...(idle && state === "sending" && { nextAt: { $exists: true } }) },
      {
        $set: { ...ended, ...(state === "sending" && { unknown: true }) },
        $unset: { open: true, nextAt: true },
      },
    );
  // It may go from either to the other at any moment; twice in a row between two questions it does not.
  const ending = (await end("sending")) ?? (await end("open")) ?? (await end("sending"));
  if (ending === null) return false;
  await destinations.updateOne({ _id: ending.destination }, { $inc: { rev: 1 } });
  return true;
}

function documentOf(
  { id, body, ...row }: NewDelivery,
  epoch: number,
  retentionMs: number,
): DeliveryDocument {
  const kept = body === undefined ? {} : { body: packEvent(body) };
  const document = { _id: id, ...row, ...kept, epoch, attempts: 0, history: [] };
  if (row.reason === undefined) return { ...document, state: "open", open: true };
  const expireAt = new Date(Date.now() + retentionMs);
  return { ...document, state: "dead", doneAt: row.createdAt, expireAt };
}

function updateOf(
  { id: _, nextAt, unknown, ...fields }: DeliveryChange,
  retentionMs: number,
): mongo.UpdateFilter<DeliveryDocument> {
  const done = fields.state === "delivered" || fields.state === "dead";
  const $set = {
    ...fields,
    ...(typeof nextAt === "string" && { nextAt }),
    ...(unknown === true && { unknown }),
    ...(done && { expireAt: new Date(Date.now() + retentionMs) }),
  };
  const $unset = {
    ...(nextAt === null && { nextAt: true as const }),
    ...(unknown === false && { unknown: true as const }),
    ...(done && { open: true as const }),
  };
  return Object.keys($unset).length > 0 ? { $set, $unset } : { $set };
}

export function deliveryOf(document: DeliveryDocument): Delivery {
  const { _id, epoch: _1, open: _2, body: _3, expireAt: _4, ...delivery } = document;
  return { id: _id, ...delivery };
}

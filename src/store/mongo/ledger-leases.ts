import type { mongo } from "mongoose";
import type { DestinationLease, DestinationRow, Ledger } from "../../contracts.ts";
import { queryLimitMs as maxTimeMS } from "../time-limit.ts";
import { type Collections, isDuplicateKey, type Use } from "./ledger-collections.ts";
import type { DestinationDocument } from "./ledger-models.ts";

type Leases = Pick<
  Ledger,
  | "lease"
  | "destinations"
  | "takeLease"
  | "renewLease"
  | "releaseLease"
  | "allot"
  | "note"
  | "setPause"
>;

/** A destination's document: who holds it, and its counters. */
export function createMongoLeases(use: Use): Leases {
  const advance = (
    filter: mongo.Filter<DestinationDocument>,
    update: mongo.UpdateFilter<DestinationDocument>,
  ) =>
    use(async ({ destinations }) => {
      const document = await destinations.findOneAndUpdate(filter, update, {
        returnDocument: "after",
      });
      return document === null ? undefined : leaseOf(document);
    });
  return {
    lease: (name) => use((collections) => findOrMake(collections, name)),
    destinations: () => use(findAll),
    takeLease: (name, { epoch, beat }, holder) =>
      advance({ _id: name, epoch, beat }, { $inc: { epoch: 1, beat: 1 }, $set: { holder } }),
    renewLease: (name, epoch) => advance({ _id: name, epoch }, { $inc: { beat: 1 } }),
    releaseLease: async (name, epoch) =>
      void (await advance({ _id: name, epoch }, { $inc: { beat: 1 }, $unset: { holder: true } })),
    async allot(name, epoch, count) {
      const lease = await advance({ _id: name, epoch }, { $inc: { seq: count } });
      return lease === undefined ? undefined : lease.seq - count + 1;
    },
    note: async (name, epoch, facts) => {
      const [set, unset] = [Object.entries(facts), Object.entries(facts)];
      const $set = Object.fromEntries(set.filter(([, value]) => value !== undefined));
      const gone = unset.filter(([, value]) => value === undefined).map(([key]) => [key, true]);
      const update = {
        ...(Object.keys($set).length > 0 && { $set }),
        ...(gone.length > 0 && { $unset: Object.fromEntries(gone) }),
      };
      if (Object.keys(update).length > 0) await advance({ _id: name, epoch }, update);
    },
    setPause: (name, pause) =>
      use(async (collections) => {
        await findOrMake(collections, name);
        const change =
          pause === undefined ? { $unset: { pause: true as const } } : { $set: { pause } };
        await collections.destinations.updateOne({ _id: name }, { ...change, $inc: { rev: 1 } });
      }),
  };
}

async function findOrMake({ destinations }: Collections, name: string): Promise<DestinationLease> {
  const found = await destinations.findOne({ _id: name });
  if (found !== null) return leaseOf(found);
  const first = { _id: name, epoch: 0, beat: 0, seq: 0, rev: 0 };
  try {
    await destinations.insertOne(first);
    return leaseOf(first);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const made = await destinations.findOne({ _id: name });
    return leaseOf(made ?? first);
  }
}

async function findAll({ destinations, deliveries }: Collections): Promise<DestinationRow[]> {
  const found = await destinations.find({}, { maxTimeMS }).sort({ _id: 1 }).toArray();
  return Promise.all(
    found.map(async (document) => {
      const destination = document._id;
      const [open, dead, oldest] = await Promise.all([
        deliveries.countDocuments({ destination, open: true }, { maxTimeMS }),
        deliveries.countDocuments({ destination, state: "dead" }, { maxTimeMS }),
        deliveries.findOne({ destination, open: true }, { sort: { seq: 1 }, maxTimeMS }),
      ]);
      const oldestOpenAt = oldest?.createdAt;
      return {
        ...leaseOf(document),
        open,
        dead,
        ...(oldestOpenAt !== undefined && { oldestOpenAt }),
      };
    }),
  );
}

function leaseOf({ _id, ...lease }: DestinationDocument): DestinationLease {
  return { name: _id, ...lease };
}

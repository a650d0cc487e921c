import { trusted } from "mongoose";
import type { StoreStats } from "../../contracts.ts";
import { queryLimitMs as maxTimeMS } from "../time-limit.ts";
import type { AccountDocument, Models } from "./models.ts";

const dayMs = 24 * 60 * 60 * 1000;

export async function readStats(models: Models): Promise<StoreStats> {
  const [events, messages, conversations, quarantine, last24h, accounts] = await Promise.all([
    models.events.estimatedDocumentCount({ maxTimeMS }),
    models.messages.estimatedDocumentCount({ maxTimeMS }),
    models.conversations.estimatedDocumentCount({ maxTimeMS }),
    models.quarantine.estimatedDocumentCount({ maxTimeMS }),
    countTypes(models, new Date(Date.now() - dayMs)),
    models.accounts.find().maxTimeMS(maxTimeMS).lean<AccountDocument[]>(),
  ]);
  return {
    kind: "mongodb",
    events,
    messages,
    conversations,
    quarantine,
    last24h,
    lastEventAt: Object.fromEntries(accounts.map((account) => [account._id, account.lastEventAt])),
  };
}

/** From the index by type and time: no document is read. */
async function countTypes({ events }: Models, since: Date): Promise<Record<string, number>> {
  const types: string[] = await events.distinct("type").maxTimeMS(maxTimeMS);
  const counts = await Promise.all(
    types.map(async (type) => {
      const filter = { type, receivedAt: trusted({ $gte: since }) };
      return [type, await events.countDocuments(filter).maxTimeMS(maxTimeMS)] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
}

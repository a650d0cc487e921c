import type { StoreStats } from "../../contracts.ts";
import type { AccountDocument, Models } from "./models.ts";

const dayMs = 24 * 60 * 60 * 1000;

export async function readStats(models: Models): Promise<StoreStats> {
  const since = new Date(Date.now() - dayMs);
  const [events, messages, conversations, quarantine, types, accounts] = await Promise.all([
    models.events.estimatedDocumentCount(),
    models.messages.estimatedDocumentCount(),
    models.conversations.estimatedDocumentCount(),
    models.quarantine.estimatedDocumentCount(),
    models.events.aggregate<{ _id: string; count: number }>([
      { $match: { receivedAt: { $gte: since } } },
      { $group: { _id: "$type", count: { $sum: 1 } } },
    ]),
    models.accounts.find().lean<AccountDocument[]>(),
  ]);
  return {
    kind: "mongodb",
    events,
    messages,
    conversations,
    quarantine,
    last24h: Object.fromEntries(types.map((type) => [type._id, type.count])),
    lastEventAt: Object.fromEntries(accounts.map((account) => [account._id, account.lastEventAt])),
  };
}

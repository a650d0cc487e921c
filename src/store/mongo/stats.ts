import { type Connection, trusted } from "mongoose";
import type { StoreStats } from "../../contracts.ts";
import { quarantineTable } from "../quarantine.ts";
import { queryLimitMs as maxTimeMS } from "../table/time-limit.ts";
import type { Models } from "./models.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** But for the types, from what the server knows of its collections. */
export async function readStats(
  models: Models,
  connection: Connection,
): Promise<Omit<StoreStats, "lastEventAt">> {
  const count = (name: string) => connection.collection(name).estimatedDocumentCount({ maxTimeMS });
  const [events, messages, conversations, quarantine, last24h] = await Promise.all([
    count("events"),
    count("messages"),
    count("conversations"),
    count(quarantineTable.name),
    countTypes(models, new Date(Date.now() - dayMs)),
  ]);
  return { kind: "mongodb", events, messages, conversations, quarantine, last24h };
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

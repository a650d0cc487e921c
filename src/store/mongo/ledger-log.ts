import type { mongo } from "mongoose";
import type { Ledger } from "../../contracts.ts";
import { quarantineIdOf } from "../../event/quarantined-post.ts";
import type { LedgerLog } from "../ledger.ts";
import type { Reader } from "../query.ts";
import type { MongoConnection } from "./connection.ts";
import type { EventDocument, Models } from "./models.ts";
import { unpackEvent } from "./packed-event.ts";

/** What the ledger asks of the log's collections, past mongoose's casting. */
export function createLedgerLog({ use }: MongoConnection, reader: Reader): LedgerLog {
  const among = (ids: readonly string[]) => ({ _id: { $in: [...ids] } });
  return {
    bodies: (ids) => use((models) => findBodies(models, ids)),
    aliases: (ids) => reader.aliases(ids),
    conversationsOf: (ids) =>
      use(async (models) => {
        const fields = { projection: { conversationId: 1 } };
        const found = await eventsOf(models).find(among(ids), fields).toArray();
        return found.flatMap(({ conversationId }) => conversationId ?? []);
      }),
    keep: (ids, until) =>
      use(async (models) => {
        await eventsOf(models).updateMany(among(ids), { $max: { expireAt: until } });
      }),
  };
}

function eventsOf({ events }: Models): mongo.Collection<EventDocument> {
  return events.collection as unknown as mongo.Collection<EventDocument>;
}

async function findBodies(models: Models, ids: readonly string[]) {
  const bodies: Awaited<ReturnType<Ledger["bodies"]>> = new Map();
  const found = await eventsOf(models)
    .find({ _id: { $in: [...ids] } })
    .project<{ _id: string; event: object | string }>({ event: 1 })
    .toArray();
  for (const { _id, event } of found) bodies.set(_id, unpackEvent(event));
  const missing = new Map(
    ids.filter((id) => !bodies.has(id)).map((id) => [quarantineIdOf(id), id]),
  );
  if (missing.size === 0) return bodies;
  const quarantine = models.quarantine.collection as unknown as mongo.Collection<{ _id: string }>;
  const refused = await quarantine
    .find({ _id: { $in: [...missing.keys()] } })
    .project<{ _id: string }>({ _id: 1 })
    .toArray();
  for (const { _id } of refused) bodies.set(missing.get(_id) ?? "", "quarantined");
  return bodies;
}

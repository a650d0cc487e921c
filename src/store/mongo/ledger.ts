import type { Ledger } from "../../contracts.ts";
import { quarantineIdOf } from "../../event/quarantined-post.ts";
import { resolveAliases } from "../aliases.ts";
import type { Reader } from "../query.ts";
import type { MongoConnection } from "./connection.ts";
import { type Collections, collectionsOf } from "./ledger-collections.ts";
import { createMongoLeases } from "./ledger-leases.ts";
import { createMongoLinks, keepLinks } from "./ledger-links.ts";
import { createMongoList } from "./ledger-list.ts";
import { createMongoRows } from "./ledger-rows.ts";
import { unpackEvent } from "./packed-event.ts";

const chunk = 1_000;

/** The ledger in MongoDB. Rows that are done go after `retentionMs`. */
export function createMongoLedger(
  connection: MongoConnection,
  reader: Reader,
  retentionMs: number,
): Ledger {
  const use = <T>(work: (collections: Collections) => Promise<T>) =>
    connection.use((models) => work(collectionsOf(models)));
  const aliases: Ledger["aliases"] = (ids, learnt) =>
    resolveAliases(ids, (more) => reader.aliases(more), learnt);
  return {
    exclusive: false,
    ...createMongoLeases(use),
    ...createMongoRows(use, retentionMs),
    ...createMongoList(use),
    ...createMongoLinks(use, aliases, retentionMs),
    aliases,
    bodies: (ids) => use((collections) => findBodies(collections, ids)),
    keepBodies: (ids, until) =>
      use(async ({ events, links }) => {
        for (let at = 0; at < ids.length; at += chunk) {
          const filter = { _id: { $in: ids.slice(at, at + chunk) } };
          await events.updateMany(filter, { $max: { expireAt: until } });
          const found = await events.find(filter).project({ conversationId: 1 }).toArray();
          const conversations = found.flatMap(({ conversationId }) => conversationId ?? []);
          await keepLinks(links, conversations, until);
        }
      }),
  };
}

async function findBodies(collections: Collections, ids: readonly string[]) {
  const { events, deliveries, quarantine } = collections;
  const bodies: Awaited<ReturnType<Ledger["bodies"]>> = new Map();
  const found = await events
    .find({ _id: { $in: [...ids] } })
    .project<{ _id: string; event: object | string }>({ event: 1 })
    .toArray();
  for (const { _id, event } of found) bodies.set(_id, unpackEvent(event));
  const lacking = () => ids.filter((id) => !bodies.has(id));
  if (lacking().length === 0) return bodies;
  const kept = await deliveries
    .find({ eventId: { $in: lacking() }, body: { $exists: true } })
    .project<{ eventId: string; body: object | string }>({ eventId: 1, body: 1 })
    .toArray();
  for (const { eventId, body } of kept) bodies.set(eventId, unpackEvent(body));
  const missing = new Map(lacking().map((id) => [quarantineIdOf(id), id]));
  if (missing.size === 0) return bodies;
  const refused = await quarantine
    .find({ _id: { $in: [...missing.keys()] } })
    .project<{ _id: string }>({ _id: 1 })
    .toArray();
  for (const { _id } of refused) bodies.set(missing.get(_id) ?? "", "quarantined");
  return bodies;
}

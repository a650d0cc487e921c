import type { LedgerLog } from "../ledger/ledger.ts";
import type { Reader } from "../log/reader.ts";
import type { MongoConnection } from "./connection.ts";
import type { EventDocument } from "./models.ts";
import { nativeOf } from "./table-model.ts";

/** What the ledger asks of the log's collections, past mongoose's casting. */
export function createLedgerLog({ use }: MongoConnection, reader: Reader): LedgerLog {
  const among = (ids: readonly string[]) => ({ _id: { $in: [...ids] } });
  return {
    eventsById: (ids) => reader.eventsById(ids),
    aliases: (ids) => reader.aliases(ids),
    events: (selection, page) => reader.events(selection, page),
    places: (selection, page) => reader.places(selection, page),
    conversationsById: (ids) => reader.conversationsById(ids),
    conversationsOf: (ids) =>
      use(async (models) => {
        const fields = { projection: { conversationId: 1 } };
        const found = await nativeOf<EventDocument>(models.events)
          .find(among(ids), fields)
          .toArray();
        return found.flatMap(({ conversationId }) => conversationId ?? []);
      }),
    keep: (ids, until) =>
      use(async (models) => {
        await nativeOf<EventDocument>(models.events).updateMany(among(ids), {
          $max: { expireAt: until },
        });
      }),
  };
}

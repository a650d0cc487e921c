import type { Marks } from "../conversations/silences.ts";
import { queryLimitMs as maxTimeMS } from "../table/time-limit.ts";
import type { MongoConnection } from "./connection.ts";
import type { ConversationDocument } from "./models.ts";
import { nativeOf } from "./table-model.ts";

/** A field of the conversation, which is not there when it is settled: its index holds the others alone. */
export function createMarks({ use }: MongoConnection): Marks {
  return {
    between: ({ after, to }, limit) =>
      use(async (models) => {
        const found = await nativeOf<ConversationDocument>(models.conversations)
          .find(
            { openSince: { $gt: after, $lte: to } },
            { projection: { openSince: 1 }, maxTimeMS },
          )
          .sort({ openSince: 1 })
          .limit(limit)
          .toArray();
        return found.map(({ _id: id, openSince = "" }) => ({ id, openSince }));
      }),
    clear: (marks) =>
      use(async (models) => {
        const writes = marks.map(({ id: _id, openSince }) => ({
          updateOne: {
            filter: { _id, openSince },
            update: { $unset: { openSince: true as const } },
          },
        }));
        const conversations = nativeOf<ConversationDocument>(models.conversations);
        await conversations.bulkWrite(writes, { ordered: false });
      }),
  };
}

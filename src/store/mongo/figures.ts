import type { mongo } from "mongoose";
import type { CountRow, FiguresReader, Times } from "../log/log-figures.ts";
import type { MessageRow } from "../log/views.ts";
import { queryLimitMs as maxTimeMS } from "../table/time-limit.ts";
import type { MongoConnection } from "./connection.ts";
import type { EventDocument, Models } from "./models.ts";
import { nativeOf } from "./table-model.ts";

type Field = keyof EventDocument;

/** Events are counted here: no server of MongoDB's kind needs to know more than `find`. Their bodies stay where they are. */
export function createFiguresReader({ use }: MongoConnection): FiguresReader {
  const each = (
    filter: mongo.Filter<EventDocument>,
    fields: readonly Field[],
    take: (event: EventDocument) => void,
  ) =>
    use(async (models) => {
      const projection = Object.fromEntries([["_id", 0], ...fields.map((name) => [name, 1])]);
      const found = nativeOf<EventDocument>(models.events)
        .find<EventDocument>(filter, { projection, maxTimeMS, batchSize: 5_000 })
        .sort({ receivedAt: 1 });
      for await (const event of found) take(event);
    });
  return {
    firstAt: () =>
      use(async (models) => {
        const first = await nativeOf<EventDocument>(models.events)
          .find({}, { projection: { receivedAt: 1 }, maxTimeMS })
          .sort({ receivedAt: 1, _id: 1 })
          .limit(1)
          .toArray();
        return first[0]?.receivedAt.getTime();
      }),
    async counts(times) {
      const counts = new Map<string, number>();
      const fields: Field[] = ["phoneNumberId", "wabaId", "type", "breakdown", "receivedAt"];
      await each({ receivedAt: during(times) }, fields, (event) => {
        const { phoneNumberId, wabaId, type, breakdown = null, receivedAt } = event;
        const minute = Math.floor(receivedAt.getTime() / 60_000);
        const key = JSON.stringify([phoneNumberId ?? wabaId ?? "", minute, type, breakdown]);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      });
      return [...counts].map(countRow);
    },
    async conversations(phoneNumberId, times) {
      const pairs = new Map<string, readonly [string, string]>();
      const filter = { phoneNumberId, receivedAt: during(times) };
      await each(filter, ["conversationId", "type"], ({ conversationId, type }) => {
        if (conversationId !== undefined)
          pairs.set(`${conversationId} ${type}`, [conversationId, type]);
      });
      return [...pairs.values()];
    },
    sent: (span, page) => use((models) => findSent(models, span, page)),
    async turns(conversations, times) {
      const turns: [string, number, string][] = [];
      const filter = { conversationId: { $in: [...conversations] }, receivedAt: during(times) };
      const fields: Field[] = ["conversationId", "receivedAt", "type"];
      await each(filter, fields, ({ conversationId = "", receivedAt, type }) => {
        turns.push([conversationId, receivedAt.getTime(), type]);
      });
      return turns;
    },
  };
}

function countRow([key, count]: [string, number]): CountRow {
  const [account, minute, type, breakdown] = JSON.parse(key);
  return [account, minute, type, breakdown, count];
}

async function findSent(
  { messages }: Models,
  ...[{ from, to }, { after, limit }]: Parameters<FiguresReader["sent"]>
): Promise<MessageRow[]> {
  const behind = after && {
    $or: [{ sentAt: { $gt: after.at } }, { sentAt: after.at, _id: { $gt: after.id } }],
  };
  return nativeOf<MessageRow & { _id: string }>(messages)
    .find({ sentAt: { $gte: after?.at ?? from, $lt: to }, ...behind }, { maxTimeMS })
    .sort({ sentAt: 1, _id: 1 })
    .limit(limit)
    .toArray();
}

function during({ from, to }: Times) {
  return { $gte: new Date(from), $lt: new Date(to) };
}

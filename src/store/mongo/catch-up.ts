import type { Tables } from "../../contracts/table.ts";
import { remoteIn } from "../ledger/ledger-links.ts";
import { linksTable } from "../ledger/ledger-tables.ts";
import type { ConversationDocument, EventDocument, Models } from "./models.ts";
import { nativeOf } from "./table-model.ts";

const atOnce = 500;
const writtenBy = /^whatsapp\.(?:message|standby)\./;

/**
 * Gives documents of the version before what is found by now: conversations, whether they wait for an answer, as far as their last
 * message says it; links, what stands in them. Repeatable; each document is looked at once.
 */
export async function catchUp(models: Models, tables: Pick<Tables, "of">): Promise<void> {
  const links = tables.of(linksTable);
  for (;;) {
    const old = await links.find({ where: { remote: { absent: true } }, limit: atOnce });
    await links.update(old.map(({ id, link }) => ({ id, set: { remote: remoteIn(link) } })));
    if (old.length < atOnce) break;
  }
  let after = "";
  for (;;) {
    const last = await catchUpConversations(models, after);
    if (last === undefined) return;
    after = last;
  }
}

/** The next ones by id; answers with the last. */
async function catchUpConversations(models: Models, after: string): Promise<string | undefined> {
  const conversations = nativeOf<ConversationDocument>(models.conversations);
  const found = await conversations
    .find({
      _id: { $gt: after },
      lastInboundAt: { $gt: "" },
      lastAskedAt: { $exists: false },
      lastOutboundAt: { $exists: false },
    })
    .sort({ _id: 1 })
    .limit(atOnce)
    .toArray();
  const ids = found.flatMap(({ lastMessage }) => lastMessage?.id ?? []);
  const events = await nativeOf<EventDocument>(models.events)
    .find({ _id: { $in: ids } }, { projection: { type: 1 } })
    .toArray();
  const types = new Map(events.map(({ _id, type }) => [_id, type]));
  const writes = found.flatMap(({ _id, lastInboundAt, lastMessage, closedAt = "" }) => {
    const isTheirs = writtenBy.test(types.get(lastMessage?.id ?? "") ?? "");
    if (!isTheirs || lastInboundAt === undefined) return [];
    const waits = closedAt > (lastMessage?.at ?? "") ? {} : { waitingSince: lastInboundAt };
    return [
      {
        updateOne: { filter: { _id }, update: { $max: { lastAskedAt: lastInboundAt, ...waits } } },
      },
    ];
  });
  if (writes.length > 0) await conversations.bulkWrite(writes, { ordered: false });
  return found.length < atOnce ? undefined : found.at(-1)?._id;
}

import type { Ledger } from "../../contracts.ts";
import { linksGo } from "../link-life.ts";
import { type Collections, isDuplicateKey, type Use } from "./ledger-collections.ts";

/** What destinations remember about conversations. Links go some days after `retentionMs`, unless used again. */
export function createMongoLinks(
  use: Use,
  aliases: Ledger["aliases"],
  retentionMs: number,
): Pick<Ledger, "link" | "saveLink"> {
  return {
    async link(name, conversationId) {
      const ids = (await aliases([conversationId]))(conversationId).map((id) => `${name}:${id}`);
      return use(async ({ links }) => {
        const found = await links
          .find({ _id: { $in: ids } })
          .sort({ savedAt: -1 })
          .toArray();
        return (found.find(({ _id }) => _id === ids[0]) ?? found[0])?.link;
      });
    },
    saveLink: (name, conversationId, link, epoch) =>
      use(async ({ links }) => {
        const _id = `${name}:${conversationId}`;
        const filter = { _id, epoch: { $lte: epoch } };
        const savedAt = new Date().toISOString();
        const expireAt = new Date(linksGo(Date.now() + retentionMs).at);
        const $set = { conversationId, link, epoch, savedAt };
        for (let round = 0; round < 2; round += 1) {
          try {
            await links.updateOne(filter, { $set, $max: { expireAt } }, { upsert: true });
            return true;
          } catch (error) {
            // Not applied: somebody else made the document just now, or one of a later epoch is there.
            if (!isDuplicateKey(error)) throw error;
          }
        }
        return false;
      }),
  };
}

/** Links of conversations with events that are kept until `eventsGo` outlive them. */
export async function keepLinks(
  links: Collections["links"],
  conversationIds: readonly string[],
  eventsGo: Date,
): Promise<void> {
  if (conversationIds.length === 0) return;
  const { at, unlessAfter } = linksGo(eventsGo.getTime());
  const filter = {
    conversationId: { $in: [...conversationIds] },
    expireAt: { $lt: new Date(unlessAfter) },
  };
  await links.updateMany(filter, { $max: { expireAt: new Date(at) } });
}

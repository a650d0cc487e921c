import type { Ledger } from "../../contracts.ts";
import { isDuplicateKey, type Use } from "./ledger-collections.ts";

/** What destinations remember about conversations. */
export function createMongoLinks(
  use: Use,
  aliases: Ledger["aliases"],
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
        const update = { $set: { link, epoch, savedAt: new Date().toISOString() } };
        for (let round = 0; round < 2; round += 1) {
          try {
            await links.updateOne(filter, update, { upsert: true });
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

import type { Tables } from "../contracts/table.ts";
import { type Ledger, StoreError } from "../contracts.ts";
import { linksTable } from "./ledger-tables.ts";
import { linksGo } from "./link-life.ts";

/** More rounds than anybody needs who is not stopped by the same writers all the time. */
const maxRounds = 10;

/** What destinations remember about conversations and contacts, and about events that have none. Links go some days after `retentionMs`, unless used again. */
export function createLinks(
  tables: Pick<Tables, "of">,
  aliases: Ledger["aliases"],
  retentionMs: number,
): Pick<Ledger, "link" | "saveLink"> {
  const links = tables.of(linksTable);
  return {
    async link(name, about) {
      const all = typeof about === "string" ? (await aliases([about]))(about) : about;
      const ids = all.map((id) => `${name}:${id}`);
      const found = await links.get(ids);
      const newest = found.toSorted((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
      return (newest.find(({ id }) => id === ids[0]) ?? newest[0])?.link;
    },
    async saveLink(name, conversationId, link, epoch, { keepMs = 0 } = {}) {
      const id = `${name}:${conversationId}`;
      const savedAt = new Date().toISOString();
      const expireAt = new Date(
        Math.max(linksGo(Date.now() + retentionMs).at, Date.now() + keepMs),
      );
      const change = { set: { link, epoch, savedAt }, max: { expireAt } };
      const row = { id, conversationId, link, epoch, savedAt, expireAt };
      for (let round = 0; round < maxRounds; round += 1) {
        if ((await links.update([{ id, where: { epoch: { atMost: epoch } }, ...change }])) > 0) {
          return true;
        }
        const [there] = await links.insert([row]);
        if (there === undefined) return true;
        if (there.epoch > epoch) return false;
        // Made between the two: it is changed as one that was there.
      }
      throw new StoreError("outage", "writers of a link keep colliding");
    },
  };
}

/** Links of conversations with events that are kept until `eventsGo` outlive them. */
export async function keepLinks(
  tables: Pick<Tables, "of">,
  conversationIds: readonly string[],
  eventsGo: number,
): Promise<void> {
  if (conversationIds.length === 0) return;
  const { at, unlessAfter } = linksGo(eventsGo);
  const where = {
    conversationId: { in: [...new Set(conversationIds)] },
    expireAt: { below: new Date(unlessAfter) },
  };
  await tables.of(linksTable).updateAll(where, { max: { expireAt: new Date(at) } });
}

import type { Tables } from "../../contracts/table.ts";
import { type Ledger, StoreError } from "../../contracts.ts";
import { linksTable } from "./ledger-tables.ts";
import { linksGo } from "./link-life.ts";

/** More rounds than anybody needs who is not stopped by the same writers all the time. */
const maxRounds = 10;

const maxFound = 50;
/** What is longer is no id that anybody has at hand. */
const maxRemote = 256;

/** By which a link is found. */
export function remoteIn(link: Readonly<Record<string, string>>): string[] {
  const values = Object.values(link).filter((value) => value !== "" && value.length <= maxRemote);
  return [...new Set(values)];
}

/** What destinations remember about conversations and contacts, and about events that have none. Links go some days after `retentionMs`, unless used again. */
export function createLinks(
  tables: Pick<Tables, "of">,
  aliases: Ledger["aliases"],
  retentionMs: number,
): Pick<Ledger, "link" | "saveLink" | "linksTo"> {
  const links = tables.of(linksTable);
  return {
    async link(name, about) {
      const all = typeof about === "string" ? (await aliases([about]))(about) : about;
      const ids = all.map((id) => `${name}:${id}`);
      const found = await links.get(ids);
      const newest = found.toSorted((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
      return (newest.find(({ id }) => id === ids[0]) ?? newest[0])?.link;
    },
    async linksTo(remote) {
      const where = { remote: { in: [...remote] } };
      const found = await links.find({ where, limit: maxFound, as: "lookup" });
      return found.map(({ id, conversationId: about, link, savedAt }) => {
        return { destination: id.slice(0, -about.length - 1), about, link, savedAt };
      });
    },
    async saveLink(name, conversationId, link, epoch, { keepMs = 0 } = {}) {
      const id = `${name}:${conversationId}`;
      const savedAt = new Date().toISOString();
      const expireAt = new Date(
        Math.max(linksGo(Date.now() + retentionMs).at, Date.now() + keepMs),
      );
      const remote = remoteIn(link);
      const change = { set: { link, remote, epoch, savedAt }, max: { expireAt } };
      const row = { id, conversationId, link, remote, epoch, savedAt, expireAt };
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

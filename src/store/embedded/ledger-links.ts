import type { Ledger } from "../../contracts.ts";
import type { SqlSession } from "../../support/sqlite.ts";
import { linksGo } from "../link-life.ts";
import type { Uses } from "./uses.ts";

/** What destinations remember about conversations. Links go some days after `retentionMs`, unless used again. */
export function createEmbeddedLinks(
  { read, change }: Uses,
  aliases: Ledger["aliases"],
  retentionMs: number,
): Pick<Ledger, "link" | "saveLink"> {
  return {
    async link(name, conversationId) {
      const ids = (await aliases([conversationId]))(conversationId);
      const found = await read((session) =>
        session.get<{ link: string }>(
          `SELECT link FROM links WHERE destination = ?1
             AND conversation_id IN (SELECT value FROM json_each(?2))
           ORDER BY conversation_id = ?3 DESC, saved_at DESC LIMIT 1`,
          [name, JSON.stringify(ids), conversationId],
        ),
      );
      return found === undefined ? undefined : JSON.parse(found.link);
    },
    saveLink: (name, conversationId, link, epoch) =>
      change(async (session) => {
        const now = new Date();
        const { at } = linksGo(now.getTime() + retentionMs);
        const saved = await session.run(
          `INSERT INTO links (destination, conversation_id, link, epoch, saved_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (destination, conversation_id) DO UPDATE
             SET link = excluded.link, epoch = excluded.epoch, saved_at = excluded.saved_at,
               expires_at = max(expires_at, excluded.expires_at)
             WHERE links.epoch <= excluded.epoch`,
          [name, conversationId, JSON.stringify(link), epoch, now.toISOString(), at],
        );
        return saved > 0;
      }),
  };
}

/** Links of conversations with events that are kept until `eventsGo` outlive them. */
export async function keepLinks(
  session: SqlSession,
  conversationIds: readonly string[],
  eventsGo: number,
): Promise<void> {
  if (conversationIds.length === 0) return;
  const { at, unlessAfter } = linksGo(eventsGo);
  await session.run(
    `UPDATE links SET expires_at = ?1 WHERE expires_at < ?2
       AND conversation_id IN (SELECT value FROM json_each(?3))`,
    [at, unlessAfter, JSON.stringify(conversationIds)],
  );
}

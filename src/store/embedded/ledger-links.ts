import type { Ledger } from "../../contracts.ts";
import type { Uses } from "./ledger.ts";

/** What destinations remember about conversations. */
export function createEmbeddedLinks(
  { read, change }: Uses,
  aliases: Ledger["aliases"],
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
        const saved = await session.run(
          `INSERT INTO links (destination, conversation_id, link, epoch, saved_at)
           VALUES (?, ?, ?, ?, ?) ON CONFLICT (destination, conversation_id) DO UPDATE
             SET link = excluded.link, epoch = excluded.epoch, saved_at = excluded.saved_at
             WHERE links.epoch <= excluded.epoch`,
          [name, conversationId, JSON.stringify(link), epoch, new Date().toISOString()],
        );
        return saved > 0;
      }),
  };
}

import type { CountRow, FiguresReader } from "../log/log-figures.ts";
import { type RowChange, rowOf } from "../log/row-change.ts";
import type { MessageRow } from "../log/views.ts";
import { list } from "./newest.ts";
import type { Uses } from "./uses.ts";

/** Each row is one text, since only a list is computed beside this thread. */
export function createFiguresReader({ query }: Pick<Uses, "query">): FiguresReader {
  const rows = <T>(sql: string, params: readonly (string | number)[]): Promise<T[]> =>
    query(async (session) =>
      (await session.list<string>(sql, params)).map((row) => JSON.parse(row) as T),
    );
  return {
    firstAt: () =>
      query(async (session) => {
        const sql = "SELECT min(received_at) FROM events HAVING min(received_at) IS NOT NULL";
        return (await session.list<number>(sql))[0];
      }),
    counts: ({ from, to }) =>
      rows<CountRow>(
        `SELECT json_array(account, minute, type, breakdown, n) || '' FROM (
           SELECT coalesce(phone_number_id, waba_id, '') AS account, received_at / 60000 AS minute,
             type, breakdown, count(*) AS n
           FROM events WHERE received_at >= ? AND received_at < ? GROUP BY 1, 2, 3, 4)`,
        [from, to],
      ),
    conversations: (phoneNumberId, { from, to }) =>
      rows<readonly [string, string]>(
        `SELECT json_array(conversation_id, type) || '' FROM (
           SELECT DISTINCT conversation_id, type FROM events WHERE phone_number_id = ?
             AND received_at >= ? AND received_at < ? AND conversation_id IS NOT NULL)`,
        [phoneNumberId, from, to],
      ),
    turns: (conversations, { from, to }) =>
      rows<readonly [string, number, string]>(
        `SELECT json_array(conversation_id, received_at, type) || '' FROM events
           WHERE conversation_id IN (SELECT value FROM json_each(?))
             AND received_at >= ? AND received_at < ? ORDER BY received_at`,
        [list(conversations), from, to],
      ),
    sent: async ({ from, to }, { after, limit }) => {
      const found = await rows<RowChange>(
        `SELECT facts FROM messages WHERE sent_at >= ? AND sent_at < ? AND (sent_at, id) > (?, ?)
           ORDER BY sent_at, id LIMIT ?`,
        [from, to, after?.at ?? from, after?.id ?? "", limit],
      );
      return found.map((change) => rowOf<MessageRow>(change));
    },
  };
}

import type { AliasEdge } from "../../event/alias-edges.ts";
import type { QuerySession } from "../../support/queried-sqlite.ts";
import type { SqlRow, SqlSession } from "../../support/sqlite.ts";
import { rowOf } from "../facts.ts";
import type { ConversationSelection, Reader } from "../query.ts";
import type { CheckedPage } from "../selection.ts";
import type { ConversationRow, MessageRow } from "../views.ts";
import { behind, findEvents } from "./find-events.ts";
import { anyOf, equal, list, newest } from "./newest.ts";
import { readStats } from "./stats.ts";
import type { Uses } from "./uses.ts";

const conversations = { from: "conversations", key: "id", time: "last_received_at" } as const;
const conversationById = "SELECT facts FROM conversations WHERE id = ?";

/** All values are bound; of a filter only our own words become SQL. Lists are queries, the rest is quick. */
export function createReader({ read, query }: Pick<Uses, "read" | "query">): Reader {
  return {
    events: (selection, page) => query((session) => findEvents(session, selection, page)),
    event: (id) =>
      read(async (session) => {
        const sql = "SELECT body FROM events WHERE id = ?";
        const row = hasNul(id) ? undefined : await session.get<{ body: string }>(sql, [id]);
        return row === undefined ? undefined : JSON.parse(row.body);
      }),
    message: (id) =>
      read(async (session) => {
        const sql = "SELECT facts FROM messages WHERE id = ?";
        const row = hasNul(id) ? undefined : await session.get<{ facts: string }>(sql, [id]);
        return row === undefined ? undefined : factsRow<MessageRow>(row);
      }),
    conversations: (selection, page) =>
      query((session) => findConversations(session, selection, page)),
    conversationsById: (ids) => read((session) => conversationsById(session, ids)),
    aliases: (ids) => read((session) => findAliases(session, ids)),
    stats: () => read(readStats),
  };
}

async function findConversations(
  session: QuerySession,
  { account, accounts: seen, ids }: ConversationSelection,
  page: CheckedPage,
): Promise<ConversationRow[]> {
  const others = [
    ...(ids === undefined ? [] : [anyOf("id", ids)]),
    ...(account === undefined || seen === undefined ? [] : [anyOf("+phone_number_id", seen)]),
    ...behind("last_received_at", page),
  ];
  const leads =
    account === undefined
      ? (seen ?? []).map((id) => equal("phone_number_id", id))
      : ["phone_number_id", "waba_id"].map((column) => equal(column, account));
  const alternatives = leads.length === 0 ? [others] : leads.map((lead) => [lead, ...others]);
  const { sql, params } = newest(conversations, alternatives, page);
  const found: ConversationRow[] = [];
  for (const id of await session.list<string>(sql, params)) {
    const row = await session.get<{ facts: string }>(conversationById, [id]);
    if (row !== undefined) found.push(factsRow<ConversationRow>(row));
  }
  return found;
}

async function conversationsById(
  session: SqlSession,
  ids: readonly string[],
): Promise<ConversationRow[]> {
  const { sql, params } = anyOf("id", ids);
  const select = `SELECT facts FROM conversations WHERE ${sql}`;
  const rows = await session.all<{ facts: string }>(select, params);
  return rows.map((row) => factsRow<ConversationRow>(row));
}

async function findAliases(session: SqlSession, ids: readonly string[]): Promise<AliasEdge[]> {
  return session.all<AliasEdge & SqlRow>(
    `SELECT kind, from_id AS "from", to_id AS "to", at FROM aliases
       WHERE from_id IN (SELECT value FROM json_each(?1))
     UNION SELECT kind, from_id, to_id, at FROM aliases
       WHERE to_id IN (SELECT value FROM json_each(?1))`,
    [list(ids)],
  );
}

function hasNul(text: string): boolean {
  return text.includes("\0");
}

function factsRow<R>(row: { readonly facts: string }): R {
  return rowOf(JSON.parse(row.facts)) as R;
}

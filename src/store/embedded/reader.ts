import type { QuarantineEntry, WaypostEvent } from "../../contracts.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import { compilePattern } from "../../event/pattern.ts";
import type { Sqlite, SqlRow, SqlSession, SqlValue } from "../../support/sqlite.ts";
import { rowOf } from "../facts.ts";
import type { ConversationSelection, Reader, Selection } from "../query.ts";
import type { CheckedPage } from "../selection.ts";
import type { ConversationRow, MessageRow } from "../views.ts";
import { contactToken, messageToken, token } from "./schema.ts";
import { readStats, readTypes } from "./stats.ts";
import { toStoreError } from "./store-error.ts";

/** A part of a WHERE, with what it binds. */
interface Condition {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** All values are bound; of a filter only our own words become SQL. */
export function createReader(sqlite: Sqlite): Reader {
  const use = <T>(work: (session: SqlSession) => Promise<T>): Promise<T> =>
    sqlite.read(work).catch((error: unknown) => {
      throw toStoreError(error);
    });
  return {
    events: (selection, page) => use((session) => findEvents(session, selection, page)),
    event: (id) =>
      use(async (session) => {
        const sql = "SELECT body FROM events WHERE id = ?";
        const row = hasNul(id) ? undefined : await session.get<{ body: string }>(sql, [id]);
        return row === undefined ? undefined : JSON.parse(row.body);
      }),
    message: (id) =>
      use(async (session) => {
        const sql = "SELECT facts FROM messages WHERE id = ?";
        const row = hasNul(id) ? undefined : await session.get<{ facts: string }>(sql, [id]);
        return row === undefined ? undefined : factsRow<MessageRow>(row);
      }),
    conversations: (selection, page) =>
      use((session) => findConversations(session, selection, page)),
    conversationsById: (ids) =>
      use((session) => findConversations(session, { ids }, { limit: -1, after: undefined })),
    accounts: () =>
      use(async (session) => {
        const rows = await session.all<{ id: string }>("SELECT id FROM accounts");
        return rows.map((row) => row.id);
      }),
    aliases: (ids) => use((session) => findAliases(session, ids)),
    quarantine: (range, page) =>
      use((session) =>
        findQuarantined(session, [...during(range), ...behind("received_at", page)], page),
      ),
    stats: () => use(readStats),
  };
}

async function findEvents(
  session: SqlSession,
  selection: Selection,
  page: CheckedPage,
): Promise<WaypostEvent[]> {
  const conditions = [
    ...during(selection),
    ...behind("received_at", page),
    ...selected(selection),
    ...(await typeCondition(session, selection.types)),
    ...(await accountCondition(session, selection.account)),
  ];
  const rows = await find<{ body: string }>(
    session,
    "SELECT body FROM events",
    conditions,
    "received_at",
    page,
  );
  return rows.map((row) => JSON.parse(row.body));
}

function selected({ conversationIds, contact, messageId, words }: Selection): Condition[] {
  const conditions: Condition[] = [];
  if (conversationIds !== undefined) conditions.push(anyOf("conversation_id", conversationIds));
  if (contact !== undefined) {
    conditions.push({
      sql: `seq IN (SELECT seq FROM event_keys WHERE key IN (SELECT value FROM json_each(?))
              UNION SELECT seq FROM events WHERE conversation_id IN (SELECT value FROM json_each(?)))`,
      params: [list(contact.keys.map(contactToken)), list(contact.conversationIds)],
    });
  }
  if (messageId !== undefined) {
    const sql = "seq IN (SELECT seq FROM event_keys WHERE key IN (SELECT value FROM json_each(?)))";
    conditions.push({ sql, params: [list([messageToken(messageId)])] });
  }
  if (words !== undefined) {
    const sql = "seq IN (SELECT rowid FROM event_words WHERE event_words MATCH ?)";
    conditions.push({ sql, params: [words.map((word) => `"${token(word)}"`).join(" AND ")] });
  }
  return conditions;
}

/** One type has an index in the right order; for several it is cheaper to look at the newest of all. */
async function typeCondition(
  session: SqlSession,
  patterns: readonly string[] | undefined,
): Promise<Condition[]> {
  if (patterns === undefined || patterns.includes("#")) return [];
  const matches = patterns.map(compilePattern);
  const types = (await readTypes(session)).filter((type) => matches.some((match) => match(type)));
  return [anyOf(types.length === 1 ? "type" : "+type", types)];
}

/** A phone number id, else a WABA id: each has an index in the right order. */
async function accountCondition(
  session: SqlSession,
  account: string | undefined,
): Promise<Condition[]> {
  if (account === undefined) return [];
  const params = [clean(account)];
  const sql = "SELECT 1 AS found FROM events WHERE phone_number_id = ? LIMIT 1";
  const isPhoneNumber = (await session.get(sql, params)) !== undefined;
  return [{ sql: `${isPhoneNumber ? "phone_number_id" : "waba_id"} = ?`, params }];
}

async function findConversations(
  session: SqlSession,
  { account, ids }: ConversationSelection,
  page: CheckedPage,
): Promise<ConversationRow[]> {
  const conditions = behind("last_received_at", page);
  if (account !== undefined) {
    const params = [clean(account), clean(account)];
    conditions.push({ sql: "(phone_number_id = ? OR waba_id = ?)", params });
  }
  if (ids !== undefined) conditions.push(anyOf("id", ids));
  const rows = await find<{ facts: string }>(
    session,
    "SELECT facts FROM conversations",
    conditions,
    "last_received_at",
    page,
  );
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

interface QuarantineRow extends SqlRow {
  readonly id: string;
  readonly received_at: number;
  readonly post_id: string;
  readonly problems: string;
  readonly bytes: Uint8Array;
}

async function findQuarantined(
  session: SqlSession,
  conditions: readonly Condition[],
  page: CheckedPage,
): Promise<QuarantineEntry[]> {
  const select = "SELECT id, received_at, post_id, problems, bytes FROM quarantine";
  const rows = await find<QuarantineRow>(session, select, conditions, "received_at", page);
  return rows.map((row) => ({
    id: row.id,
    receivedAt: new Date(row.received_at).toISOString(),
    postId: row.post_id,
    bytes: row.bytes.byteLength,
    problems: JSON.parse(row.problems),
    dataBase64: Buffer.from(row.bytes).toString("base64"),
  }));
}

/** Newest first, ids break ties. A negative limit is none. */
function find<R extends SqlRow>(
  session: SqlSession,
  select: string,
  conditions: readonly Condition[],
  time: string,
  { limit }: CheckedPage,
): Promise<R[]> {
  const where = conditions.map(({ sql }) => sql).join(" AND ") || "true";
  const sql = `${select} WHERE ${where} ORDER BY ${time} DESC, id DESC LIMIT ?`;
  return session.all<R>(sql, [...conditions.flatMap(({ params }) => params), limit]);
}

function during({ from, to }: { readonly from?: number; readonly to?: number }): Condition[] {
  return [
    ...(from === undefined ? [] : [{ sql: "received_at >= ?", params: [from] }]),
    ...(to === undefined ? [] : [{ sql: "received_at < ?", params: [to] }]),
  ];
}

function behind(time: string, { after }: CheckedPage): Condition[] {
  if (after === undefined) return [];
  return [{ sql: `(${time}, id) < (?, ?)`, params: [after.at, clean(after.id)] }];
}

function anyOf(column: string, values: readonly string[]): Condition {
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [list(values)] };
}

function list(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** Nothing that is stored holds a NUL, and SQL cannot bind one. */
function clean(text: string): string {
  return text.replaceAll("\0", "\u{fffd}");
}

function hasNul(text: string): boolean {
  return text.includes("\0");
}

function factsRow<R>(row: { readonly facts: string }): R {
  return rowOf(JSON.parse(row.facts)) as R;
}

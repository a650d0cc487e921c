import type { WaypostEvent } from "../../contracts.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import type { LookSession } from "../../support/looks.ts";
import type { QuerySession } from "../../support/queried-sqlite.ts";
import { rowOf } from "../log/facts.ts";
import type {
  ConversationSelection,
  ConversationTime,
  ListedConversation,
  Reader,
} from "../log/reader.ts";
import type { CheckedPage } from "../log/selection.ts";
import type { ConversationRow, MessageRow } from "../log/views.ts";
import { behind, findEvents } from "./find-events.ts";
import { anyOf, type Condition, equal, list, newest } from "./newest.ts";
import { readStats } from "./stats.ts";
import type { Uses } from "./uses.ts";

const columns = {
  lastReceivedAt: "last_received_at",
  lastInboundAt: "last_inbound_at",
  waitingSince: "waiting_since",
  openSince: "open_since",
  closedAt: "closed_at",
} as const;

/** All values are bound; of a filter only our own words become SQL. Lists are queries, the rest is quick. */
export function createReader({ read, query, change }: Uses): Reader {
  return {
    events: (selection, page) => query((session) => findEvents(session, selection, page)),
    storedAt: (id) =>
      read(async (session) => {
        const sql = "SELECT stored_at AS at FROM events WHERE id = ?";
        const row = hasNul(id) ? undefined : await session.get<{ at: number | null }>(sql, [id]);
        return typeof row?.at === "number" ? new Date(row.at) : undefined;
      }),
    eventsById: (ids) => read((session) => eventsById(session, ids)),
    messages: (ids) =>
      read(async (session) => {
        const { sql, params } = anyOf("id", ids);
        const rows = await session.all<{ facts: string }>(
          `SELECT facts FROM messages WHERE ${sql}`,
          params,
        );
        return rows.map((row) => factsRow<MessageRow>(row));
      }),
    conversations: (selection, page) =>
      query((session) => findConversations(session, selection, page)),
    conversationsById: (ids) => read((session) => conversationsById(session, ids)),
    clearWaiting: (rows) =>
      change(async (session) => {
        for (const { id, waitingSince } of rows) {
          await session.run(
            "UPDATE conversations SET waiting_since = NULL WHERE id = ? AND waiting_since = ?",
            [id, waitingSince],
          );
        }
      }),
    aliases: (ids) => read((session) => findAliases(session, ids)),
    stats: () => read(readStats),
  };
}

async function findConversations(
  session: QuerySession,
  selection: ConversationSelection,
  page: CheckedPage,
): Promise<ListedConversation[]> {
  const { by, account, accounts, ids, from, to } = selection;
  const time = columns[by];
  const bound = by === "lastReceivedAt" ? (at: number) => at : isoTime;
  const others = [
    { sql: `${time} IS NOT NULL`, params: [] },
    ...(from === undefined ? [] : [{ sql: `${time} >= ?`, params: [bound(from)] }]),
    ...(to === undefined ? [] : [{ sql: `${time} < ?`, params: [bound(to)] }]),
    ...(ids === undefined ? [] : [anyOf("id", ids)]),
    ...(account === undefined || !accounts ? [] : [anyOf("+phone_number_id", accounts)]),
    ...behind(time, page, bound),
  ];
  const { sql, params } = newest(
    { from: "conversations", key: "id", time },
    ofAccounts(by, account, accounts).map((own) => [...own, ...others]),
    page,
  );
  const select = `SELECT facts, ${time} AS at FROM conversations WHERE id = ?`;
  const found: ListedConversation[] = [];
  for (const id of await session.list<string>(sql, params)) {
    const row = await session.get<{ facts: string; at: string | number }>(select, [id]);
    // `Date` takes both ways of writing a time.
    if (row !== undefined) found.push({ row: factsRow(row), at: new Date(row.at).getTime() });
  }
  return found;
}

/** Its own index has an account's by their last event; of all other lists most are of few accounts. */
function ofAccounts(
  by: ConversationTime,
  account: string | undefined,
  accounts: readonly string[] | undefined,
): Condition[][] {
  if (account === undefined) {
    if (accounts === undefined) return [[]];
    if (by === "lastReceivedAt") return accounts.map((id) => [equal("phone_number_id", id)]);
    return [[anyOf("+phone_number_id", accounts)]];
  }
  const [one, other] = [equal("phone_number_id", account), equal("waba_id", account)];
  if (by === "lastReceivedAt") return [[one], [other]];
  const either = { sql: `(${one.sql} OR ${other.sql})`, params: [...one.params, ...other.params] };
  return [[either]];
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}

async function eventsById(session: LookSession, ids: readonly string[]) {
  const bodies = new Map<string, WaypostEvent>();
  for (const id of ids.filter((each) => !hasNul(each))) {
    const row = await session.get<{ body: string }>("SELECT body FROM events WHERE id = ?", [id]);
    if (row !== undefined) bodies.set(id, JSON.parse(row.body));
  }
  return bodies;
}

async function conversationsById(
  session: LookSession,
  ids: readonly string[],
): Promise<ConversationRow[]> {
  const rows: ConversationRow[] = [];
  for (const id of ids.filter((each) => !hasNul(each))) {
    const sql = "SELECT facts FROM conversations WHERE id = ?";
    const row = await session.get<{ facts: string }>(sql, [id]);
    if (row !== undefined) rows.push(factsRow(row));
  }
  return rows;
}

/** Made as one row, which needs no other thread. */
async function findAliases(session: LookSession, ids: readonly string[]): Promise<AliasEdge[]> {
  const row = await session.get<{ list: string }>(
    `SELECT json_group_array(json_object('kind', kind, 'from', from_id, 'to', to_id, 'at', at)) AS list FROM (
       SELECT kind, from_id, to_id, at FROM aliases WHERE from_id IN (SELECT value FROM json_each(?1))
       UNION SELECT kind, from_id, to_id, at FROM aliases WHERE to_id IN (SELECT value FROM json_each(?1)))`,
    [list(ids)],
  );
  return JSON.parse(row?.list ?? "[]");
}

function hasNul(text: string): boolean {
  return text.includes("\0");
}

function factsRow<R>(row: { readonly facts: string }): R {
  return rowOf(JSON.parse(row.facts)) as R;
}

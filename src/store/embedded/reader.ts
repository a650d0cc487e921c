import type { WaypostEvent } from "../../contracts.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import type { LookSession } from "../../support/looks.ts";
import type { QuerySession } from "../../support/queried-sqlite.ts";
import type { SqlValue } from "../../support/sqlite.ts";
import type {
  ConversationSelection,
  ConversationTime,
  ListedConversation,
  Reader,
} from "../log/reader.ts";
import { type RowChange, rowOf } from "../log/row-change.ts";
import type { CheckedPage } from "../log/selection.ts";
import type { ConversationRow, MessageRow } from "../log/views.ts";
import { behind, findEvents, findPlaces } from "./find-events.ts";
import type { KnownTypes } from "./known-types.ts";
import { anyOf, type Condition, equal, list, newest } from "./newest.ts";
import { readStats } from "./stats.ts";
import { atOnce, parsedTogether } from "./together.ts";
import type { Uses } from "./uses.ts";

const columns = {
  lastReceivedAt: "last_received_at",
  lastInboundAt: "last_inbound_at",
  waitingSince: "waiting_since",
  openSince: "open_since",
  closedAt: "closed_at",
} as const;

/**
 * All values are bound; of a filter only our own words become SQL. Lists are queries, the rest is quick. Without `types` each list that
 * asks for some reads which there are.
 */
export function createReader(uses: Uses, types?: KnownTypes): Reader {
  const { read, query, change } = uses;
  return {
    events: (selection, page) => query((session) => findEvents(session, selection, page, types)),
    places: (selection, page) => query((session) => findPlaces(session, selection, page, types)),
    storedAt: (id) =>
      read(async (session) => {
        const sql = "SELECT stored_at AS at FROM events WHERE id = ?";
        const row = hasNul(id) ? undefined : await session.get<{ at: number | null }>(sql, [id]);
        return typeof row?.at === "number" ? new Date(row.at) : undefined;
      }),
    eventsById: (ids) => eventsById(uses, ids),
    messages: async (ids) => {
      const found = await textsById(uses, "SELECT facts FROM messages WHERE", ids);
      return found.map((json) => parsedRow<MessageRow>(json));
    },
    conversations: (selection, page) =>
      query((session) => findConversations(session, selection, page)),
    conversationsById: (ids) => conversationsById(uses, ids),
    clearWaiting: (rows) =>
      change(async (session) => {
        for (const { id, waitingSince } of rows) {
          await session.run(
            "UPDATE conversations SET waiting_since = NULL WHERE id = ? AND waiting_since = ?",
            [id, waitingSince],
          );
        }
      }),
    aliases: (ids) => findAliases(uses, ids),
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
  const found = await session.list<string>(sql, params);
  const column = `'[' || facts || ',' || json_quote(${time}) || ']'`;
  const place = { column, from: "conversations", by: "id" };
  const rows = await parsedTogether<readonly [RowChange, string | number]>(session, place, found);
  // `Date` takes both ways of writing a time.
  return rows.map(([change, at]) => ({
    row: rowOf<ConversationRow>(change),
    at: new Date(at).getTime(),
  }));
}

/** Its own index has an account's by their last event; the indexes of all other lists say whose each is. */
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
  if (by === "lastReceivedAt") {
    return [[equal("phone_number_id", account)], [equal("waba_id", account)]];
  }
  // Without the signs SQLite might gather the rows by account and sort them all.
  const [one, other] = [equal("+phone_number_id", account), equal("+waba_id", account)];
  return [[{ sql: `(${one.sql} OR ${other.sql})`, params: [...one.params, ...other.params] }]];
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}

type Looks = Pick<Uses, "read" | "first">;

async function eventsById({ read, first }: Looks, ids: readonly string[]) {
  const asked = [...new Set(ids)].filter((each) => !hasNul(each));
  const place = { column: "body", from: "events", by: "id" };
  const ask = (session: Pick<LookSession, "get">) =>
    parsedTogether<WaypostEvent>(session, place, asked);
  const found = await (asked.length > atOnce ? read(ask) : ask({ get: first }));
  return new Map(found.map((event) => [event.id, event]));
}

async function conversationsById(looks: Looks, ids: readonly string[]): Promise<ConversationRow[]> {
  const found = await textsById(looks, "SELECT facts FROM conversations WHERE", ids);
  return found.map((json) => parsedRow<ConversationRow>(json));
}

function textsById(looks: Looks, select: string, ids: readonly string[]) {
  const { sql, params } = anyOf("id", ids);
  return texts(looks, `${select} ${sql}`, params, ids);
}

async function findAliases(looks: Looks, ids: readonly string[]): Promise<AliasEdge[]> {
  const select = `SELECT json_object('kind', kind, 'from', from_id, 'to', to_id, 'at', at) || ''
    FROM aliases WHERE`;
  const among = "IN (SELECT value FROM json_each(?1))";
  const sql = `${select} from_id ${among} UNION ${select} to_id ${among}`;
  const found = await texts(looks, sql, [list(ids)], ids);
  return found.map((edge) => JSON.parse(edge) as AliasEdge);
}

/** Rows of so few ids are read on the spot: the way to another thread takes longer. */
const few = 200;

/** What the one column of this SELECT holds, as one row. */
async function texts(
  { read, first }: Looks,
  select: string,
  params: readonly SqlValue[],
  ids: readonly string[],
): Promise<string[]> {
  const sql = `WITH found (value) AS (${select}) SELECT json_group_array(value) AS list FROM found`;
  const row =
    ids.length > few
      ? (await read((session) => session.all<{ list: string }>(sql, params)))[0]
      : await first<{ list: string }>(sql, params);
  return JSON.parse(row?.list ?? "[]");
}

function hasNul(text: string): boolean {
  return text.includes("\0");
}

function parsedRow<R>(json: string): R {
  return rowOf<R>(JSON.parse(json));
}

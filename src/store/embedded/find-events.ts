import type { WaypostEvent } from "../../contracts.ts";
import type { QuerySession } from "../../support/queried-sqlite.ts";
import type { SqlValue } from "../../support/sqlite.ts";
import { matchingTypes } from "../log/known-types.ts";
import type { Selection } from "../log/reader.ts";
import type { CheckedPage } from "../log/selection.ts";
import { anyOf, type Condition, clean, equal, list, maxAlternatives, newest } from "./newest.ts";
import { contactToken, messageToken, postToken, token } from "./schema.ts";
import { readTypes } from "./stats.ts";

/** A part of the filter: it can lead, when its rows are looked through, or check the rows of another. */
interface Part {
  /** Undefined when it cannot lead. */
  readonly lead: readonly Condition[] | undefined;
  readonly check: Condition;
  /** How many rows it has, counted up to a bound. */
  readonly count: number;
}

/** A list that looks at no more rows than this is made on the spot. */
const brief = 200;
/** So many rows of a subquery are looked up one by one and sorted; of more, it only checks. */
const few = 2_000;
/** Of a subquery with more rows than this, no set is made: each row is asked whether it is one of them. */
const many = 50_000;
const events = { from: "events", key: "seq", time: "received_at" } as const;

/** The part with the fewest rows leads, so that as few as can be are looked at. */
export async function findEvents(
  session: QuerySession,
  selection: Selection,
  page: CheckedPage,
): Promise<WaypostEvent[]> {
  const types = await matchingTypes(selection.types, () => typesIn(session));
  if (types?.length === 0) return [];
  const times = [...during(selection), ...behind("received_at", page)];
  const short = await shortConversation(session, selection, times);
  if (short !== undefined) {
    const others = types === undefined ? [] : [anyOf("+type", types)];
    const found = newest(
      events,
      short.map((lead) => [lead, ...times, ...others]),
      page,
    );
    return eventsAt(session, await session.list<number>(found.sql, found.params, "brief"));
  }
  const parts = [
    ...(types === undefined ? [] : [await typePart(session, types, times)]),
    ...(await partsOf(session, selection, times)),
  ].sort((a, b) => a.count - b.count);
  const leader = parts.find(({ lead }) => lead !== undefined);
  const checks = parts.filter((part) => part !== leader).map(({ check }) => check);
  const alternatives = (leader?.lead ?? [undefined]).map((lead) => [
    ...(lead === undefined ? [] : [lead]),
    ...times,
    ...checks,
  ]);
  const { sql, params } = newest(events, alternatives, page);
  return eventsAt(session, await session.list<number>(sql, params));
}

async function eventsAt(session: QuerySession, all: readonly number[]): Promise<WaypostEvent[]> {
  const found: WaypostEvent[] = [];
  for (const seq of all) {
    const row = await session.get<{ body: string }>("SELECT body FROM events WHERE seq = ?", [seq]);
    if (row !== undefined) found.push(JSON.parse(row.body));
  }
  return found;
}

const ofConversation = new Set(["conversationIds", "types", "from", "to"]);

/** What leads to the events of a conversation, where nothing else but types is asked of them and they are few: most are. */
async function shortConversation(
  session: QuerySession,
  selection: Selection,
  times: readonly Condition[],
): Promise<readonly Condition[] | undefined> {
  const { conversationIds } = selection;
  if (conversationIds === undefined || conversationIds.length > maxAlternatives) return undefined;
  if (!Object.keys(selection).every((part) => ofConversation.has(part))) return undefined;
  const lead = conversationIds.map((id) => equal("conversation_id", id));
  return (await count(session, lead, times, brief)) < brief ? lead : undefined;
}

const typesSeen = new WeakMap<object, Promise<string[]>>();

/** Read once for all queries that see the same. */
function typesIn(session: QuerySession): Promise<string[]> {
  const seen = typesSeen.get(session.snapshot) ?? readTypes(session);
  typesSeen.set(session.snapshot, seen);
  return seen;
}

async function typePart(
  session: QuerySession,
  types: readonly string[],
  times: readonly Condition[],
): Promise<Part> {
  const lead = types.map((type) => equal("type", type));
  return types.length > maxAlternatives
    ? { lead: undefined, check: anyOf("+type", types), count: many }
    : { lead, check: anyOf("+type", types), count: await count(session, lead, times) };
}

async function partsOf(
  session: QuerySession,
  { conversationIds, contact, messageIds, post, account, accounts, words }: Selection,
  times: readonly Condition[],
): Promise<Part[]> {
  const parts: Part[] = [];
  if (conversationIds !== undefined) {
    const lead = conversationIds.map((id) => equal("conversation_id", id));
    const check = anyOf("+conversation_id", conversationIds);
    parts.push({ lead, check, count: await count(session, lead, times) });
  }
  if (account !== undefined) {
    const column = await accountColumn(session, account);
    const lead = [equal(column, account)];
    const check = equal(`+${column}`, account);
    parts.push({ lead, check, count: await count(session, lead, times) });
  }
  if (accounts !== undefined) {
    const lead = accounts.map((id) => equal("phone_number_id", id));
    const check = anyOf("+phone_number_id", accounts);
    parts.push({ lead, check, count: await count(session, lead, times) });
  }
  if (contact !== undefined) {
    const { keys, conversationIds: own } = contact;
    const sql = `SELECT seq FROM event_keys WHERE key IN (SELECT value FROM json_each(?))
      UNION SELECT seq FROM events WHERE conversation_id IN (SELECT value FROM json_each(?))`;
    parts.push(await setPart(session, { sql, params: [list(keys.map(contactToken)), list(own)] }));
  }
  if (messageIds !== undefined) {
    const sql = "SELECT seq FROM event_keys WHERE key IN (SELECT value FROM json_each(?))";
    parts.push(await setPart(session, { sql, params: [list(messageIds.map(messageToken))] }));
  }
  if (post !== undefined) {
    const sql = "SELECT seq FROM event_keys WHERE key = ?";
    parts.push(await setPart(session, { sql, params: [clean(postToken(post))] }));
  }
  if (words !== undefined) {
    const match = [words.map((word) => `"${token(word)}"`).join(" AND ")];
    const sql = "SELECT rowid FROM event_words WHERE event_words MATCH ?";
    const part = await setPart(session, { sql, params: match });
    const check = { sql: `EXISTS (${sql} AND rowid = events.seq)`, params: match };
    parts.push(part.count > many ? { ...part, check } : part);
  }
  return parts;
}

/** Rows that a subquery names by their `seq`; they come in no order, so that only few may lead. */
async function setPart(session: QuerySession, { sql, params }: Condition): Promise<Part> {
  const bounded = `SELECT count(*) FROM (SELECT 1 FROM (${sql}) LIMIT ${many + 1})`;
  const [found = 0] = await session.list<number>(bounded, params);
  const lead = found > few ? undefined : [{ sql: `seq IN (${sql})`, params }];
  return { lead, check: { sql: `+seq IN (${sql})`, params }, count: found };
}

/** Within the times, up to `most`. */
async function count(
  session: QuerySession,
  alternatives: readonly Condition[],
  times: readonly Condition[],
  most = many,
): Promise<number> {
  let found = 0;
  for (const alternative of alternatives) {
    const all = [alternative, ...times];
    const where = all.map(({ sql }) => sql).join(" AND ");
    const params = all.flatMap((each) => each.params);
    const sql = `SELECT count(*) FROM (SELECT 1 FROM events WHERE ${where} LIMIT ${most - found})`;
    const [more = 0] = await session.list<number>(sql, params, most > brief ? undefined : "brief");
    found += more;
    if (found >= most) break;
  }
  return found;
}

/** A phone number id, else a WABA id. */
async function accountColumn(
  session: QuerySession,
  account: string,
): Promise<"phone_number_id" | "waba_id"> {
  const { sql, params } = equal("phone_number_id", account);
  const found = await session.list(`SELECT 1 FROM events WHERE ${sql} LIMIT 1`, params);
  return found.length > 0 ? "phone_number_id" : "waba_id";
}

function during({ from, to }: { readonly from?: number; readonly to?: number }): Condition[] {
  return [
    ...(from === undefined ? [] : [{ sql: "received_at >= ?", params: [from] }]),
    ...(to === undefined ? [] : [{ sql: "received_at < ?", params: [to] }]),
  ];
}

/** `bound`: how the column holds a time. */
export function behind(
  time: string,
  { after, oldestFirst }: CheckedPage,
  bound: (at: number) => SqlValue = (at) => at,
): Condition[] {
  if (after === undefined) return [];
  const sql = `(${time}, id) ${oldestFirst ? ">" : "<"} (?, ?)`;
  return [{ sql, params: [bound(after.at), clean(after.id)] }];
}

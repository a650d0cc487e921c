import type { QuerySession } from "../../support/queried-sqlite.ts";
import type { Selection } from "../log/reader.ts";
import {
  allOf,
  anyOf,
  type Condition,
  clean,
  equal,
  list,
  maxAlternatives,
  together,
} from "./newest.ts";
import { contactToken, messageToken, postToken, token } from "./schema.ts";

/** A part of the filter: it can lead, when its rows are looked through, or check the rows of another. */
export interface Part {
  /** Undefined when it cannot lead. */
  readonly lead: readonly Condition[] | undefined;
  readonly check: Condition;
  /** How many rows it has, counted up to a bound; undefined: not counted yet. */
  readonly count?: number;
}

/** So many rows of a subquery are looked up one by one and sorted; of more, it only checks, but for a page of many. */
const fewFor = (limit: number) => Math.max(2_000, 4 * limit);
/** Of a subquery with more rows than this, no set is made: each row is asked whether it is one of them. */
const many = 50_000;

type Parts = Omit<Selection, "types"> & { readonly types: readonly string[] | undefined };

/** The one with the fewest rows first; `nothing`: no event can meet the filter. */
export async function partsOf(
  session: QuerySession,
  selection: Parts,
  times: readonly Condition[],
  limit: number,
): Promise<readonly Part[] | "nothing"> {
  const whose = await accountParts(session, selection);
  if (whose === "nothing") return "nothing";
  const { conversationIds } = selection;
  const sets = (await setParts(session, selection, fewFor(limit))).sort(
    (a, b) => a.count - b.count,
  );
  const parts: Part[] = [...sets, ...whose];
  if (conversationIds !== undefined) {
    const check = anyOf("+conversation_id", conversationIds);
    parts.push({ lead: leadOfEach("conversation_id", conversationIds), check });
  }
  // What names few rows leads, however many the others have.
  if (parts.length < 2 || sets[0]?.lead !== undefined) return parts;
  const counted: (Part & { readonly count: number })[] = [];
  for (const part of parts) {
    const { lead, count = lead === undefined ? many : await countOf(session, lead, times, many) } =
      part;
    counted.push({ ...part, count });
  }
  return counted.sort((a, b) => a.count - b.count);
}

/** Of many, all are sorted. */
function leadOfEach(column: string, values: readonly string[]): readonly Condition[] {
  if (values.length > maxAlternatives) return [anyOf(column, values)];
  return values.map((value) => equal(column, value));
}

/** Whose the events are and of which types: together where an index has both. */
async function accountParts(session: QuerySession, asked: Parts): Promise<Part[] | "nothing"> {
  const { types } = asked;
  const ofTypes: Part[] = types === undefined ? [] : [typePart(types)];
  const whose = await whoseOf(session, asked);
  if (whose === undefined) return ofTypes;
  const { numbers, others, check } = whose;
  if (numbers.length + others.length === 0) return "nothing";
  if (types !== undefined && numbers.length * types.length + others.length <= maxAlternatives) {
    const ofType = anyOf("+type", types);
    return [{ lead: leadsOf(whose, types, ofType), check: allOf([check, ofType]) }];
  }
  const ofWaba = whose.waba === undefined ? [] : [equal("waba_id", whose.waba)];
  const lead = [
    ...numbers.map((number) => allOf([...ofWaba, equal("phone_number_id", number)])),
    ...others,
  ];
  return [{ lead: lead.length > maxAlternatives ? undefined : lead, check }, ...ofTypes];
}

/** Phone numbers, and of which WABA where one was asked for. */
interface Whose {
  readonly waba: string | undefined;
  readonly numbers: readonly string[];
  /** What leads to events that are about a WABA and none of its numbers. */
  readonly others: readonly Condition[];
  readonly check: Condition;
}

async function whoseOf(
  session: QuerySession,
  { account, accounts }: Parts,
): Promise<Whose | undefined> {
  const within = accounts === undefined ? [] : [anyOf("+phone_number_id", accounts)];
  if (account === undefined) {
    if (accounts === undefined) return undefined;
    return { waba: undefined, numbers: accounts, others: [], check: allOf(within) };
  }
  const known = await numbersOf(session, account);
  const numbers = (known ?? [account]).filter((each) => accounts?.includes(each) ?? true);
  const waba = known === undefined ? undefined : account;
  const own = equal(waba === undefined ? "+phone_number_id" : "+waba_id", account);
  const none = { sql: "phone_number_id IS NULL", params: [] };
  const seesOthers = waba !== undefined && accounts === undefined;
  const others = seesOthers ? [allOf([equal("waba_id", waba), none])] : [];
  return { waba, numbers, others, check: allOf([own, ...within]) };
}

function leadsOf(
  { waba, numbers, others }: Whose,
  types: readonly string[],
  ofType: Condition,
): readonly Condition[] {
  const own = waba === undefined ? [] : [equal("+waba_id", waba)];
  const ofNumbers = numbers.flatMap((number) =>
    types.map((type) => allOf([equal("phone_number_id", number), equal("type", type), ...own])),
  );
  return [...ofNumbers, ...others.map((each) => allOf([each, ofType]))];
}

function typePart(types: readonly string[]): Part {
  const lead = types.length > maxAlternatives ? undefined : leadOfEach("type", types);
  return { lead, check: anyOf("+type", types) };
}

/** The phone numbers of a WABA; undefined where the account is one itself. */
async function numbersOf(
  session: QuerySession,
  account: string,
): Promise<readonly string[] | undefined> {
  const { sql, params } = equal("phone_number_id", account);
  const found = await session.list(`SELECT 1 FROM events WHERE ${sql} LIMIT 1`, params, "brief");
  if (found.length > 0) return undefined;
  // By jumps through the index of WABAs.
  const next = (than: string) => `(SELECT min(phone_number_id) FROM events
    WHERE waba_id = ?1 AND phone_number_id > ${than})`;
  return session.list<string>(
    `WITH RECURSIVE jumps (value) AS (
       SELECT ${next("''")}
       UNION ALL SELECT ${next("jumps.value")} FROM jumps WHERE jumps.value IS NOT NULL
     ) SELECT value FROM jumps WHERE value IS NOT NULL`,
    [clean(account)],
    "brief",
  );
}

/** What only keys and words find. */
async function setParts(
  session: QuerySession,
  { id, contact, messageIds, post, words }: Parts,
  few: number,
): Promise<(Part & { readonly count: number })[]> {
  const parts: (Part & { readonly count: number })[] = [];
  if (id !== undefined) {
    parts.push({ lead: [equal("id", id)], check: equal("+id", id), count: 1 });
  }
  if (contact !== undefined) {
    const { keys, conversationIds: own } = contact;
    const sql = `SELECT seq FROM event_keys WHERE key IN (SELECT value FROM json_each(?))
      UNION SELECT seq FROM events WHERE conversation_id IN (SELECT value FROM json_each(?))`;
    parts.push(
      await setPart(session, { sql, params: [list(keys.map(contactToken)), list(own)] }, few),
    );
  }
  if (messageIds !== undefined) {
    const sql = "SELECT seq FROM event_keys WHERE key IN (SELECT value FROM json_each(?))";
    const set = { sql, params: [list(messageIds.map(messageToken))] };
    // A message has few events; of a page's they are not counted.
    const ofPage = messageIds.length <= maxAlternatives && setOf(set, messageIds.length, few);
    parts.push(ofPage || (await setPart(session, set, few)));
  }
  if (post !== undefined) {
    const sql = "SELECT seq FROM event_keys WHERE key = ?";
    parts.push(await setPart(session, { sql, params: [clean(postToken(post))] }, few));
  }
  if (words !== undefined) {
    const match = [words.map((word) => `"${token(word)}"`).join(" AND ")];
    const sql = "SELECT rowid FROM event_words WHERE event_words MATCH ?";
    const part = await setPart(session, { sql, params: match }, few);
    const check = { sql: `EXISTS (${sql} AND rowid = events.seq)`, params: match };
    parts.push(part.count > many ? { ...part, check } : part);
  }
  return parts;
}

/** Rows that a subquery names by their `seq`; they come in no order, so that only few may lead. */
async function setPart(
  session: QuerySession,
  { sql, params }: Condition,
  few: number,
): Promise<Part & { readonly count: number }> {
  const bounded = `SELECT count(*) FROM (SELECT 1 FROM (${sql}) LIMIT ${many + 1})`;
  const [found = 0] = await session.list<number>(bounded, params);
  return setOf({ sql, params }, found, few);
}

function setOf(
  { sql, params }: Condition,
  count: number,
  few: number,
): Part & { readonly count: number } {
  const lead = count > few ? undefined : [{ sql: `seq IN (${sql})`, params }];
  return { lead, check: { sql: `+seq IN (${sql})`, params }, count };
}

/** Within the times, up to `most`: one statement for all, because each that may take long goes to another thread and back. */
export async function countOf(
  session: QuerySession,
  alternatives: readonly Condition[],
  times: readonly Condition[],
  most: number,
  brief?: "brief",
): Promise<number> {
  const rows = alternatives.map((alternative) => {
    const { sql, params } = allOf([alternative, ...times]);
    return { sql: `SELECT * FROM (SELECT 1 FROM events WHERE ${sql} LIMIT ${most})`, params };
  });
  const { sql, params } = together(rows, " UNION ALL ");
  const bounded = `SELECT count(*) FROM (SELECT 1 FROM (${sql}) LIMIT ${most})`;
  const [found = 0] = await session.list<number>(bounded, params, brief);
  return found;
}

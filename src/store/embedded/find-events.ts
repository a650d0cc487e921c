import type { WaypostEvent } from "../../contracts.ts";
import type { QuerySession } from "../../support/queried-sqlite.ts";
import type { SqlValue } from "../../support/sqlite.ts";
import { matchingTypes } from "../log/known-types.ts";
import type { Selection } from "../log/reader.ts";
import type { CheckedPage } from "../log/selection.ts";
import type { Position } from "../table/cursor.ts";
import { countOf, partsOf } from "./event-parts.ts";
import type { KnownTypes } from "./known-types.ts";
import { anyOf, type Condition, clean, equal, maxAlternatives, newest } from "./newest.ts";
import { readTypes } from "./stats.ts";
import { parsedTogether } from "./together.ts";

/** A list that looks at no more rows than this is made on the spot. */
const brief = 200;
const events = { from: "events", time: "received_at" } as const;

export async function findEvents(
  session: QuerySession,
  selection: Selection,
  page: CheckedPage,
  known?: Pick<KnownTypes, "of">,
): Promise<WaypostEvent[]> {
  const all = await findKeys<number>(session, "seq", selection, page, known);
  return parsedTogether(session, { column: "body", from: "events", by: "seq" }, all);
}

/** The indexes that have events in the order of a list hold both. */
export async function findPlaces(
  session: QuerySession,
  selection: Selection,
  page: CheckedPage,
  known?: Pick<KnownTypes, "of">,
): Promise<Position[]> {
  const key = "received_at || ' ' || id";
  const all = await findKeys<string>(session, key, selection, page, known);
  return all.map((place) => {
    const end = place.indexOf(" ");
    return { at: Number(place.slice(0, end)), id: place.slice(end + 1) };
  });
}

/** The part with the fewest rows leads, so that as few as can be are looked at. */
async function findKeys<T extends string | number>(
  session: QuerySession,
  key: string,
  selection: Selection,
  page: CheckedPage,
  known: Pick<KnownTypes, "of"> | undefined,
): Promise<T[]> {
  const listed = { ...events, key };
  const readAll = () => readTypes(session);
  const types = await matchingTypes(selection.types, () => known?.of(readAll) ?? readAll());
  if (types?.length === 0) return [];
  const times = [...during(selection), ...behind("received_at", page)];
  const short = await shortConversation(session, selection, times);
  if (short !== undefined) {
    const others = types === undefined ? [] : [anyOf("+type", types)];
    const found = newest(
      listed,
      short.map((lead) => [lead, ...times, ...others]),
      page,
    );
    return session.list<T>(found.sql, found.params, "brief");
  }
  const parts = await partsOf(session, { ...selection, types }, times, page.limit);
  if (parts === "nothing") return [];
  const leader = parts.find(({ lead }) => lead !== undefined);
  const checks = parts.filter((part) => part !== leader).map(({ check }) => check);
  const alternatives = (leader?.lead ?? [undefined]).map((lead) => [
    ...(lead === undefined ? [] : [lead]),
    ...times,
    ...checks,
  ]);
  const { sql, params } = newest(listed, alternatives, page);
  return session.list<T>(sql, params);
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
  // The index has them in order: only what is left out of them could make it a long way.
  if (selection.types === undefined) return lead;
  return (await countOf(session, lead, times, brief, "brief")) < brief ? lead : undefined;
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

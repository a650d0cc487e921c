import type { Table, Tables } from "../../contracts/table.ts";
import { type Contacts, type Ledger, type SetBy, StoreError } from "../../contracts.ts";
import { type TopicRow, topicsTable } from "./contact-tables.ts";

/** An event that ended a topic longer ago is not told which. */
const mostEnds = 100;

/** More rounds than anybody needs who is not stopped by the same writers all the time. */
const maxRounds = 20;

/**
 * What a conversation is about. It is written by one holder in turn, `flows`; one that was suspended past its lease, or an attempt
 * that ran out of time, may still write when the next has written, and is told by its fence.
 */
export function createTopics(
  tables: Tables,
  aliases: Ledger["aliases"],
): Pick<Contacts, "topic" | "setTopic"> {
  const topics = tables.of(topicsTable);
  const rowsOf = async (id: string) => topics.get((await aliases([id]))(id));
  return {
    async topic(conversationId, asOf) {
      const rows = await rowsOf(conversationId);
      const end = asOf === undefined ? undefined : endBy(rows, asOf);
      return (end ?? newestOf(rows))?.topic;
    },
    async setTopic(id, topic, by) {
      for (let round = 0; round < maxRounds; round += 1) {
        const rows = await rowsOf(id);
        if (rows.some(({ fence = 0 }) => fence > by.fence)) return;
        const changed = changeOf(rows, { id, topic, by });
        if (changed !== undefined && !(await write(topics, rows, { id, ...changed }))) continue;
        return emptyOthers(topics, rows, id);
      }
      throw new StoreError("outage", "writers of a topic keep colliding");
    },
  };
}

type Rows = readonly TopicRow[];

function newestOf(rows: Rows): TopicRow | undefined {
  const isNewer = (one: TopicRow, other: TopicRow) => {
    const [a = 0, b = 0] = [one.fence, other.fence];
    return a === b ? one.setAt > other.setAt : a > b;
  };
  return rows
    .filter((row) => row.topic !== undefined)
    .reduce<TopicRow | undefined>((a, b) => (a && isNewer(a, b) ? a : b), undefined);
}

function endBy(rows: Rows, event: string) {
  return rows.flatMap(({ ends = [] }) => ends).find(({ by }) => by === event);
}

type Changed = Pick<TopicRow, "setAt" | "fence" | "ends"> & { readonly topic: string | null };

/** undefined: this event has ended it already. */
function changeOf(
  rows: Rows,
  {
    id,
    topic,
    by,
  }: { readonly id: string; readonly topic: string | undefined; readonly by: SetBy },
): Changed | undefined {
  const stamp = { setAt: new Date().toISOString(), fence: by.fence };
  if (topic !== undefined) return { topic, ...stamp };
  if (endBy(rows, by.event) !== undefined) return undefined;
  const ended = newestOf(rows)?.topic;
  const before = rows.find((row) => row.id === id)?.ends ?? [];
  const ends = [...before, { by: by.event, ...(ended !== undefined && { topic: ended }) }];
  return { topic: null, ...stamp, ends: ends.slice(-mostEnds) };
}

/** False when another has written meanwhile. */
async function write(
  topics: Table<TopicRow>,
  rows: Rows,
  { id, ...set }: Changed & { readonly id: string },
): Promise<boolean> {
  const row = rows.find((each) => each.id === id);
  if (row !== undefined) {
    const changed = await topics.advance(id, asRead(row), { set, add: { revision: 1 } });
    return changed !== undefined;
  }
  const { topic, ...made } = set;
  const given = { id, ...made, revision: 1, ...(topic !== null && { topic }) };
  return (await topics.insert([given])).length === 0;
}

/** What stood under the other ids is over. */
async function emptyOthers(topics: Table<TopicRow>, rows: Rows, id: string): Promise<void> {
  const others = rows.filter((row) => row.id !== id && row.topic !== undefined);
  const empty = { set: { topic: null }, add: { revision: 1 } } as const;
  await topics.update(others.map((row) => ({ id: row.id, where: asRead(row), ...empty })));
}

const asRead = ({ revision }: TopicRow) => ({ revision: revision ?? { absent: true } });

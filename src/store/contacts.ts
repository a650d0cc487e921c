import type { Tables } from "../contracts/table.ts";
import type { Contact, Contacts, Ledger } from "../contracts.ts";
import { personEdges } from "../event/alias-edges.ts";
import { contactKey } from "../event/contact-keys.ts";
import { isInboundMessage } from "../event/direction.ts";
import { phoneCandidates } from "../event/phone.ts";
import { gathered } from "../support/gathered.ts";
import { personOf } from "./contact-facts.ts";
import type { ContactLearner } from "./contact-learner.ts";
import { changePerson, contactOf, findPersons, newRow } from "./contact-person.ts";
import { contactsTable, topicsTable } from "./contact-tables.ts";
import { payloadTime } from "./projection.ts";

export interface ContactsOptions {
  readonly learner: ContactLearner;
  /** Whose conversation is whose. */
  readonly aliases: Ledger["aliases"];
}

export function createContacts(tables: Tables, { learner, aliases }: ContactsOptions): Contacts {
  const contacts = tables.of(contactsTable);
  const personOfKey = gathered((keys: readonly string[]) => findPersons(tables, keys));
  const read = async (key: string) => contactOf(await personOfKey(key));
  const byId = async (id: string): Promise<string | undefined> => {
    const rows = await contacts.find({ where: { ids: id }, as: "lookup" });
    // A BSUID's row before a phone's, which may be in the middle of being moved there.
    return rows
      .map((row) => row.id)
      .sort()
      .at(-1);
  };
  const find = async (keys: readonly string[]): Promise<Contact | undefined> => {
    for (const key of keys) {
      const found = await read(key);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    async of(event) {
      const person = personOf(event, payloadTime(event));
      if (person === undefined) return undefined;
      if (person.key.startsWith("phone:") && !isInboundMessage(event)) {
        // Your services may write a phone otherwise than Meta does.
        const known = await find(keysOf(person.key.slice("phone:".length)));
        if (known !== undefined) return known;
      }
      (await learner.learn(tables, [{ person, edges: personEdges(event) }]))();
      const found = await read(person.key);
      if (found !== undefined) return found;
      // Erased since it was learnt.
      await contacts.insert([{ id: person.key, ...newRow(new Date().toISOString()) }]);
      return read(person.key);
    },
    async find(text) {
      const id = text.trim();
      const known = id.startsWith("ctc_") ? await byId(id) : undefined;
      return find(known === undefined ? keysOf(id) : [known]);
    },
    async change(id, change): Promise<Contact | undefined> {
      const key = await byId(id);
      return key === undefined ? undefined : changePerson(tables, key, change);
    },
    ...createTopics(tables, aliases),
  };
}

/** Of a phone first what was told, then how else it is written: the first that somebody has is meant. */
function keysOf(text: string): string[] {
  const id = contactKey(text);
  if (id === "") return [];
  if (!/^[0-9]+$/.test(id)) return [`user:${id}`];
  return [...new Set([id, ...phoneCandidates(text)])].map((phone) => `phone:${phone}`);
}

/** An event that ended a topic longer ago is not told which. */
const mostEnds = 100;

/** What a conversation is about is written by one holder, in turn: `flows`. */
function createTopics(
  tables: Tables,
  aliases: Ledger["aliases"],
): Pick<Contacts, "topic" | "setTopic"> {
  const topics = tables.of(topicsTable);
  type Topics = Awaited<ReturnType<typeof topics.get>>;
  const rowsOf = async (id: string) => topics.get((await aliases([id]))(id));
  const newestOf = (rows: Topics) =>
    rows
      .filter((row) => row.topic !== undefined)
      .reduce<Topics[number] | undefined>((a, b) => (a && a.setAt > b.setAt ? a : b), undefined);
  const endBy = (rows: Topics, event: string) =>
    rows.flatMap(({ ends = [] }) => ends).find(({ by }) => by === event);
  /** What stood under the other ids is over. */
  const only = (id: string, rows: Topics) => {
    const others = rows.filter((row) => row.id !== id && row.topic !== undefined);
    return topics.update(others.map((row) => ({ id: row.id, set: { topic: null } })));
  };
  return {
    async topic(conversationId, asOf) {
      const rows = await rowsOf(conversationId);
      const end = asOf === undefined ? undefined : endBy(rows, asOf);
      return (end ?? newestOf(rows))?.topic;
    },
    async setTopic(id, topic, by) {
      const setAt = new Date().toISOString();
      const rows = await rowsOf(id);
      if (topic !== undefined) {
        await topics.upsert([{ id, set: { topic, setAt } }]);
      } else if (endBy(rows, by) === undefined) {
        const ended = newestOf(rows)?.topic;
        const before = rows.find((row) => row.id === id)?.ends ?? [];
        const ends = [...before, { by, ...(ended !== undefined && { topic: ended }) }];
        await topics.upsert([{ id, set: { topic: null, setAt, ends: ends.slice(-mostEnds) } }]);
      }
      await only(id, rows);
    },
  };
}

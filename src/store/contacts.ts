import type { Tables } from "../contracts/table.ts";
import type { Contact, Contacts, Ledger } from "../contracts.ts";
import { personEdges } from "../event/alias-edges.ts";
import { contactKey } from "../event/contact-keys.ts";
import { personKey } from "../event/conversation.ts";
import { personOf } from "./contact-facts.ts";
import type { ContactLearner } from "./contact-learner.ts";
import { changePerson, contactOf, findPerson, newRow } from "./contact-person.ts";
import { contactsTable, topicsTable } from "./contact-tables.ts";
import { payloadTime } from "./projection.ts";

export interface ContactsOptions {
  readonly learner: ContactLearner;
  /** Whose conversation is whose. */
  readonly aliases: Ledger["aliases"];
}

export function createContacts(tables: Tables, { learner, aliases }: ContactsOptions): Contacts {
  const contacts = tables.of(contactsTable);
  const read = async (key: string) => contactOf(await findPerson(tables, key));
  const byId = async (id: string): Promise<string | undefined> => {
    const rows = await contacts.find({ where: { ids: id }, as: "lookup" });
    // A BSUID's row before a phone's, which may be in the middle of being moved there.
    return rows
      .map((row) => row.id)
      .sort()
      .at(-1);
  };
  return {
    async of(event) {
      const person = personOf(event, payloadTime(event));
      if (person === undefined) return undefined;
      (await learner.learn(tables, [{ person, edges: personEdges(event) }]))();
      const found = await read(person.key);
      if (found !== undefined) return found;
      // Erased since it was learnt.
      await contacts.insert([{ id: person.key, ...newRow(new Date().toISOString()) }]);
      return read(person.key);
    },
    async find(text) {
      const id = text.trim();
      const key = (id.startsWith("ctc_") && (await byId(id))) || keyOf(id);
      return key === undefined ? undefined : read(key);
    },
    async change(id, change): Promise<Contact | undefined> {
      const key = await byId(id);
      return key === undefined ? undefined : changePerson(tables, key, change);
    },
    ...createTopics(tables, aliases),
  };
}

function keyOf(text: string): string | undefined {
  const key = contactKey(text);
  return /^\d*$/.test(key) ? personKey({ phone: key }) : personKey({ userId: key });
}

function createTopics(
  tables: Tables,
  aliases: Ledger["aliases"],
): Pick<Contacts, "topic" | "setTopic"> {
  const topics = tables.of(topicsTable);
  const idsOf = async (id: string) => (await aliases([id]))(id);
  return {
    async topic(conversationId) {
      const rows = await topics.get(await idsOf(conversationId));
      return rows.toSorted((a, b) => (a.setAt < b.setAt ? 1 : -1))[0]?.topic;
    },
    async setTopic(conversationId, topic) {
      const setAt = new Date().toISOString();
      if (topic === undefined) await topics.remove(await idsOf(conversationId));
      else await topics.upsert([{ id: conversationId, set: { topic, setAt } }]);
    },
  };
}

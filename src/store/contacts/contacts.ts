import type { Tables } from "../../contracts/table.ts";
import type { Contact, Contacts, Ledger } from "../../contracts.ts";
import { personEdges } from "../../event/alias-edges.ts";
import { contactKey } from "../../event/contact-keys.ts";
import { isInboundMessage } from "../../event/direction.ts";
import { phoneCandidates, sameInOtherWriting } from "../../event/phone.ts";
import { gathered } from "../../support/gathered.ts";
import { payloadTime } from "../log/projection.ts";
import type { ContactLearner } from "./contact-learner.ts";
import { changePerson, contactOf, findPersons, newRow } from "./contact-person.ts";
import { contactsTable } from "./contact-tables.ts";
import { personOf } from "./event-contact.ts";
import { createTopics } from "./topics.ts";

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
  /** Your services may write a phone otherwise than Meta does, which has not told it since that is kept. */
  const toldBy = async (key: string): Promise<Contact | undefined> => {
    const person = await personOfKey(key);
    const known = contactOf(person);
    const other = sameInOtherWriting(key.slice("phone:".length));
    if (known !== undefined || other === undefined || person.knownByMeta.has(key)) return known;
    return read(`phone:${other}`);
  };
  return {
    async of(event) {
      const person = personOf(event, payloadTime(event));
      if (person === undefined) return undefined;
      if (person.key.startsWith("phone:") && !isInboundMessage(event)) {
        const known = await toldBy(person.key);
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

import type { Tables } from "../../contracts/table.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import { addEdge, edgeId } from "./aliases.ts";
import { changePerson, newRow } from "./contact-person.ts";
import { contactAliasesTable, contactsTable } from "./contact-tables.ts";
import { type EventContact, type EventPerson, joinPersons, valueIn } from "./event-contact.ts";

/** Of each about 300 bytes. */
const maxRemembered = 50_000;
/** What another process has taken away is made again after that. */
const rememberedMs = 60 * 60 * 1_000;

/** Keeps what events say of people. What it has kept in the last hour costs no query. */
export interface ContactLearner {
  /**
   * Repeatable. Once all of it is durable, the caller runs the function that it answers with, so that the same is not
   * written again.
   */
  learn(tables: Pick<Tables, "of">, contacts: readonly EventContact[]): Promise<() => void>;
}

export function createContactLearner(now: () => number = Date.now): ContactLearner {
  const persons = createRecent<EventPerson>(now);
  const edges = createRecent<AliasEdge>(now);
  return {
    async learn(tables, contacts) {
      const newPersons = personsNew(contacts, persons);
      const newEdges = edgesNew(contacts, edges);
      if (newPersons.size > 0) await keepPersons(tables, [...newPersons.values()], now());
      if (newEdges.size > 0) await keepEdges(tables, [...newEdges.values()]);
      return () => {
        for (const [key, person] of newPersons) persons.set(key, person);
        for (const [id, edge] of newEdges) edges.set(id, edge);
      };
    },
  };
}

function personsNew(
  contacts: readonly EventContact[],
  recent: Recent<EventPerson>,
): Map<string, EventPerson> {
  const found = new Map<string, EventPerson>();
  for (const { person } of contacts) {
    if (person === undefined) continue;
    const known = found.get(person.key) ?? recent.get(person.key);
    if (known === undefined) found.set(person.key, person);
    else if (!saysNothing(person, known)) found.set(person.key, joinPersons(known, person));
  }
  return found;
}

function edgesNew(
  contacts: readonly EventContact[],
  recent: Recent<AliasEdge>,
): Map<string, AliasEdge> {
  const found = new Map<string, AliasEdge>();
  for (const edge of contacts.flatMap(({ edges }) => edges)) {
    const known = recent.get(edgeId(edge));
    if (known === undefined || (edge.at ?? "") < (known.at ?? "")) addEdge(found, edge);
  }
  return found;
}

/** A name that is told again needs no newer time. */
function saysNothing(person: EventPerson, known: EventPerson): boolean {
  const { first, name, username } = person;
  const same = (a: string | undefined, b: string | undefined) =>
    a === undefined || (b !== undefined && valueIn(a) === valueIn(b));
  const sooner = first !== undefined && (known.first === undefined || first < known.first);
  return !sooner && same(name, known.name) && same(username, known.username);
}

async function keepPersons(
  tables: Pick<Tables, "of">,
  persons: readonly EventPerson[],
  now: number,
): Promise<void> {
  const madeAt = new Date(now).toISOString();
  const rows = persons.map(({ key, name, username, first }) => ({
    id: key,
    create: newRow(madeAt),
    max: { ...(name !== undefined && { name }), ...(username !== undefined && { username }) },
    min: first === undefined ? {} : { first },
  }));
  await tables.of(contactsTable).upsert(rows);
}

async function keepEdges(tables: Pick<Tables, "of">, edges: readonly AliasEdge[]): Promise<void> {
  const rows = edges.map((edge) => {
    const { kind, from, to, at = "" } = edge;
    return { id: edgeId(edge), create: { kind, from, to }, min: { at } };
  });
  await tables.of(contactAliasesTable).upsert(rows);
  // What was noted of somebody while only their phone was known becomes theirs.
  const phones = edges.filter(({ kind }) => kind !== "became").map(({ from }) => from);
  const known = await tables.of(contactsTable).get([...new Set(phones)]);
  for (const { id, moved } of known) if (!moved) await changePerson(tables, id, {});
}

interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** The last that were set, for a while. */
function createRecent<T>(now: () => number): Recent<T> {
  let since = now();
  const values = new Map<string, T>();
  return {
    get(key) {
      if (now() - since > rememberedMs) {
        values.clear();
        since = now();
      }
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      const oldest = values.size > maxRemembered ? values.keys().next().value : undefined;
      if (oldest !== undefined) values.delete(oldest);
    },
  };
}

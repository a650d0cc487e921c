import { randomBytes } from "node:crypto";
import type { Table, Tables } from "../../contracts/table.ts";
import { type Contact, type ContactChange, StoreError } from "../../contracts.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import { type LoadEdges, otherWritings, resolveAliases } from "./aliases.ts";
import { changeNotes, joinNotes, type Note, noted } from "./contact-notes.ts";
import { type ContactRow, contactAliasesTable, contactsTable } from "./contact-tables.ts";
import { larger, smaller, timeIn, valueIn } from "./event-contact.ts";

/** More rounds than anybody needs who is not stopped by the same writers all the time. */
const maxRounds = 20;

/** Everything known of one person. */
interface Person {
  /** All ids, as `personKey`, the asked one first. */
  readonly keys: readonly string[];
  readonly rows: readonly ContactRow[];
  /** Phones that were given up for another one. */
  readonly movedFrom: ReadonlySet<string>;
  /** How else their phones may be written. */
  readonly writings: ReadonlySet<string>;
  /** Phones by which Meta knows somebody. */
  readonly knownByMeta: ReadonlySet<string>;
}

/** A row that is made now. */
export function newRow(now: string): Omit<ContactRow, "id"> {
  const contactId = `ctc_${randomBytes(15).toString("base64url")}`;
  return { contactId, madeAt: now, ids: [contactId], notes: [], revision: 0 };
}

/** Who is who over all our numbers. */
export function contactEdges(tables: Pick<Tables, "of">): LoadEdges {
  const aliases = tables.of(contactAliasesTable);
  return async (ids) =>
    (
      await Promise.all([
        aliases.find({ where: { from: { in: ids } }, as: "few" }),
        aliases.find({ where: { to: { in: ids } }, as: "few" }),
      ])
    ).flat();
}

/** Who has this id. No rows: nobody is known by it. */
async function findPerson(tables: Pick<Tables, "of">, key: string): Promise<Person> {
  return (await findPersons(tables, [key]))(key);
}

/** Of so many no tangle of one person's ids is left unresolved that would be resolved where it is asked for alone. */
const mostEdgesTogether = 1_000;

/** The same of several at once. */
export async function findPersons(
  tables: Pick<Tables, "of">,
  asked: readonly string[],
): Promise<(key: string) => Person> {
  const loadEdges = contactEdges(tables);
  const loaded: AliasEdge[] = [];
  const load = async (ids: readonly string[]): Promise<readonly AliasEdge[]> => {
    const edges = await loadEdges(ids);
    loaded.push(...edges);
    return edges;
  };
  const keysOf = await resolveAliases(asked, load);
  if (asked.length > 1 && loaded.length > mostEdgesTogether) return findEach(tables, asked);
  const movedFrom = new Set(loaded.flatMap(({ kind, from }) => (kind === "moved" ? from : [])));
  const knownByMeta = new Set(loaded.flatMap(({ kind, to }) => (kind === "written" ? to : [])));
  const writings = new Set(otherWritings(loaded).keys());
  const beside = { movedFrom, knownByMeta, writings };
  const found = await tables.of(contactsTable).get([...new Set(asked.flatMap(keysOf))]);
  const rows = new Map(found.map((row) => [row.id, row]));
  return (key) => {
    const keys = keysOf(key);
    return { keys, rows: keys.flatMap((each) => rows.get(each) ?? []), ...beside };
  };
}

async function findEach(
  tables: Pick<Tables, "of">,
  asked: readonly string[],
): Promise<(key: string) => Person> {
  const persons = new Map<string, Person>();
  for (const key of asked) persons.set(key, await findPerson(tables, key));
  const none: ReadonlySet<string> = new Set();
  const nobody = { rows: [], movedFrom: none, knownByMeta: none, writings: none };
  return (key) => persons.get(key) ?? { keys: [key], ...nobody };
}

/** The BSUIDs and phones of whom this `ctc_…` names. */
export async function keysOfContact(
  tables: Pick<Tables, "of">,
  contactId: string,
): Promise<readonly string[]> {
  const rows = await tables.of(contactsTable).find({ where: { ids: contactId }, as: "lookup" });
  const keys = rows.map((row) => row.id).sort();
  // A BSUID's row before a phone's, which may be in the middle of being moved there.
  const contact =
    keys.length === 0 ? undefined : contactOf(await findPerson(tables, keys.at(-1) ?? ""));
  return contact === undefined ? [] : [...contact.userIds, ...contact.phones];
}

/** One contact of all the rows; undefined of none. */
export function contactOf({ keys, rows, writings }: Person): Contact | undefined {
  const oldest = oldestOf(rows);
  if (oldest === undefined) return undefined;
  const known = keys.filter((key) => !writings.has(key));
  const ids = (kind: string) =>
    known.flatMap((key) => (key.startsWith(kind) ? [key.slice(kind.length)] : [])).sort();
  const name = rows.map((row) => row.name).reduce(larger, undefined);
  const username = rows.map((row) => row.username).reduce(larger, undefined);
  const first = firstOf(rows);
  const former = new Set(rows.flatMap(({ moved, ids }) => (moved ? [] : ids)));
  former.delete(oldest.contactId);
  return {
    id: oldest.contactId,
    ...(former.size > 0 && { formerIds: [...former].sort() }),
    userIds: ids("user:"),
    phones: ids("phone:"),
    ...(name !== undefined && { name: valueIn(name) }),
    ...(username !== undefined && { username: valueIn(username) }),
    ...noted(joinNotes(rows.flatMap((row) => row.notes))),
    ...(first !== undefined && { first: { at: timeIn(first), eventId: valueIn(first) } }),
  };
}

/**
 * Changes the person, and gathers what is noted of them where it stays theirs: under their BSUID, else under the phone
 * they have now. A phone may be another's one day, who must not get the notes of this one.
 */
export async function changePerson(
  tables: Pick<Tables, "of">,
  key: string,
  change: ContactChange,
): Promise<Contact | undefined> {
  const contacts = tables.of(contactsTable);
  for (let round = 0; round < maxRounds; round += 1) {
    const person = await findPerson(tables, key);
    if (person.rows.length === 0) return undefined;
    const home = await homeOf(contacts, person);
    if (home === undefined) continue;
    const all = { ...person, rows: withRow(person.rows, home) };
    const changed = await gather(contacts, all, home, change);
    if (changed !== undefined) return contactOf({ ...all, rows: changed });
  }
  throw new StoreError("outage", "writers of a contact keep colliding");
}

/** Made where it is not there yet; undefined when another process made it meanwhile. */
async function homeOf(
  contacts: Table<ContactRow>,
  { keys, rows, movedFrom, writings }: Person,
): Promise<ContactRow | undefined> {
  const users = keys.filter((key) => key.startsWith("user:"));
  const phones = keys.filter((key) => !movedFrom.has(key) && !writings.has(key));
  const fit = [users, phones, keys].find((some) => some.length > 0) ?? [];
  const there = oldestOf(rows.filter(({ id }) => fit.includes(id)));
  const id = [...fit].sort()[0];
  if (there !== undefined || id === undefined) return there;
  const made = { id, ...newRow(new Date().toISOString()) };
  const [other] = await contacts.insert([made]);
  return other === undefined ? made : undefined;
}

/** The rows as they are then; undefined when one was written meanwhile. */
async function gather(
  contacts: Table<ContactRow>,
  { rows }: Person,
  home: ContactRow,
  change: ContactChange,
): Promise<ContactRow[] | undefined> {
  const now = new Date().toISOString();
  const notes = changeNotes(joinNotes(rows.flatMap((row) => row.notes)), change, now);
  const moving = rows.filter((row) => row !== home && row.id.startsWith("phone:") && !row.moved);
  const gathered = gatheredOf([home, ...moving], notes);
  // First the home, then what is moved there: whatever ends this between the two, nothing is lost.
  const kept = await writeIfNew(contacts, home, gathered);
  if (kept === undefined) return undefined;
  for (const row of moving) {
    const { revision: _, ...empty } = newRow(now);
    if ((await advance(contacts, row, { ...empty, moved: true })) === undefined) return undefined;
  }
  return [kept, ...rows.filter((row) => row !== home && !moving.includes(row))];
}

type Gathered = Pick<ContactRow, "contactId" | "madeAt" | "ids" | "notes"> & {
  readonly first?: string;
};

function gatheredOf(
  rows: readonly [ContactRow, ...ContactRow[]],
  notes: readonly Note[],
): Gathered {
  const { contactId, madeAt } = oldestOf(rows) ?? rows[0];
  const ids = [...new Set(rows.flatMap((row) => row.ids))];
  const first = firstOf(rows);
  return { contactId, madeAt, ids, notes, ...(first !== undefined && { first }) };
}

async function writeIfNew(
  contacts: Table<ContactRow>,
  home: ContactRow,
  gathered: Gathered,
): Promise<ContactRow | undefined> {
  const same = (key: keyof Gathered) => JSON.stringify(home[key]) === JSON.stringify(gathered[key]);
  const keys = ["contactId", "madeAt", "ids", "notes", "first"] as const;
  if (keys.every(same)) return home;
  const { first, ...set } = gathered;
  return advance(contacts, home, { ...set, moved: null }, first);
}

async function advance(
  contacts: Table<ContactRow>,
  { id, revision }: ContactRow,
  set: Partial<Omit<ContactRow, "moved">> & { readonly moved: true | null },
  first?: string,
): Promise<ContactRow | undefined> {
  const min = first === undefined ? {} : { min: { first } };
  return contacts.advance(id, { revision }, { set, add: { revision: 1 }, ...min });
}

function withRow(rows: readonly ContactRow[], row: ContactRow): readonly ContactRow[] {
  return rows.includes(row) ? rows : [...rows, row];
}

function oldestOf(rows: readonly ContactRow[]): ContactRow | undefined {
  const age = ({ madeAt, contactId }: ContactRow) => `${madeAt} ${contactId}`;
  return rows.toSorted((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

function firstOf(rows: readonly ContactRow[]): string | undefined {
  return rows.map((row) => row.first).reduce(smaller, undefined);
}

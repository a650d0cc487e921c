import type { Contact } from "../../event/generated.ts";
import { canonicalJson, isSmall } from "./canonical.ts";
import { contactOf } from "./person.ts";
import type { Json } from "./pick.ts";

/** A larger contact goes with its first item only, or a batch of a thousand would grow a thousandfold. */
const largestShared = 4_096;

interface Entry {
  readonly raw: Json;
  /** Made once: a large contact may be followed by thousands of its id. */
  canonical?: string;
  readonly contact: Contact;
  claims: number;
}

/** What an item gets: the element of `contacts[]` that is its person's, and all that is known of them. */
export interface Claim {
  readonly raw?: Json;
  readonly contact: Contact;
}

/** The `contacts[]` of one value. An item claims its own; what nobody claims is left over. */
export function createContacts(elements: readonly Json[]) {
  const entries: Entry[] = [];
  const byId = new Map<string, Entry>();

  function known({ userId, waId }: Contact): Entry | undefined {
    const byUser = userId === undefined ? undefined : byId.get(`u${userId}`);
    return byUser ?? (waId === undefined ? undefined : byId.get(`p${waId}`));
  }

  for (const raw of elements) {
    const contact = contactOf(raw);
    const before = known(contact);
    const entry: Entry = { raw, contact, claims: 0 };
    if (before !== undefined && canonicalOf(before) === canonicalOf(entry)) continue;
    entries.push(entry);
    for (const key of keysOf(contact)) if (!byId.has(key)) byId.set(key, entry);
  }

  function find(person: Contact, alone: boolean): Entry | undefined {
    // Without a match it is a guess, so only where there is nobody else it could be.
    const only = alone && entries.length === 1 ? entries[0] : undefined;
    const entry = known(person) ?? only;
    return entry !== undefined && sameUser(entry.contact, person) ? entry : undefined;
  }

  return {
    /** `alone`: the value holds no other item. What the item says of its person wins. */
    claim(person: Contact, alone: boolean): Claim {
      const entry = find(person, alone);
      if (entry === undefined) return { contact: person };
      entry.claims += 1;
      if (entry.claims > 1 && !isSmall(entry.raw, largestShared)) return { contact: person };
      return { raw: entry.raw, contact: { ...entry.contact, ...person } };
    },
    unclaimed: (): Json[] => entries.filter(({ claims }) => claims === 0).map(({ raw }) => raw),
  };
}

function canonicalOf(entry: Entry): string {
  entry.canonical ??= canonicalJson(entry.raw);
  return entry.canonical;
}

function keysOf({ userId, waId }: Contact): string[] {
  const keys: string[] = [];
  if (userId !== undefined) keys.push(`u${userId}`);
  if (waId !== undefined) keys.push(`p${waId}`);
  return keys;
}

function sameUser(a: Contact, b: Contact): boolean {
  return a.userId === undefined || b.userId === undefined || a.userId === b.userId;
}

import type { WaypostEvent } from "../../contracts.ts";
import { type AliasEdge, personEdges } from "../../event/alias-edges.ts";
import { isInboundMessage } from "../../event/direction.ts";
import { personKeyOf } from "../../event/person.ts";
import { textOf } from "../log/event-index.ts";

/** What an event says of a person. What is known of one person joins in any order and any number of times to the same. */
export interface EventContact {
  /** Whom it is about, as `personKey`; also when it makes no contact of them. */
  readonly key?: string;
  /** There when the event makes a contact of them. */
  readonly person?: EventPerson;
  readonly edges: readonly AliasEdge[];
}

export interface EventPerson {
  /** As `personKey`. */
  readonly key: string;
  /** Time and value, as the rows have them. */
  readonly name?: string;
  readonly username?: string;
  readonly first?: string;
}

const none: EventContact = { edges: [] };
/** A phone book's name stands in for the one that the person has given themselves. */
const beforeAll = "0000-01-01T00:00:00.000Z";

/** `at`: payload time, as `toISOString` writes it. Contacts are who writes, who changes an id, and who is in a synced phone book. */
export function eventContact(event: WaypostEvent, at: string): EventContact {
  const { contact, groupId, syncedContact, message, idChange } = event.data;
  if (groupId !== undefined) return none;
  const synced = syncedContact !== undefined && syncedContact.action !== "remove";
  if (contact === undefined && !synced && idChange === undefined) return none;
  const edges = personEdges(event);
  const tells = isInboundMessage(event) || synced || (message?.system ?? idChange) !== undefined;
  const person = tells ? personOf(event, at) : undefined;
  const key = personKeyOf(event);
  return { ...(key !== undefined && { key }), ...(person !== undefined && { person }), edges };
}

/** Whom the event is about; undefined: no single person. */
export function personOf(event: WaypostEvent, at: string): EventPerson | undefined {
  const { contact, syncedContact } = event.data;
  const key = personKeyOf(event);
  if (key === undefined) return undefined;
  const name = textOf(contact?.name);
  const weak =
    name === undefined ? textOf(syncedContact?.fullName ?? syncedContact?.firstName) : undefined;
  const username = textOf(contact?.username ?? syncedContact?.username);
  const received = new Date(event.data.receivedAt).toISOString();
  return {
    key,
    ...(name !== undefined && { name: `${at} ${name}` }),
    ...(weak !== undefined && { name: `${beforeAll} ${weak}` }),
    ...(username !== undefined && { username: `${at} ${username}` }),
    ...(isInboundMessage(event) && { first: `${received} ${event.id}` }),
  };
}

export function joinPersons(a: EventPerson, b: EventPerson): EventPerson {
  const name = larger(a.name, b.name);
  const username = larger(a.username, b.username);
  const first = smaller(a.first, b.first);
  return {
    key: a.key,
    ...(name !== undefined && { name }),
    ...(username !== undefined && { username }),
    ...(first !== undefined && { first }),
  };
}

export function larger(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

export function smaller(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

/** What stands behind the time. */
export function valueIn(timed: string): string {
  return timed.slice(timed.indexOf(" ") + 1);
}

export function timeIn(timed: string): string {
  return timed.slice(0, timed.indexOf(" "));
}

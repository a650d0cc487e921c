import {
  type Contacts,
  type EventQuery,
  type Ledger,
  QueryTooWideError,
  type RememberedLink,
  type WaypostEvent,
} from "../../contracts.ts";
import { phonesMeant } from "../../event/phone.ts";
import type { Countries } from "./own-countries.ts";
import {
  contactHit,
  conversationHit,
  deliveryHit,
  eventHit,
  nameOf,
  type SearchHit,
  short,
} from "./search-hits.ts";
import { type SearchShape, shapeOf } from "./search-shape.ts";

export interface SearchParts {
  readonly query: Pick<
    EventQuery,
    "events" | "event" | "message" | "conversation" | "conversations" | "quarantineEntry" | "stats"
  >;
  readonly ledger: Pick<Ledger, "delivery" | "linksTo">;
  readonly contacts: Pick<Contacts, "find">;
}

const maxHits = 20;
const maxLinks = 10;
/** Of words, so many events are looked through for people and messages. */
const maxWorded = 40;

/** Finds what a person has at hand; the best first. Asks nothing that no index answers. */
export function createSearch(
  parts: SearchParts,
  countries: Countries,
): (q: string) => Promise<SearchHit[]> {
  return async (q) => {
    const shape = shapeOf(q);
    const exact = await byId(parts, shape);
    if (shape.prefix !== undefined) return best(exact);
    const [people, links, worded] = await Promise.all([
      byPerson(parts, shape, countries),
      byLink(parts, shape),
      byWords(parts, shape),
    ]);
    return best([...exact, ...people, ...links, ...worded]);
  };
}

/** Each once: what is found in two ways stands where it was found better. */
function best(hits: readonly SearchHit[]): SearchHit[] {
  const once = new Map<string, SearchHit>();
  for (const hit of hits) {
    const key = `${hit.kind} ${hit.id}`;
    if (!once.has(key)) once.set(key, hit);
  }
  return [...once.values()].slice(0, maxHits);
}

async function byId(parts: SearchParts, { prefix, id }: SearchShape): Promise<SearchHit[]> {
  if (id === undefined) return [];
  const { query, ledger } = parts;
  if (prefix === "conversation") return conversationHits(parts, id);
  if (prefix === "contact") return personHits(parts, id);
  if (prefix === "post") return postHits(parts, id);
  if (prefix === "quarantined") return quarantinedHits(parts, id);
  const [event, message, delivery] = await Promise.all([
    prefix === undefined ? query.event(id) : undefined,
    messageHits(parts, id),
    prefix === undefined && id.includes(":") ? ledger.delivery(id) : undefined,
  ]);
  return [
    ...(event ? [eventHit(event)] : []),
    ...message,
    ...(delivery ? [deliveryHit(delivery)] : []),
  ];
}

async function conversationHits({ query }: SearchParts, id: string): Promise<SearchHit[]> {
  const view = await query.conversation(id);
  return view === undefined ? [] : [{ ...conversationHit(view), id, conversation: id }];
}

async function messageHits(parts: SearchParts, wamid: string): Promise<SearchHit[]> {
  const message = await parts.query.message(wamid);
  if (message === undefined) return [];
  const { events, conversationId, direction } = message;
  const told = events.find(({ data }) => data.message?.id === wamid) ?? events[0];
  const own: SearchHit = {
    ...(told === undefined ? { title: `Message ${direction}` } : eventHit(told)),
    ...{ kind: "message", id: wamid },
    ...(conversationId !== undefined && { conversation: conversationId }),
  };
  return [own, ...(conversationId ? await conversationHits(parts, conversationId) : [])];
}

async function postHits({ query }: SearchParts, post: string): Promise<SearchHit[]> {
  const { items } = await query.events({ post }, { limit: maxHits - 1, order: "oldest" });
  const [first] = items;
  if (first === undefined) return [];
  const count = items.length === 1 ? "1 event" : `${items.length} events`;
  const at = new Date(first.data.receivedAt).toISOString();
  const own: SearchHit = {
    kind: "post",
    id: post,
    title: `POST with ${count}`,
    at,
    event: first.id,
  };
  return [own, ...items.map(eventHit)];
}

async function quarantinedHits({ query }: SearchParts, id: string): Promise<SearchHit[]> {
  const entry = await query.quarantineEntry(id);
  if (entry === undefined) return [];
  const { receivedAt: at, problems } = entry;
  const [problem] = problems;
  const detail = problem === undefined ? undefined : short(`${problem.path} ${problem.reason}`);
  return [{ kind: "post", id, title: "Could not be read", at, ...(detail && { detail }) }];
}

async function byPerson(
  parts: SearchParts,
  { phone, user, text }: SearchShape,
  countries: Countries,
): Promise<SearchHit[]> {
  if (user !== undefined) return personHits(parts, user);
  if (phone === undefined) return [];
  const meant = phonesMeant(phone, /^(?:\+|00)/.test(phone) ? [] : await countries());
  const all = await Promise.all(
    (meant.length > 0 ? meant : [text]).map((each) => personHits(parts, each)),
  );
  return all.flat();
}

/** The person, and what they talk about with each of our numbers. */
async function personHits(parts: SearchParts, id: string): Promise<SearchHit[]> {
  const contact = await parts.contacts.find(id);
  const known = contact?.userIds[0] ?? contact?.phones[0] ?? id;
  if (known.startsWith("ctc_")) return [];
  const { items } = await parts.query.conversations({ contact: known }, { limit: 5 });
  const about = contact === undefined ? {} : { contact: contact.id };
  const conversations = items.map((view) => ({ ...conversationHit(view), ...about }));
  if (contact !== undefined || items.length > 0) {
    return [...(contact ? [contactHit(contact)] : []), ...conversations];
  }
  // Known by events alone: a participant of a group, or whom only your services told of.
  const events = await parts.query.events({ contact: known }, { limit: 5 });
  return events.items.map(eventHit);
}

async function byLink(parts: SearchParts, { remote }: SearchShape): Promise<SearchHit[]> {
  if (remote.length === 0) return [];
  const links = await parts.ledger.linksTo(remote);
  const hits = links.slice(0, maxLinks).map((link) => linkHit(parts, link, remote));
  return (await Promise.all(hits)).flat();
}

/** None where what it is about is not there any more, or not for this viewer. */
async function linkHit(
  parts: SearchParts,
  { destination, about, link, savedAt }: RememberedLink,
  remote: readonly string[],
): Promise<SearchHit[]> {
  const known = await whoseLink(parts, about);
  if (known === undefined) return [];
  const [name, id] = Object.entries(link).find(([, value]) => remote.includes(value)) ?? ["", ""];
  const what = name.replace(/([A-Z])/g, " $1").toLowerCase();
  const { who, ...leads } = known;
  const title = short(`${destination}, ${what} ${id}${who === "" ? "" : ` of ${who}`}`);
  return [{ kind: "link", id, title, at: savedAt, ...leads }];
}

type Leads = Pick<SearchHit, "contact" | "conversation" | "event">;

async function whoseLink(
  { query, contacts }: SearchParts,
  about: string,
): Promise<(Leads & { readonly who: string }) | undefined> {
  const person = /^(?:user|phone):(.+)$/s.exec(about)?.[1];
  if (person !== undefined) {
    const contact = await contacts.find(person);
    const { phones, userIds, ...names } = contact ?? { phones: [], userIds: [] };
    const who = nameOf({ ...names, waId: phones[0], userId: userIds[0] });
    return contact && { who, contact: contact.id };
  }
  if (!about.startsWith("cnv_")) {
    const event = await query.event(about);
    return event && { who: "", event: about };
  }
  const view = await query.conversation(about);
  return view && { who: nameOf(view.contact, view.groupId), conversation: about };
}

async function byWords({ query }: SearchParts, { text }: SearchShape): Promise<SearchHit[]> {
  if (text.length > 256 || !/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text)) return [];
  const found = await query.events({ text }, { limit: maxWorded }).catch(namingQ);
  return [...namedHits(found.items, text), ...found.items.map(eventHit)];
}

function namingQ(error: unknown): never {
  throw error instanceof QueryTooWideError ? new QueryTooWideError(["q"], { cause: error }) : error;
}

/** Conversations with people of that name before what was said. */
function namedHits(events: readonly WaypostEvent[], text: string): SearchHit[] {
  const words = folded(text).split(/\s+/);
  return events.flatMap(({ data }) => {
    const { contact, conversationId, groupId, receivedAt } = data;
    const names = folded(`${contact?.name ?? ""} ${contact?.username ?? ""}`);
    if (conversationId === undefined || !words.every((word) => names.includes(word))) return [];
    const title = `Conversation with ${nameOf(contact ?? {}, groupId)}`;
    const at = new Date(receivedAt).toISOString();
    return [
      {
        kind: "conversation" as const,
        id: conversationId,
        title,
        at,
        conversation: conversationId,
      },
    ];
  });
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

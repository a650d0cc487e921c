import type {
  Contact,
  Contacts,
  EventQuery,
  Ledger,
  Page,
  PageRequest,
  QuarantineEntry,
  Replay,
  Replays,
  WaypostEvent,
} from "../../contracts.ts";
import { contactKey } from "../../event/contact-keys.ts";
import type { NamedAccounts } from "../../event/event.ts";
import type { Viewer } from "./viewer.ts";

/** Pages looked through for one that is filtered here; what is left of them is behind `next`. */
const maxPages = 10;

/** Whether a viewer sees what is of this phone number. What is of none is seen by who sees all. */
export function sees({ accounts }: Pick<Viewer, "accounts">, phoneNumberId?: string): boolean {
  return (
    accounts === undefined || (phoneNumberId !== undefined && accounts.includes(phoneNumberId))
  );
}

/** The accounts of waypost.yaml that this viewer sees: the others have no name for it, not even one to guess. */
export function seenAccounts(viewer: Viewer, accounts: NamedAccounts): NamedAccounts {
  if (viewer.accounts === undefined) return accounts;
  const own = Object.entries(accounts).filter(([, { phoneNumberId }]) =>
    sees(viewer, phoneNumberId),
  );
  return Object.fromEntries(own);
}

/** The log as this viewer sees it: without what is of other accounts. */
export function seenBy(viewer: Viewer, query: EventQuery): EventQuery {
  const { accounts } = viewer;
  if (accounts === undefined) return query;
  const isSeen = (of: { readonly account: { readonly phoneNumberId?: string } }) =>
    sees(viewer, of.account.phoneNumberId);
  const only = <T extends { readonly account: { readonly phoneNumberId?: string } }>(found?: T) =>
    found !== undefined && isSeen(found) ? found : undefined;
  return {
    events: (filter, page) => query.events({ ...filter, accounts }, page),
    async event(id) {
      const event = await query.event(id);
      return event !== undefined && isSeen(event.data) ? event : undefined;
    },
    storedAt: (id) => query.storedAt(id),
    async chat(id, page) {
      return only(await query.conversation(id)) && query.chat(id, page);
    },
    async message(wamid) {
      const message = only(await query.message(wamid));
      return message && { ...message, events: message.events.filter(({ data }) => isSeen(data)) };
    },
    conversations: (filter, page) => query.conversations({ ...filter, accounts }, page),
    conversation: async (id) => only(await query.conversation(id)),
    async quarantine(filter, page) {
      const { items, next } = await query.quarantine(filter, page);
      return { items: items.filter((entry) => isSeenPost(viewer, entry)), next };
    },
    async quarantineEntry(id) {
      const entry = await query.quarantineEntry(id);
      return entry !== undefined && isSeenPost(viewer, entry) ? entry : undefined;
    },
    async stats() {
      const { lastEventAt, ...stats } = await query.stats();
      const own = Object.entries(lastEventAt).filter(([account]) => sees(viewer, account));
      return { ...stats, lastEventAt: Object.fromEntries(own) };
    },
  };
}

type Deliveries = Pick<Ledger, "delivery" | "deliveries" | "bodies">;

/** The deliveries of events that this viewer sees. */
export function seenDeliveries(
  viewer: Viewer,
  ledger: Deliveries,
): Pick<Ledger, "delivery" | "deliveries"> {
  if (viewer.accounts === undefined) return ledger;
  const seen = async <T extends { readonly eventId: string }>(rows: readonly T[]) => {
    const bodies = await ledger.bodies([...new Set(rows.map(({ eventId }) => eventId))]);
    return rows.filter(({ eventId }) => {
      const event = bodies.get(eventId);
      return event !== undefined && event !== "quarantined" && sees(viewer, accountOf(event));
    });
  };
  return {
    async delivery(id) {
      const row = await ledger.delivery(id);
      return row && (await seen([row]))[0];
    },
    deliveries: (filter, page) =>
      seenPages((asked) => ledger.deliveries(filter, asked), seen, page),
  };
}

/** Those of which all that they send is of accounts that this viewer sees. */
export function seenReplays(
  viewer: Pick<Viewer, "accounts">,
  replays: Pick<Replays, "get" | "list">,
): Pick<Replays, "get" | "list"> {
  if (viewer.accounts === undefined) return replays;
  const isSeen = ({ filter }: Replay) => {
    const { account, accounts = account === undefined ? [] : [account] } = filter;
    return accounts.length > 0 && accounts.every((each) => sees(viewer, each));
  };
  const seen = async (all: readonly Replay[]) => all.filter(isSeen);
  return {
    async get(id) {
      const replay = await replays.get(id);
      return replay && isSeen(replay) ? replay : undefined;
    },
    list: (page) => seenPages((asked) => replays.list(asked), seen, page),
  };
}

/** As many as were asked for, of pages of which not all is seen. */
async function seenPages<T, R extends PageRequest>(
  ask: (page: R) => Promise<Page<T>>,
  seen: (items: readonly T[]) => Promise<T[]>,
  request: R,
): Promise<Page<T>> {
  const { limit } = request;
  let page = await ask(request);
  const items = await seen(page.items);
  for (let pages = 1; page.next !== null && items.length < limit && pages < maxPages; pages++) {
    page = await ask({ ...request, limit: limit - items.length, cursor: page.next });
    items.push(...(await seen(page.items)));
  }
  return { items, next: page.next };
}

/** A contact is seen by who sees a conversation with them. */
export async function findSeenContact(
  viewer: Viewer,
  { contacts, query }: { contacts: Pick<Contacts, "find">; query: EventQuery },
  text: string,
) {
  const contact = await contacts.find(text);
  if (contact === undefined || viewer.accounts === undefined) return contact;
  const seen = seenBy(viewer, query);
  for (const key of [...contact.userIds, ...contact.phones]) {
    const { items } = await seen.conversations({ contact: key }, { limit: 1 });
    if (items.length > 0) return withSeenFirst(contact, seen);
  }
  return undefined;
}

/** As many events of somebody are looked at for one that is theirs alone: others tell of groups that they are in. */
const mostEvents = 20;

/**
 * Who has not written yet becomes a contact when they are asked for: your services have told of them, or a status of what was sent. By a BSUID, or
 * a phone in any writing.
 */
export async function findToldContact(
  viewer: Viewer,
  { contacts, query }: { contacts: Pick<Contacts, "find" | "of">; query: EventQuery },
  text: string,
) {
  const contact = contactKey(text);
  if (contact === "" || contact.startsWith("ctc_")) return undefined;
  const { items } = await seenBy(viewer, query).events({ contact }, { limit: mostEvents });
  const isAbout = ({ userId, waId = "" }: NonNullable<WaypostEvent["data"]["contact"]>) =>
    userId === contact || contactKey(waId) === contact;
  const event = items.find(({ data }) => data.contact !== undefined && isAbout(data.contact));
  const made = event && (await contacts.of(event));
  return made && findSeenContact(viewer, { contacts, query }, made.id);
}

/** What they wrote first may have been to another account. */
async function withSeenFirst(contact: Contact, seen: EventQuery): Promise<Contact> {
  const { first, ...others } = contact;
  return first === undefined || (await seen.event(first.eventId)) ? contact : others;
}

function accountOf({ data }: WaypostEvent): string | undefined {
  return data.account.phoneNumberId;
}

/** Only where every part of the POST says of which phone number it is. */
function isSeenPost(viewer: Viewer, { dataBase64 }: QuarantineEntry): boolean {
  const accounts = accountsOfPost(Buffer.from(dataBase64, "base64").toString("utf8"));
  return accounts.length > 0 && accounts.every((account) => sees(viewer, account));
}

function accountsOfPost(text: string): (string | undefined)[] {
  try {
    const post: unknown = JSON.parse(text);
    // An event that the log could never take.
    const own = at(at(at(post, "data"), "account"), "phoneNumberId");
    if (own !== undefined) return [textOf(own)];
    return list(at(post, "entry")).flatMap((entry) =>
      list(at(entry, "changes")).map((change) =>
        textOf(at(at(at(change, "value"), "metadata"), "phone_number_id")),
      ),
    );
  } catch {
    return [];
  }
}

/** What is no list counts as one thing of which nothing is known. */
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : [undefined];
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

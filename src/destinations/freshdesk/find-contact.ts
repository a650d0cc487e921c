import { DeliveryError, type Link } from "../../contracts.ts";
import { type ApiAnswer, pathOf } from "../http/api.ts";
import { nameToWrite } from "../name-rule.ts";
import { mayBeTheirs, type Person } from "../person.ts";
import { unlessRefused } from "../unless-refused.ts";
import { type Call, type FreshdeskContact, listIn, madeId } from "./call.ts";
import { holderOf } from "./failure.ts";

interface ContactRecord {
  readonly id: number;
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly mobile?: string | null;
  readonly unique_external_id?: string | null;
  readonly deleted?: boolean;
  readonly updated_at?: string;
}

/**
 * The person's contact: remembered, marked as theirs, or with their phone. undefined: there is none. `anew`: the one that is remembered
 * is gone. What it finds is remembered before it answers.
 */
export async function findContact(call: Call, anew = false): Promise<FreshdeskContact | undefined> {
  const { contactLink } = call.context;
  const remembered = anew ? undefined : contactLink?.["contact"];
  if (remembered !== undefined && contactLink) {
    return hasNews(call.person, contactLink)
      ? lookAgain(call, contactLink)
      : fromLink(call, contactLink);
  }
  const marked = await findMarked(call);
  // Of an earlier attempt that was about to make it.
  const { made } = anew ? {} : (contactLink ?? {});
  const kept = marked && (await keep(call, marked, made === undefined ? {} : { made }));
  if (kept) return kept;
  const record = await findByPhone(call);
  return record && keep(call, record, {});
}

/** As `findContact`, and makes one where there is none. undefined: none is to be made. */
export async function findOrCreateContact(
  call: Call,
  { inbound, anew = false }: { readonly inbound: boolean; readonly anew?: boolean },
): Promise<FreshdeskContact | undefined> {
  const found = await findContact(call, anew);
  if (found) return found;
  const { create } = call.options;
  const wanted = create === "always" || (create === "inbound" && inbound);
  return wanted ? createContact(call) : undefined;
}

function fromLink({ context }: Call, link: Link): FreshdeskContact {
  const created = link["made"] === context.idempotencyKey;
  return { id: link["contact"] ?? "", link, seen: false, created };
}

/** The profile has another name, or they have a phone, since it was last looked at. */
function hasNews({ name, phones }: Person, link: Link): boolean {
  const phone = phones.length > 0 && link["phone"] === undefined;
  return phone || (name !== undefined && name !== link["profile"]);
}

async function lookAgain(call: Call, link: Link): Promise<FreshdeskContact | undefined> {
  const path = pathOf`/contacts/${link["contact"] ?? ""}`;
  const answer = await call.session.look({ method: "GET", path, accept: [404] });
  const record = answer.json as ContactRecord;
  const isGone = answer.status === 404 || record.deleted;
  const kept = isGone ? undefined : await keep(call, record, link);
  return kept ?? findContact(call, true);
}

/** By unique_external_id, in a list that is never late. */
async function findMarked({ session, person }: Call): Promise<ContactRecord | undefined> {
  for (const mark of person.marks) {
    const query = { unique_external_id: mark };
    const answer = await session.look({ method: "GET", path: "/contacts", query });
    const [found] = listIn(answer) as readonly ContactRecord[];
    if (found) return found;
  }
  return undefined;
}

/** A query has at most 512 characters. */
const mostQuery = 512;

/** The search is some minutes late, which matters to nobody who was there before. Among several the one that was changed last. */
async function findByPhone({ session, options, person }: Call): Promise<ContactRecord | undefined> {
  if (!options.matchesPhone || person.phones.length === 0) return undefined;
  const terms = person.phones
    .flatMap((phone) => [`+${phone}`, phone])
    .flatMap((phone) => [`mobile:'${phone}'`, `phone:'${phone}'`]);
  while (terms.join(" OR ").length > mostQuery - 2) terms.pop();
  const query = { query: `"${terms.join(" OR ")}"` };
  const answer = await session.look({ method: "GET", path: "/search/contacts", query });
  const { results = [] } = answer.json as { results?: readonly ContactRecord[] };
  const [first, ...more] = results
    .filter(({ unique_external_id: mark }) => mayBeTheirs(mark ?? undefined, person))
    .toSorted((a, b) => (b.updated_at ?? "").localeCompare(a.updated_at ?? ""));
  if (first && more.length > 0) session.note(`${more.length} more with this phone`);
  return first;
}

/**
 * Marks it as theirs where it has no mark of anybody's, brings it up to date, and remembers it. undefined: somebody has deleted it,
 * which the search may tell minutes later.
 */
async function keep(
  call: Call,
  record: ContactRecord,
  link: Link,
): Promise<FreshdeskContact | undefined> {
  const { session, options, person, context } = call;
  const name = nameToWrite(options.name, {
    shown: record.name ?? undefined,
    profile: person.name,
    written: link["name"],
    phones: person.phones,
  });
  const [phone] = person.phones;
  const lacksPhone = !record.mobile && !record.phone && phone !== undefined;
  const changes = {
    ...(!record.unique_external_id && { unique_external_id: person.marks[0] }),
    ...(lacksPhone && { mobile: `+${phone}` }),
    ...(name !== undefined && { name }),
  };
  const names = Object.keys(changes).join(", ");
  const path = pathOf`/contacts/${record.id}`;
  let isGone = false;
  const write = async () => {
    const request = { method: "PUT", path, json: changes, accept: [404] } as const;
    const answer = await session.write(`write ${names} of contact ${record.id}`, request);
    isGone = answer?.status === 404;
  };
  const isTaken = names === "" || (await unlessRefused(write()));
  if (isGone) return undefined;
  const kept: Link = {
    ...link,
    contact: String(record.id),
    ...(name !== undefined && isTaken && { name }),
    ...seenOf(person),
  };
  await context.remember(kept, { scope: "contact" });
  return { ...fromLink(call, kept), seen: true };
}

function seenOf({ name, phones }: Person): Link {
  return { ...(name !== undefined && { profile: name }), ...(phones.length > 0 && { phone: "1" }) };
}

/** In shadow one without an id, so that what follows is told too. */
async function createContact(call: Call): Promise<FreshdeskContact> {
  const { session, options, person, context } = call;
  const [phone] = person.phones;
  const profile = nameToWrite(options.name, {
    ...{ shown: undefined, written: undefined },
    ...{ profile: person.name, phones: person.phones },
  });
  // Freshdesk wants a name. One that says nothing is replaced when there is one.
  const name = profile ?? (phone === undefined ? "WhatsApp" : `+${phone}`);
  const told = filled(await options.contactFields.render(context));
  const made = { made: context.idempotencyKey };
  // Before it is made: who finds it after a crash knows that it is ours.
  await context.remember(made, { scope: "contact" });
  const answer = await session.write("create a contact", {
    method: "POST",
    path: "/contacts",
    json: {
      ...{ name, unique_external_id: person.marks[0] },
      ...(phone !== undefined && { mobile: `+${phone}` }),
      ...(Object.keys(told).length > 0 && { custom_fields: told }),
    },
    accept: [409],
  });
  if (answer === undefined) return { ...fromLink(call, made), seen: true };
  const isNew = answer.status !== 409;
  const id = isNew ? madeId(answer) : await holder(call, answer);
  const link: Link = { contact: id, name, ...seenOf(person), ...(isNew && made) };
  await context.remember(link, { scope: "contact" });
  return { ...fromLink(call, link), seen: true };
}

/** What is not empty. */
export function filled(rendered: unknown): Record<string, unknown> {
  const entries = Object.entries((rendered ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.filter(([, value]) => value !== "" && value !== null));
}

/** Who has the same mark or phone already; one that was deleted comes back when the person writes. */
async function holder({ session }: Call, answer: ApiAnswer): Promise<string> {
  const id = holderOf(answer);
  if (id === undefined) {
    throw new DeliveryError("refused", "Freshdesk has another contact with these details");
  }
  const found = await session.look({ method: "GET", path: pathOf`/contacts/${id}`, accept: [404] });
  if ((found.json as ContactRecord | undefined)?.deleted) {
    const path = pathOf`/contacts/${id}/restore`;
    await session.write("restore a contact", { method: "PUT", path });
  }
  return id;
}

import { DeliveryError, type Link } from "../../contracts.ts";
import { type ApiAnswer, pathOf } from "../http/api.ts";
import { nameToWrite } from "../name-rule.ts";
import { mayBeTheirs, type Person } from "../person.ts";
import { unlessRefused } from "../unless-refused.ts";
import { type Call, type IntercomContact, idIn } from "./call.ts";
import { firstError } from "./failure.ts";

interface ContactRecord {
  readonly id: string;
  readonly role?: string;
  readonly external_id?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly name?: string | null;
  readonly updated_at?: number;
}

/**
 * The person's contact: remembered, marked as theirs, or with their phone. undefined: there is none. `anew`: the one that is remembered
 * is gone. What it finds is remembered before it answers.
 */
export async function findContact(call: Call, anew = false): Promise<IntercomContact | undefined> {
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
): Promise<IntercomContact | undefined> {
  const found = await findContact(call, anew);
  if (found) return found;
  const { create } = call.options;
  const wanted = create === "always" || (create === "inbound" && inbound);
  return wanted ? createContact(call) : undefined;
}

function fromLink({ context }: Call, link: Link): IntercomContact {
  return {
    id: link["contact"] ?? "",
    link,
    hasMail: link["mail"] === "1",
    isLead: link["role"] === "lead",
    seen: false,
    created: link["made"] === context.idempotencyKey,
  };
}

/** The profile has another name, or they have a phone, since it was last looked at. */
function hasNews({ name, phones }: Person, link: Link): boolean {
  const phone = phones.length > 0 && link["phone"] === undefined;
  return phone || (name !== undefined && name !== link["profile"]);
}

async function lookAgain(call: Call, link: Link): Promise<IntercomContact | undefined> {
  const id = link["contact"] ?? "";
  const answer = await call.session.look({
    method: "GET",
    path: pathOf`/contacts/${id}`,
    accept: [404],
  });
  const kept = answer.status === 404 ? undefined : await keep(call, recordIn(answer), link);
  return kept ?? findContact(call, true);
}

/** By external_id, which is never late. */
async function findMarked({ session, person }: Call): Promise<ContactRecord | undefined> {
  for (const mark of person.marks) {
    const path = pathOf`/contacts/find_by_external_id/${mark}`;
    const answer = await session.look({ method: "GET", path, accept: [404] });
    if (answer.status !== 404) return recordIn(answer);
  }
  return undefined;
}

/**
 * A contact of another WhatsApp account with the same phone is another person. A user comes before a lead, which cannot be merged into one by
 * the API; among equals the one that was changed last.
 */
async function findByPhone({ session, options, person }: Call): Promise<ContactRecord | undefined> {
  if (!options.matchesPhone || person.phones.length === 0) return undefined;
  const phones = person.phones.slice(0, 7).flatMap((phone) => [`+${phone}`, phone]);
  const answer = await session.look({
    method: "POST",
    path: "/contacts/search",
    json: {
      query: {
        operator: "OR",
        value: phones.map((value) => ({ field: "phone", operator: "=", value })),
      },
      pagination: { per_page: 50 },
    },
  });
  const { data = [] } = answer.json as { data?: readonly ContactRecord[] };
  const [first, ...more] = data
    .filter(({ external_id }) => mayBeTheirs(external_id ?? undefined, person))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || (b.updated_at ?? 0) - (a.updated_at ?? 0));
  if (first && more.length > 0) session.note(`${more.length} more with this phone`);
  return first;
}

function rankOf({ role }: ContactRecord): number {
  return role === "lead" ? 1 : 0;
}

/**
 * Marks it as theirs where it has no mark of anybody's, brings it up to date, and remembers it. undefined: somebody has deleted it,
 * which the search may tell later.
 */
async function keep(
  call: Call,
  record: ContactRecord,
  link: Link,
): Promise<IntercomContact | undefined> {
  const { session, options, person, context } = call;
  const { id, role } = record;
  const name = nameToWrite(options.name, {
    shown: record.name ?? undefined,
    profile: person.name,
    written: link["name"],
    phones: person.phones,
  });
  const changes = {
    ...(!record.external_id && role !== "lead" && { external_id: person.marks[0] }),
    ...(!record.phone && person.phones[0] !== undefined && { phone: `+${person.phones[0]}` }),
    ...(name !== undefined && { name }),
  };
  const names = Object.keys(changes).join(", ");
  let isGone = false;
  const write = async () => {
    const path = pathOf`/contacts/${id}`;
    const request = { method: "PUT", path, json: changes, accept: [404] } as const;
    const answer = await session.write(`write ${names} of contact ${id}`, request);
    isGone = answer?.status === 404;
  };
  const isTaken = names === "" || (await unlessRefused(write()));
  if (isGone) return undefined;
  const kept: Link = {
    ...link,
    ...{ contact: id, role: role ?? "user", mail: record.email ? "1" : "0" },
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
async function createContact(call: Call): Promise<IntercomContact> {
  const { session, options, person, context } = call;
  const name = nameToWrite(options.name, {
    ...{ shown: undefined, written: undefined },
    ...{ profile: person.name, phones: person.phones },
  });
  const attributes = (await options.attributes.render(context)) as Record<string, unknown>;
  const told = Object.entries(attributes).filter(([, value]) => value !== "" && value !== null);
  const made = { made: context.idempotencyKey };
  // Before it is made: who finds it after a crash knows that it is ours.
  await context.remember(made, { scope: "contact" });
  const answer = await session.write("create a contact", {
    method: "POST",
    path: "/contacts",
    json: {
      role: "user",
      external_id: person.marks[0],
      ...(person.phones[0] !== undefined && { phone: `+${person.phones[0]}` }),
      ...(name !== undefined && { name }),
      ...(told.length > 0 && { custom_attributes: Object.fromEntries(told) }),
    },
    accept: [409],
  });
  if (answer === undefined) return { ...fromLink(call, made), seen: true };
  if (answer.status === 409) return keepExisting(call, await existing(call, answer));
  const link: Link = {
    ...{ contact: idIn(answer, "id"), role: "user", mail: "0", ...seenOf(person), ...made },
    ...(name !== undefined && { name }),
  };
  await context.remember(link, { scope: "contact" });
  return { ...fromLink(call, link), seen: true };
}

/** Who was there has a name and perhaps an e-mail address of their own. */
async function keepExisting(call: Call, id: string): Promise<IntercomContact> {
  const path = pathOf`/contacts/${id}`;
  const answer = await call.session.look({ method: "GET", path, accept: [404] });
  const kept = answer.status === 404 ? undefined : await keep(call, recordIn(answer), {});
  if (kept) return kept;
  // The next attempt makes it.
  throw new DeliveryError("outage", "the contact was deleted meanwhile", { laneOnly: true });
}

/** Of a look-up. Throws DeliveryError where the answer is none. */
function recordIn(answer: ApiAnswer): ContactRecord {
  return { ...(answer.json as ContactRecord), id: idIn(answer, "id", false) };
}

/** Who has this external_id already stands in the words of the refusal. One that was archived comes back when the person writes. */
async function existing({ session }: Call, answer: { json: unknown }): Promise<string> {
  const { message } = firstError(answer);
  const [, id] = /\bid=([\w-]{1,64})/.exec(message) ?? [];
  if (id === undefined) {
    throw new DeliveryError("refused", "Intercom has another contact with these details");
  }
  if (/\barchived\b/i.test(message)) {
    const path = pathOf`/contacts/${id}/unarchive`;
    await session.write("bring a contact back from the archive", { method: "POST", path });
  }
  return id;
}

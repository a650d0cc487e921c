import { DeliveryError, type Link } from "../../contracts.ts";
import {
  contactOf,
  createContactBook,
  type DeskContact,
  filled,
  firstName,
  seenOf,
} from "../desk/contact-book.ts";
import { type ApiAnswer, pathOf } from "../http/api.ts";
import { mayBeTheirs } from "../person.ts";
import { type Call, idIn } from "./call.ts";
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

export const contacts = createContactBook<Call, ContactRecord>({
  ...{ recordIn, findMarked, findByPhone },
  linkOf: ({ id, role = "user", email }) => ({ contact: id, role, mail: email ? "1" : "0" }),
  nameOf: ({ name }) => name,
  lacking: ({ external_id: mark, role, phone }, { marks, phones }) => ({
    ...(!mark && role !== "lead" && { external_id: marks[0] }),
    ...(!phone && phones[0] !== undefined && { phone: `+${phones[0]}` }),
  }),
  create,
});

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
async function findByPhone({ session, person }: Call): Promise<readonly ContactRecord[]> {
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
  return data
    .filter(({ external_id }) => mayBeTheirs(external_id ?? undefined, person))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || (b.updated_at ?? 0) - (a.updated_at ?? 0));
}

function rankOf({ role }: ContactRecord): number {
  return role === "lead" ? 1 : 0;
}

/** In shadow one without an id, so that what follows is told too. */
async function create(call: Call): Promise<DeskContact> {
  const { session, options, person, context } = call;
  const name = firstName(call);
  const told = filled(await options.attributes.render(context));
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
      ...(Object.keys(told).length > 0 && { custom_attributes: told }),
    },
    accept: [409],
  });
  if (answer === undefined) return contactOf(call, made, true);
  if (answer.status === 409) return keepExisting(call, await existing(call, answer));
  const link: Link = {
    ...{ contact: idIn(answer, "id"), role: "user", mail: "0", ...seenOf(person), ...made },
    ...(name !== undefined && { name }),
  };
  await context.remember(link, { scope: "contact" });
  return contactOf(call, link, true);
}

/** Who was there has a name and perhaps an e-mail address of their own. */
async function keepExisting(call: Call, id: string): Promise<DeskContact> {
  const path = pathOf`/contacts/${id}`;
  const answer = await call.session.look({ method: "GET", path, accept: [404] });
  const kept = answer.status === 404 ? undefined : await contacts.keep(call, recordIn(answer), {});
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

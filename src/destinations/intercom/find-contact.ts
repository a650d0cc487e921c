import { DeliveryError } from "../../contracts.ts";
import { createContactBook, type DeskContact } from "../desk/contact-book.ts";
import { filled } from "../filled.ts";
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
  newRecord,
  texts: "custom_attributes",
  madeLink: (answer) => ({ contact: idIn(answer, "id"), role: "user", mail: "0" }),
  existing,
});

async function findMarked({ session, person }: Call): Promise<ContactRecord | undefined> {
  for (const mark of person.marks) {
    const path = pathOf`/contacts/find_by_external_id/${mark}`;
    const answer = await session.look({ path, accept: [404] });
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
    holds: "data",
  });
  const { data } = answer.json as { data: readonly ContactRecord[] };
  return data
    .filter(({ external_id }) => mayBeTheirs(external_id ?? undefined, person))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || (b.updated_at ?? 0) - (a.updated_at ?? 0));
}

function rankOf({ role }: ContactRecord): number {
  return role === "lead" ? 1 : 0;
}

/** The longest text of a custom attribute. */
const mostText = 255;

async function newRecord({ options, person, context }: Call, name: string | undefined) {
  const rendered = filled(await options.attributes.render(context), mostText);
  return {
    role: "user",
    external_id: person.marks[0],
    ...(person.phones[0] !== undefined && { phone: `+${person.phones[0]}` }),
    ...(name !== undefined && { name }),
    ...(Object.keys(rendered).length > 0 && { custom_attributes: rendered }),
  };
}

/** Who was there has a name and perhaps an e-mail address of their own. */
async function existing(call: Call, refusal: ApiAnswer): Promise<DeskContact> {
  const id = await holder(call, refusal);
  const path = pathOf`/contacts/${id}`;
  const answer = await call.session.look({ path, accept: [404] });
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
async function holder({ session }: Call, answer: ApiAnswer): Promise<string> {
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

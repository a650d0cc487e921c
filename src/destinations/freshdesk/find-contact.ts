import { DeliveryError } from "../../contracts.ts";
import { createContactBook, type DeskContact, remembered, seenOf } from "../desk/contact-book.ts";
import { filled } from "../filled.ts";
import { type ApiAnswer, pathOf } from "../http/api.ts";
import { mayBeTheirs } from "../person.ts";
import { type Call, listIn, madeId } from "./call.ts";
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

export const contacts = createContactBook<Call, ContactRecord>({
  recordIn: ({ json }) => ((json as ContactRecord).deleted ? undefined : (json as ContactRecord)),
  findMarked,
  findByPhone,
  linkOf: ({ id }) => ({ contact: String(id) }),
  nameOf: ({ name }) => name,
  lacking: ({ unique_external_id: mark, mobile, phone }, { marks, phones }) => ({
    ...(!mark && { unique_external_id: marks[0] }),
    ...(!mobile && !phone && phones[0] !== undefined && { mobile: `+${phones[0]}` }),
  }),
  newRecord,
  texts: "custom_fields",
  madeLink: (answer) => ({ contact: madeId(answer) }),
  existing,
});

async function findMarked({ session, person }: Call): Promise<ContactRecord | undefined> {
  for (const mark of person.marks) {
    const query = { unique_external_id: mark };
    const answer = await session.look({ path: "/contacts", query });
    const [found] = listIn(answer) as readonly ContactRecord[];
    if (found) return found;
  }
  return undefined;
}

/** A query has at most 512 characters. */
const mostQuery = 512;

/** The search is some minutes late, which matters to nobody who was there before. Among several the one that was changed last. */
async function findByPhone({ session, person }: Call): Promise<readonly ContactRecord[]> {
  const terms = person.phones
    .flatMap((phone) => [`+${phone}`, phone])
    .flatMap((phone) => [`mobile:'${phone}'`, `phone:'${phone}'`]);
  while (terms.join(" OR ").length > mostQuery - 2) terms.pop();
  const query = { query: `"${terms.join(" OR ")}"` };
  const answer = await session.look({ path: "/search/contacts", query, holds: "results" });
  const { results } = answer.json as { results: readonly ContactRecord[] };
  return results
    .filter(({ unique_external_id: mark }) => mayBeTheirs(mark ?? undefined, person))
    .toSorted((a, b) => (b.updated_at ?? "").localeCompare(a.updated_at ?? ""));
}

async function newRecord({ options, person, context }: Call, known: string | undefined) {
  const [phone] = person.phones;
  const rendered = filled(await options.contactFields.render(context));
  return {
    // Freshdesk wants a name. One that says nothing is replaced when there is one.
    name: known ?? (phone === undefined ? "WhatsApp" : `+${phone}`),
    unique_external_id: person.marks[0],
    ...(phone !== undefined && { mobile: `+${phone}` }),
    ...(Object.keys(rendered).length > 0 && { custom_fields: rendered }),
  };
}

/** Who has the same mark or phone already; one that was deleted comes back when the person writes. undefined: it is somebody else's. */
async function existing(call: Call, answer: ApiAnswer): Promise<DeskContact | undefined> {
  const { session, person } = call;
  const id = holderOf(answer);
  if (id === undefined) {
    throw new DeliveryError("refused", "Freshdesk has another contact with these details");
  }
  const there = { path: pathOf`/contacts/${id}`, accept: [404], holds: "id" };
  const found = await session.look(there);
  // An agent, whom it counts among the contacts and shows to nobody as one.
  if (found.status === 404) return undefined;
  const record = found.json as ContactRecord;
  if (!mayBeTheirs(record.unique_external_id ?? undefined, person)) return undefined;
  if (record.deleted) {
    const path = pathOf`/contacts/${id}/restore`;
    await session.write("restore a contact", { method: "PUT", path });
  }
  return remembered(call, { contact: id, ...seenOf(person) });
}

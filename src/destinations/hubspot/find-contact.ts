import type { DeliveryContext, Link } from "../../contracts.ts";
import { pathOf } from "../http/api.ts";
import type { Person } from "../person.ts";
import { nameOf, namesIn } from "./contact-name.ts";
import { findByPhone } from "./match-phone.ts";
import { type Hub, type HubspotRecord, makeOnce, recordsOf, updateRecord } from "./records.ts";

export interface Asking {
  readonly hub: Hub;
  readonly context: DeliveryContext;
  readonly person: Person;
}

export interface FoundContact {
  readonly record: HubspotRecord;
  /** As the contact's link is to keep it. */
  readonly link: Link;
}

/** What is looked at of a contact. */
export function contactProperties({ options }: Pick<Hub, "options">): string[] {
  const phones = ["phone", "mobilephone"];
  return ["firstname", "lastname", ...phones, options.idProperty, ...options.contact.names];
}

/**
 * Marked as theirs, else with their phone and not yet marked (then it is marked), else a new one. undefined: there is none, and none is to be
 * made; in shadow also where one would be made.
 */
export async function findContact(asking: Asking): Promise<FoundContact | undefined> {
  const { contactLink, idempotencyKey } = asking.context;
  const marked = await findMarked(asking);
  if (marked) {
    // Perhaps made in an earlier attempt that did not live to remember it.
    const made = contactLink?.["made"];
    const ours = made === idempotencyKey ? linkedName(asking.person) : {};
    return { record: marked, link: { contact: marked.id, ...(made && { made }), ...ours } };
  }
  const record = await adopt(asking);
  return record ? { record, link: { contact: record.id } } : create(asking);
}

/** By the unique property, which is never late. Several: the first of the person's ids counts. */
export async function findMarked({
  hub,
  person,
}: Pick<Asking, "hub"> & { readonly person: Pick<Person, "ids"> }): Promise<
  HubspotRecord | undefined
> {
  const { session, options } = hub;
  const answer = await session.look({
    method: "POST",
    path: pathOf`/crm/objects/${options.apiVersion}/contacts/batch/read`,
    json: {
      idProperty: options.idProperty,
      inputs: person.ids.map((id) => ({ id })),
      properties: contactProperties(hub),
      propertiesWithHistory: [],
    },
    // None of them is there.
    accept: [404],
  });
  if (answer.status === 404) return undefined;
  const records = recordsOf(answer);
  const marked = person.ids.map((id) =>
    records.find(({ properties }) => properties[options.idProperty] === id),
  );
  return marked.find((record) => record !== undefined);
}

/** A contact of another WhatsApp account with the same phone is another person: a family's landline, a company's. */
async function adopt({ hub, person }: Asking): Promise<HubspotRecord | undefined> {
  const { session, options } = hub;
  if (!options.matchesPhone) return undefined;
  const same = await findByPhone(hub, person, contactProperties(hub));
  const unmarked = same.filter(({ properties }) => !properties[options.idProperty]);
  if (unmarked.length > 1) session.note(`${unmarked.length - 1} more with this phone`);
  const properties = { [options.idProperty]: person.ids[0] };
  for (const record of unmarked) {
    const would = `mark contact ${record.id} as theirs`;
    // A search still finds for a while what was deleted.
    const place = { type: "contacts", id: record.id } as const;
    if (await updateRecord(hub, place, { would, properties })) return record;
  }
  return undefined;
}

async function create({ hub, context, person }: Asking): Promise<FoundContact | undefined> {
  const { options } = hub;
  if (!options.creates) return undefined;
  const made = { made: context.idempotencyKey };
  // Before it is made: whoever finds it after a crash knows by which delivery it was.
  await context.remember(made, { scope: "contact" });
  const [phone] = person.phones;
  const names = person.name === undefined || options.name === "never" ? {} : namesIn(person.name);
  const properties = { ...(phone !== undefined && { phone: `+${phone}` }), ...names };
  const record = await makeOnce(hub, {
    type: "contacts",
    would: "create a contact",
    unique: [options.idProperty, person.ids[0]],
    properties,
  });
  if (record === undefined) return undefined;
  const link = { ...made, contact: record.id, ...linkedName(person) };
  await context.remember(link, { scope: "contact" });
  const written = record.made ? properties : {};
  return { record: { ...record, properties: { ...record.properties, ...written } }, link };
}

/** The name that was written last, and the profile's that was last looked at. */
function linkedName({ name }: Person): Link {
  return name === undefined ? {} : { name: nameOf({ properties: namesIn(name) }), profile: name };
}

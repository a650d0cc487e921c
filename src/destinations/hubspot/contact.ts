import type { Link } from "../../contracts.ts";
import { withWhatIsTaken } from "../not-taken.ts";
import type { Person } from "../person.ts";
import { unlessRefused } from "../unless-refused.ts";
import { nameOf, renamed } from "./contact-name.ts";
import { type Asking, contactProperties, findContact } from "./find-contact.ts";
import { hasAnyPhone } from "./match-phone.ts";
import { type Properties, renderProperties } from "./properties.ts";
import { type Hub, type HubspotRecord, readRecord, updateRecord } from "./records.ts";

/** The person's contact in HubSpot. */
export interface KnownContact {
  readonly id: string;
  /** Made by this delivery, now or in an earlier attempt. */
  readonly made: boolean;
  readonly url?: string;
}

/**
 * The contact that the link remembers, without a call where nothing is new of the person; else it is looked for, made where there is none, and
 * brought up to date. `look`: also where nothing is new, for an event that brings data. What is found is remembered before it answers.
 */
export async function contactFor(
  asking: Asking,
  { look }: { readonly look: boolean },
): Promise<KnownContact | undefined> {
  const { hub, context, person } = asking;
  const { contactLink: link } = context;
  const id = link?.["contact"];
  if (link !== undefined && id !== undefined) {
    const made = link["made"] === context.idempotencyKey;
    if (!look && !hasNews(person, link)) return { id, made };
    const properties = contactProperties(hub);
    const record = await readRecord(hub, { type: "contacts", by: id, properties });
    // Of contacts that were merged, the one that is left answers.
    if (record) return seen(asking, record, { ...link, contact: record.id });
  }
  return findAgain(asking);
}

/** As if nothing were remembered. */
export async function findAgain(asking: Asking): Promise<KnownContact | undefined> {
  const found = await findContact(asking);
  return found && seen(asking, found.record, found.link);
}

async function seen(asking: Asking, record: HubspotRecord, link: Link): Promise<KnownContact> {
  const kept = await refresh(asking, record, link);
  await asking.context.remember(kept, { scope: "contact" });
  return known(asking, record, kept);
}

function known({ context }: Asking, { id, url }: HubspotRecord, link: Link): KnownContact {
  const made = link["made"] === context.idempotencyKey;
  return { id, made, ...(url !== undefined && { url }) };
}

/** Writes what HubSpot lacks, and the name where the rule lets it. Answers with the link as it is to be kept. */
async function refresh(asking: Asking, record: HubspotRecord, link: Link): Promise<Link> {
  const { hub, person, context } = asking;
  const names = renamed(record, { person, written: link["name"] }, hub.options);
  const [phone] = person.phones;
  const rendered = await renderProperties(hub.options.contact, context);
  const lacking = Object.entries(rendered).filter(([name]) => !record.properties[name]);
  const ours = {
    ...(phone !== undefined && !hasAnyPhone(record) && { phone: `+${phone}` }),
    ...names,
  };
  const isTaken = await fill(hub, record.id, { ours, lacking: Object.fromEntries(lacking) });
  return {
    ...link,
    ...(person.name !== undefined && { profile: person.name }),
    ...(names && isTaken && { name: nameOf({ properties: names }) }),
    ...(phone !== undefined && { phone: "known" }),
  };
}

/**
 * What HubSpot refuses, as an e-mail address that another contact has, is left out. Whether `ours` was taken. That the contact was deleted
 * meanwhile is found out by what is to hang on it.
 */
async function fill(
  { session, ...hub }: Hub,
  id: string,
  { ours, lacking }: { readonly ours: Properties; readonly lacking: Properties },
): Promise<boolean> {
  let isThere = true;
  const { notTaken: kept } = session;
  const written = withWhatIsTaken({ fields: lacking, object: "contact", kept }, async (taken) => {
    const properties = { ...(taken as Properties), ...ours };
    const names = Object.keys(properties).join(", ");
    if (names === "") return;
    const would = `write ${names} of the contact`;
    const place = { type: "contacts", id } as const;
    isThere = await updateRecord({ session, ...hub }, place, { would, properties });
  });
  return (await unlessRefused(written)) && isThere;
}

/** The profile has another name, or the person a phone, that was not looked at yet. */
function hasNews(person: Person, link: Link): boolean {
  const phone = person.phones.length > 0 && link["phone"] === undefined;
  return phone || (person.name !== undefined && person.name !== link["profile"]);
}

import type { Erased, Erasing, Link } from "../../contracts.ts";
import { phoneCandidates } from "../../event/phone.ts";
import { pathOf } from "../http/api.ts";
import { nameOf } from "./contact-name.ts";
import { contactProperties, findMarked } from "./find-contact.ts";
import { entryTypes } from "./log-entry.ts";
import type { RecordUrl } from "./record-url.ts";
import { type Hub, type HubspotRecord, readRecord, recordsOf, updateRecord } from "./records.ts";

/**
 * Tickets that were made for their conversations are deleted. A contact that Waypost made is deleted for good, with all that HubSpot keeps of them;
 * one that was there before belongs to others too: what Waypost wrote of it goes, the rest is for a person to decide.
 */
export async function erasePerson(
  hub: Hub,
  { contact, contactLink, links }: Erasing,
  recordUrl: RecordUrl,
): Promise<Erased[]> {
  const tickets = links.flatMap(({ ticket, over, before = "" }) => [
    ...[ticket ?? "", over ?? ""],
    ...before.split(" "),
  ]);
  const erased: Erased[] = [];
  for (const id of new Set(tickets)) if (id !== "") erased.push(await deleteTicket(hub, id));
  const record = await contactOf(hub, { contact, contactLink });
  if (record === undefined) return erased;
  const { id } = record;
  if (contactLink?.["made"] !== undefined) {
    await hub.session.write("delete the contact", {
      method: "POST",
      path: pathOf`/crm/objects/${hub.options.apiVersion}/contacts/gdpr-delete`,
      json: { objectId: id },
      accept: [404],
    });
    return [...erased, { object: "contact", id, result: "deleted" }];
  }
  const messages = await archiveMessages(hub, id);
  await unmark(hub, record, contactLink);
  const url = await recordUrl(hub.session, "contact", id);
  const left = { object: "contact", id, result: "by hand", ...(url !== undefined && { url }) };
  return [...erased, ...messages, left as Erased];
}

async function deleteTicket({ session, options }: Hub, id: string): Promise<Erased> {
  const path = pathOf`/crm/objects/${options.apiVersion}/tickets/${id}`;
  const there = await readRecord({ session, options }, { type: "tickets", by: id });
  if (there === undefined) return { object: "ticket", id, result: "absent" };
  await session.write("delete a ticket", { method: "DELETE", path, accept: [404] });
  return { object: "ticket", id, result: "deleted" };
}

async function contactOf(
  hub: Hub,
  { contact, contactLink }: Pick<Erasing, "contact" | "contactLink">,
): Promise<HubspotRecord | undefined> {
  const id = contactLink?.["contact"];
  const properties = contactProperties(hub);
  if (id !== undefined) return readRecord(hub, { type: "contacts", by: id, properties });
  const ids = [...(contact?.phones ?? []).flatMap(phoneCandidates), ...(contact?.userIds ?? [])];
  const [first, ...rest] = ids;
  if (first === undefined) return undefined;
  return findMarked({ hub, person: { ids: [first, ...rest] } });
}

/** Those that carry our mark. */
async function archiveMessages(hub: Hub, contact: string): Promise<Erased[]> {
  const { session, options } = hub;
  const erased: Erased[] = [];
  for (const type of entryTypes(options)) {
    const inputs = await messagesOf(hub, type, contact);
    const path = pathOf`/crm/objects/${options.apiVersion}/${type}/batch/archive`;
    for (let at = 0; at < inputs.length; at += 100) {
      const json = { inputs: inputs.slice(at, at + 100) };
      await session.write("delete messages", { method: "POST", path, json });
    }
    const object = type === "notes" ? "note" : "communication";
    erased.push(...inputs.map(({ id }) => ({ object, id, result: "deleted" }) as const));
  }
  return erased;
}

const perPage = 200;

/** Page by page, by the id: a search finds 10,000 at most. */
async function messagesOf(
  { session, options }: Hub,
  type: "communications" | "notes",
  contact: string,
): Promise<{ readonly id: string }[]> {
  const path = pathOf`/crm/objects/${options.apiVersion}/${type}/search`;
  const found: { readonly id: string }[] = [];
  for (;;) {
    const last = found.at(-1)?.id ?? "0";
    const filters = [
      { propertyName: "associations.contact", operator: "EQ", value: contact },
      { propertyName: options.eventProperty, operator: "HAS_PROPERTY" },
      { propertyName: "hs_object_id", operator: "GT", value: last },
    ];
    const json = { filterGroups: [{ filters }], properties: [], limit: perPage, after: "0" };
    const sorted = { ...json, sorts: ["hs_object_id"] };
    const page = recordsOf(await session.look({ method: "POST", path, json: sorted }));
    found.push(...page.map(({ id }) => ({ id })));
    if (page.length < perPage) return found;
  }
}

/** The name goes too, where it still is the one that Waypost wrote. */
async function unmark(hub: Hub, record: HubspotRecord, link: Link | undefined): Promise<void> {
  const { idProperty, consentProperty } = hub.options;
  const named = link?.["name"] !== undefined && nameOf(record) === link["name"];
  const properties = {
    [idProperty]: "",
    ...(consentProperty && { [consentProperty]: "" }),
    ...(named && { firstname: "", lastname: "" }),
  };
  const would = "take the mark off the contact";
  await updateRecord(hub, { type: "contacts", id: record.id }, { would, properties });
}

import type { DeliveryContact, DeliveryContext, Link, WaypostEvent } from "../../contracts.ts";
import { filled } from "../filled.ts";
import type { Org, Part, SalesforceRecord } from "./client.ts";
import { findPerson, followPerson } from "./find-person.ts";
import type { SalesforceOptions } from "./options.ts";
import { personKeys } from "./person-keys.ts";
import { fullName, nameFields, nameOf, newName } from "./person-name.ts";

/** Who a Task is about, and what is to be written of them with it. */
export interface Person {
  /** The record's, or a reference to the part that makes it. */
  readonly id: string;
  /** A converted lead goes on as a contact. */
  readonly object: "Contact" | "Lead";
  /** Makes or changes the record. */
  readonly part: Part | undefined;
  readonly isNew: boolean;
  readonly name: string;
  /** Remembered of the contact; its `id` is filled in when the record is there. undefined: as before. */
  readonly link: Link | undefined;
}

interface Wanted {
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly contact: DeliveryContact;
  /** What is remembered has not worked: everything is looked up. */
  readonly anew: boolean;
}

/** undefined: nobody is there, and nobody is to be made. */
export async function personFor(
  org: Org,
  options: SalesforceOptions,
  wanted: Wanted,
): Promise<Person | undefined> {
  const { context, contact, anew } = wanted;
  const link = linkOf(context.contactLink, options);
  const isSame = link?.["seen"] === seenOf(contact);
  if (link !== undefined && isSame && !anew) return knownPerson(options, wanted, link);
  const linked = link && (await followPerson(org, options, link["id"] ?? ""));
  const record = linked ?? (await findPerson(org, options, wanted));
  if (record !== undefined) return foundPerson(options, wanted, record, link);
  return options.create ? newPerson(options, wanted) : undefined;
}

/** undefined where the configuration now names another object or field. */
function linkOf(link: Link | undefined, { object, externalId }: SalesforceOptions) {
  return link?.["to"] === `${object}.${externalId}` ? link : undefined;
}

/** What of a contact makes it worth to look at the record again when it changes. */
function seenOf({ name = "", phones }: DeliveryContact): string {
  return JSON.stringify([name, phones.length > 0]);
}

function linkFor(
  { object, externalId }: SalesforceOptions,
  contact: DeliveryContact,
  person: {
    readonly id: string;
    readonly as: string;
    readonly name: string;
    readonly made: string;
  },
): Link {
  return { ...person, to: `${object}.${externalId}`, seen: seenOf(contact) };
}

/** Of a person whom an attempt has found or made, and then not remembered; at the next event the record is looked at again. */
export function recalled(
  options: SalesforceOptions,
  contact: DeliveryContact,
  id: string,
  isNew: boolean,
): Link {
  const as = id.startsWith("00Q") ? "Lead" : "Contact";
  const name = isNew ? fullName({ ...nameFields(nameOf(contact)) }) : "";
  const person = { id, as, name, made: isNew ? "yes" : "" };
  return { ...linkFor(options, contact, person), seen: "" };
}

async function knownPerson(
  options: SalesforceOptions,
  { context, contact }: Wanted,
  link: Link,
): Promise<Person> {
  const object = link["as"] === "Contact" ? "Contact" : "Lead";
  const id = link["id"] ?? "";
  const body = object === options.object ? await updated(options, context) : {};
  return {
    ...{ id, object, isNew: false, name: nameOf(contact), link: undefined },
    part: changing(object, id, body),
  };
}

async function foundPerson(
  options: SalesforceOptions,
  wanted: Wanted,
  record: SalesforceRecord,
  link: Link | undefined,
): Promise<Person> {
  const { event, context, contact } = wanted;
  const name = nameOf(contact);
  const isNew = false;
  const made = link?.["made"] ?? "";
  const { ConvertedContactId: converted, IsConverted } = record;
  if (IsConverted === true && typeof converted === "string") {
    const id = converted;
    const person = { id, as: "Contact", name: "", made: "" };
    return {
      ...{ id, object: "Contact", isNew, name, part: undefined },
      link: linkFor(options, contact, person),
    };
  }
  const { object, externalId, match, phoneField } = options;
  const rule = { rule: options.name, written: link?.["name"] ?? "" };
  const changedName = newName(record, contact, rule);
  const isEmpty = (field: string) => (record[field] ?? "") === "";
  const phone = contact.phones[0];
  const isPhoneless = [phoneField, ...match].every(isEmpty);
  const given = await rendered(options.fields, context);
  const body = {
    ...(isEmpty(externalId) && { [externalId]: personKeys(event, contact)[0] }),
    ...(phone !== undefined && isPhoneless && { [phoneField]: `+${phone}` }),
    ...Object.fromEntries(Object.entries(given).filter(([field]) => isEmpty(field))),
    ...changedName,
    ...(await updated(options, context)),
  };
  const written = changedName ? fullName({ ...changedName }) : rule.written;
  return {
    ...{ id: record.Id, object, isNew, name, part: changing(object, record.Id, body) },
    link: linkFor(options, contact, { id: record.Id, as: object, name: written, made }),
  };
}

async function newPerson(
  options: SalesforceOptions,
  { event, context, contact }: Wanted,
): Promise<Person> {
  const { object, externalId, phoneField, duplicates } = options;
  const name = nameOf(contact);
  const fields = nameFields(name);
  const phone = contact.phones[0];
  const body = {
    ...fields,
    ...(phone !== undefined && { [phoneField]: `+${phone}` }),
    ...(await rendered(options.fields, context)),
    ...(await updated(options, context)),
  };
  const key = personKeys(event, contact)[0] ?? contact.id;
  const person = { id: "", as: object, name: fullName({ ...fields }), made: "yes" };
  return {
    ...{ id: "@{person.id}", object, isNew: true, name },
    part: {
      ...{ method: "PATCH", path: `/sobjects/${object}/${externalId}/${key}`, body },
      referenceId: "person",
      ...(duplicates === "allow" && {
        httpHeaders: { "Sforce-Duplicate-Rule-Header": "allowSave=true" },
      }),
    },
    link: linkFor(options, contact, person),
  };
}

function changing(object: string, id: string, body: Readonly<Record<string, unknown>>) {
  if (Object.keys(body).length === 0) return undefined;
  const path = `/sobjects/${object}/${id}`;
  return { method: "PATCH", path, referenceId: "person", body } as const;
}

async function updated({ update }: SalesforceOptions, context: DeliveryContext) {
  return update === undefined ? {} : rendered(update, context);
}

/** Fields without what is empty: nothing is wiped out by an event that does not know it. */
export async function rendered(
  templates: SalesforceOptions["fields"],
  context: DeliveryContext,
): Promise<Readonly<Record<string, unknown>>> {
  return filled(await templates.render(context));
}

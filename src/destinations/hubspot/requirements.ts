import type { Requirement } from "../../contracts.ts";
import { pathOf, type Session } from "../http/api.ts";
import { entryTypes } from "./log-entry.ts";
import type { HubspotOptions } from "./options.ts";
import type { ObjectType } from "./records.ts";

/** A property that Waypost writes and HubSpot does not have by itself. */
interface OwnProperty {
  readonly object: ObjectType;
  /** For people: `contacts`. */
  readonly of: string;
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly unique: boolean;
  readonly options?: readonly string[];
}

function ownProperties(options: HubspotOptions): OwnProperty[] {
  const { idProperty, eventProperty, consentProperty, ticket, deal } = options;
  const event = (object: ObjectType, of: string): OwnProperty => ({
    ...{ object, of, name: eventProperty, unique: true },
    label: "Waypost id",
    description: "The delivery that made it. Keeps Waypost from making it twice.",
  });
  const contact = { object: "contacts", of: "contacts" } as const;
  return [
    {
      ...{ ...contact, name: idProperty, label: "WhatsApp id", unique: true },
      description: "Phone or user id at WhatsApp. Waypost knows the contact by it.",
    },
    ...(consentProperty === undefined
      ? []
      : [
          {
            ...{ ...contact, name: consentProperty, label: "WhatsApp consent", unique: false },
            description: "What the contact last said of offers over WhatsApp.",
            options: ["granted", "revoked"],
          },
        ]),
    ...entryTypes(options).map((type) => event(type, type)),
    ...(ticket ? [event("tickets", "tickets")] : []),
    ...(deal ? [event("0-3", "deals")] : []),
  ];
}

/** The properties that the configuration needs, in a group of their own. Throws DeliveryError. */
export async function requiredProperties(
  session: Session,
  options: HubspotOptions,
  sessionOf: (signal: AbortSignal) => Session,
): Promise<Requirement[]> {
  const all: Requirement[] = [];
  for (const property of ownProperties(options)) {
    const path = pathOf`/crm/properties/${options.apiVersion}/${property.object}/${property.name}`;
    const answer = await session.look({ path, accept: [404], holds: "name" });
    const what = `the property ${property.name} of ${property.of}`;
    const { hasUniqueValue } = (answer.json ?? {}) as { hasUniqueValue?: unknown };
    if (answer.status === 404) {
      const create = (signal: AbortSignal) =>
        createProperty(sessionOf(signal), property, options.apiVersion);
      all.push({ what, there: false, create, remedy: remedyOf(property) });
    } else if (property.unique && hasUniqueValue !== true) {
      const remedy = `${property.name} is there but does not require unique values, which cannot be changed: name another one in the configuration`;
      all.push({ what, there: false, remedy });
    } else all.push({ what, there: true });
  }
  return all;
}

function remedyOf({ name, of, unique }: OwnProperty): string {
  const kind = unique ? "a single-line text that requires unique values" : "a dropdown";
  return `create it: Settings, Properties, ${of}, ${kind}, internal name ${name}`;
}

async function createProperty(
  session: Session,
  { object, name, label, description, unique, options = [] }: OwnProperty,
  version: string,
): Promise<void> {
  const groupName = "waypost";
  await session.write("create a group of properties", {
    method: "POST",
    path: pathOf`/crm/properties/${version}/${object}/groups`,
    json: { name: groupName, label: "Waypost" },
    // It is there already.
    accept: [409],
  });
  const choice = options.map((value, displayOrder) => ({
    ...{ value, displayOrder, hidden: false },
    label: value === "revoked" ? "Revoked" : "Granted",
  }));
  await session.write("create a property", {
    method: "POST",
    path: pathOf`/crm/properties/${version}/${object}`,
    json: {
      ...{ groupName, name, label, description },
      ...(unique && { hasUniqueValue: true }),
      type: options.length > 0 ? "enumeration" : "string",
      fieldType: options.length > 0 ? "select" : "text",
      ...(options.length > 0 && { options: choice }),
    },
    accept: [409],
  });
}

import { DeliveryError, type Requirement } from "../../contracts.ts";
import type { Org } from "./client.ts";
import { describe } from "./described.ts";
import type { SalesforceOptions } from "./options.ts";

export interface WantedField {
  readonly object: "Contact" | "Lead" | "Task" | "Case";
  readonly name: string;
  readonly label: string;
}

/** The external id fields that the options name. */
export function wantedFields(options: SalesforceOptions): readonly WantedField[] {
  const { object, externalId, eventId } = options;
  const label = "Waypost Event Id";
  const ofCase = options.case?.eventId;
  return [
    { object, name: externalId, label: "WhatsApp Id" },
    ...(eventId === undefined ? [] : [{ object: "Task", name: eventId, label } as const]),
    ...(ofCase === undefined ? [] : [{ object: "Case", name: ofCase, label } as const]),
  ];
}

export function remedyOf({ object, name }: WantedField): string {
  const place = object === "Task" ? "Activity" : object;
  return `Setup, Object Manager, ${place}, Fields & Relationships, New: Text(255), External ID, Unique where offered, API name ${name}; then give the app's user access to it in a permission set`;
}

export async function requirementsOf(
  options: SalesforceOptions,
  org: Org,
): Promise<readonly Requirement[]> {
  const all: Requirement[] = [];
  for (const field of wantedFields(options)) {
    const described = await describe(org, field.object);
    const is = described?.fields.get(field.name);
    const there = is?.externalId === true;
    const what = `the external id field ${field.name} of ${field.object}`;
    if (there) all.push({ what, there });
    // One that is there and no external id is somebody's own.
    else if (is !== undefined || !field.name.endsWith("__c")) {
      all.push({ what, there, remedy: remedyOf(field) });
    } else {
      const create = (signal: AbortSignal) => createField(options, org, field, signal);
      all.push({ what, there, create, remedy: remedyOf(field) });
    }
  }
  return all;
}

/**
 * By the Tooling API, which gives nobody access to the field: https://developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm
 * Custom fields of Tasks are those of the object Activity.
 */
async function createField(
  { apiVersion }: SalesforceOptions,
  org: Org,
  field: WantedField,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { object, name, label } = field;
  const place = object === "Task" ? "Activity" : object;
  await org.session.write(`create the field ${name}`, {
    method: "POST",
    path: `/services/data/${apiVersion}/tooling/sobjects/CustomField`,
    json: {
      FullName: `${place}.${name}`,
      Metadata: {
        ...{ label, type: "Text", length: 255, externalId: true, unique: place !== "Activity" },
        ...(place !== "Activity" && { caseSensitive: true }),
      },
    },
  });
  const described = await describe(org, object);
  if (described?.fields.has(name)) return;
  const words = `Salesforce: the field ${name} is made, and the app's user may not see it yet`;
  throw new DeliveryError("config", `${words}: give access to it in a permission set`);
}

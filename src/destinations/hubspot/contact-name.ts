import { cleanLine } from "../clean-text.ts";
import { nameToWrite } from "../name-rule.ts";
import type { Person } from "../person.ts";
import type { HubspotOptions } from "./options.ts";
import type { Properties } from "./properties.ts";
import type { HubspotRecord } from "./records.ts";

/** As HubSpot shows it. */
export function nameOf({ properties }: Pick<HubspotRecord, "properties">): string {
  return [properties["firstname"], properties["lastname"]].filter(Boolean).join(" ").trim();
}

/** The properties that give a contact the profile's name, where `nameToWrite` says so; undefined: it keeps what it has. */
export function renamed(
  record: Pick<HubspotRecord, "properties">,
  { person, written }: { readonly person: Person; readonly written: string | undefined },
  { name: policy }: Pick<HubspotOptions, "name">,
): Properties | undefined {
  const { name: profile, phones } = person;
  const name = nameToWrite(policy, { shown: nameOf(record), profile, written, phones });
  return name === undefined ? undefined : namesIn(name);
}

/** The last word is the family name: both are always written, so that none is left of a former name. */
export function namesIn(name: string): Properties {
  const words = cleanLine(name, 200).split(" ");
  const lastname = words.length > 1 ? words.pop() : "";
  return { firstname: words.join(" "), lastname: lastname ?? "" };
}

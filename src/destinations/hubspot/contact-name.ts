import { cleanLine } from "../clean-text.ts";
import type { HubspotOptions } from "./options.ts";
import type { Person } from "./person.ts";
import type { Properties } from "./properties.ts";
import type { HubspotRecord } from "./records.ts";

/** As HubSpot shows it. */
export function nameOf({ properties }: Pick<HubspotRecord, "properties">): string {
  return [properties["firstname"], properties["lastname"]].filter(Boolean).join(" ").trim();
}

/**
 * The properties that give a contact the profile's name; undefined: it keeps what it has. A name that people have given is theirs: only one
 * that is empty, is the phone, or still is what was `written` last may be replaced, unless told `always`.
 */
export function renamed(
  record: Pick<HubspotRecord, "properties">,
  { person, written }: { readonly person: Person; readonly written: string | undefined },
  { name: policy }: Pick<HubspotOptions, "name">,
): Properties | undefined {
  if (policy === "never" || person.name === undefined) return undefined;
  const shown = nameOf(record);
  const properties = namesIn(person.name);
  if (nameOf({ properties }) === shown) return undefined;
  const ours = shown === "" || shown === written || isPhone(shown, person.phones);
  return policy === "always" || ours ? properties : undefined;
}

/** The last word is the family name: both are always written, so that none is left of a former name. */
export function namesIn(name: string): Properties {
  const words = cleanLine(name, 200).split(" ");
  const lastname = words.length > 1 ? words.pop() : "";
  return { firstname: words.join(" "), lastname: lastname ?? "" };
}

function isPhone(shown: string, phones: readonly string[]): boolean {
  if (!/^[+()\d\s./-]+$/.test(shown)) return false;
  return phones.includes(shown.replace(/\D/g, "").replace(/^00/, ""));
}

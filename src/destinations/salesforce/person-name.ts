import type { DeliveryContact } from "../../contracts.ts";
import { cleanLine } from "../clean-text.ts";
import type { SalesforceRecord } from "./client.ts";
import type { SalesforceOptions } from "./options.ts";

interface NameFields {
  readonly FirstName?: string;
  readonly LastName: string;
}

/** Salesforce keeps 40 and 80 characters; the last word is the last name. */
export function nameFields(name: string): NameFields {
  const line = cleanLine(name, 120);
  const at = line.lastIndexOf(" ");
  const first = at < 0 ? "" : cleanLine(line.slice(0, at), 40);
  const last = cleanLine(line.slice(at + 1), 80);
  return { ...(first !== "" && { FirstName: first }), LastName: last };
}

/** As nobody can be without a last name: the phone, or what else is known, until there is a name. */
export function nameOf({ name, username, phones }: DeliveryContact): string {
  const shown = cleanLine(name ?? "", 120);
  if (shown !== "") return shown;
  if (username !== undefined && cleanLine(username, 80) !== "")
    return `@${cleanLine(username, 79)}`;
  return phones[0] === undefined ? "WhatsApp contact" : `+${phones[0]}`;
}

/** The whole name that a record has, as `fullName(nameFields(name))` would write it. */
export function fullName({ FirstName, LastName }: Readonly<Record<string, unknown>>): string {
  return [FirstName, LastName].filter((part) => typeof part === "string" && part !== "").join(" ");
}

/**
 * The name to be written to a record that exists; undefined: it keeps its own. A name is ours to change when there is none, when it is
 * the phone, or when it still is what was written last.
 */
export function newName(
  record: SalesforceRecord,
  contact: DeliveryContact,
  { rule, written }: { readonly rule: SalesforceOptions["name"]; readonly written: string },
): NameFields | undefined {
  const known = cleanLine(contact.name ?? "", 120);
  if (known === "" || rule === "never") return undefined;
  const has = fullName(record).trim();
  const fields = nameFields(known);
  if (has === fullName({ ...fields })) return undefined;
  const digits = has.replace(/\D/g, "");
  const isPhone = /^[+\d\s()./-]+$/.test(has) && contact.phoneCandidates.includes(digits);
  const isOurs = has === "" || isPhone || (written !== "" && has === written);
  return rule === "always" || isOurs ? { FirstName: "", ...fields } : undefined;
}

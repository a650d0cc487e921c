import type { DeliveryContact } from "../../contracts.ts";
import { cleanLine } from "../clean-text.ts";
import { nameToWrite } from "../name-rule.ts";
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

/** The name to be written to a record that exists, where `nameToWrite` says so; undefined: it keeps its own. */
export function newName(
  record: SalesforceRecord,
  contact: DeliveryContact,
  { rule, written }: { readonly rule: SalesforceOptions["name"]; readonly written: string },
): NameFields | undefined {
  const { name: profile, phoneCandidates: phones } = contact;
  const shown = fullName(record).trim();
  const name = nameToWrite(rule, { shown, profile, written, phones });
  if (name === undefined) return undefined;
  const fields = nameFields(name);
  return shown === fullName({ ...fields }) ? undefined : { FirstName: "", ...fields };
}

import type { DeliveryContact, WaypostEvent } from "../../contracts.ts";
import type { Org, SalesforceRecord } from "./client.ts";
import type { SalesforceOptions } from "./options.ts";
import { personKeys } from "./person-keys.ts";
import { fullName } from "./person-name.ts";
import { isPhone, notationsOf, searchTermsOf } from "./phone-notations.ts";
import { isIn } from "./soql.ts";

/** What is read of a person. */
function selected({ object, externalId, match, phoneField, fieldNames }: SalesforceOptions) {
  const converted = object === "Lead" ? ["IsConverted", "ConvertedContactId"] : [];
  const own = ["Id", "FirstName", "LastName", externalId, phoneField];
  return [...own, ...match, ...fieldNames, ...converted];
}

/** By a record id that was remembered: the record, the one that it was merged into, or undefined. */
export async function followPerson(
  org: Org,
  options: SalesforceOptions,
  id: string,
): Promise<SalesforceRecord | undefined> {
  const { object } = options;
  let at = id;
  for (let hops = 0; hops < 5; hops += 1) {
    const where = isIn("Id", [at]) ?? "";
    const select = [...selected(options), "IsDeleted", "MasterRecordId"];
    const [record] = await org.query({ select, from: object, where, limit: 1 }, true);
    if (record === undefined) return undefined;
    if (record["IsDeleted"] !== true) return record;
    const master = record["MasterRecordId"];
    if (typeof master !== "string") return undefined;
    at = master;
  }
  return undefined;
}

/** By external id, then by phone in all its notations, then by Salesforce's search, which knows more of them. */
export async function findPerson(
  org: Org,
  options: SalesforceOptions,
  { event, contact }: { readonly event: WaypostEvent; readonly contact: DeliveryContact },
): Promise<SalesforceRecord | undefined> {
  const { object, externalId, match, country } = options;
  const keys = personKeys(event, contact);
  const phones = contact.phoneCandidates;
  const notations = [...new Set(phones.flatMap((phone) => notationsOf(phone, country)))];
  const query = { select: selected(options), from: object, limit: 50 };
  const where = [isIn(externalId, keys), ...match.map((field) => isIn(field, notations))];
  const found = await org.query({
    ...query,
    where: where.filter((each) => each !== undefined).join(" OR "),
    newestBy: "LastModifiedDate",
  });
  const chosen = choose(found, { org, options, contact, keys });
  if (chosen !== undefined || phones.length === 0 || match.length === 0) return chosen;
  const terms = [...new Set(phones.flatMap((phone) => searchTermsOf(phone, country)))];
  const searched = await org.searchPhones(terms, query);
  return choose(searched, { org, options, contact, keys });
}

interface Choosing {
  readonly org: Org;
  readonly options: SalesforceOptions;
  readonly contact: DeliveryContact;
  readonly keys: readonly string[];
}

/**
 * The one who has our external id; else one with the phone who has nobody's: of several the one of the same name, then the one
 * that was changed last.
 */
function choose(
  records: readonly SalesforceRecord[],
  { org, options, contact, keys }: Choosing,
): SalesforceRecord | undefined {
  const { externalId, match, country } = options;
  const known = keys.flatMap((key) => records.filter((record) => record[externalId] === key));
  if (known[0] !== undefined) return known[0];
  const phones = contact.phoneCandidates;
  const isFree = (record: SalesforceRecord) => (record[externalId] ?? "") === "";
  const same = records.filter(
    (record) => isFree(record) && match.some((field) => isPhone(record[field], phones, country)),
  );
  if (same.length > 1) org.session.note(`${same.length} duplicates by phone`);
  const named = same.find((record) => fullName(record) === contact.name);
  return named ?? same[0];
}

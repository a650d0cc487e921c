import { loadNumberingPlans } from "../../event/phone.ts";
import { pathOf } from "../http/api.ts";
import type { Person } from "../person.ts";
import { type Hub, type HubspotRecord, recordsOf } from "./records.ts";

/** Where HubSpot keeps phones: as people write them, and as it reads them itself, with the country code. */
const written = ["phone", "mobilephone"];
const calculated = ["hs_calculated_phone_number", "hs_calculated_mobile_number"];
/** By these it finds phones in whatever writing, without the country code. */
const searchable = [
  "hs_searchable_calculated_phone_number",
  "hs_searchable_calculated_mobile_number",
];

/**
 * The contacts that have one of the person's phones, the oldest first. What a search finds by the number without its country code is theirs
 * only where the whole number is.
 */
export async function findByPhone(
  { session, options }: Hub,
  { phones }: Person,
  properties: readonly string[],
): Promise<HubspotRecord[]> {
  if (phones.length === 0) return [];
  const values = phones.map(writingsOf);
  const whole = [...new Set(values.flatMap(({ international }) => international))];
  const local = [...new Set(values.flatMap(({ national }) => national))];
  const groups = [
    ...written.map((propertyName) => ({ propertyName, values: [...whole, ...local] })),
    ...searchable.map((propertyName) => ({ propertyName, values: local })),
  ];
  const answer = await session.look({
    method: "POST",
    path: pathOf`/crm/objects/${options.apiVersion}/contacts/search`,
    json: {
      filterGroups: groups
        .filter((group) => group.values.length > 0)
        .map((group) => ({ filters: [{ ...group, operator: "IN" }] })),
      properties: [...properties, ...written, ...calculated],
      sorts: ["createdate"],
      limit: 100,
      after: "0",
    },
  });
  return recordsOf(answer).filter((record) => hasPhone(record, phones));
}

function hasPhone({ properties }: HubspotRecord, phones: readonly string[]): boolean {
  const numbers = [...written, ...calculated].map((name) => properties[name] ?? "");
  return numbers.some((text) => phones.includes(text.replace(/\D/g, "").replace(/^00/, "")));
}

/** Has one, of whatever person. */
export function hasAnyPhone({ properties }: HubspotRecord): boolean {
  return written.some((name) => (properties[name] ?? "") !== "");
}

/** How people and programs write a phone. */
function writingsOf(digits: string) {
  const parsed = loadNumberingPlans().parsePhoneNumberFromString(`+${digits}`);
  const international = [`+${digits}`, digits, `00${digits}`];
  if (parsed === undefined) return { international, national: [] };
  const national = [parsed.nationalNumber, parsed.formatNational()];
  return { international: [...international, parsed.formatInternational()], national };
}

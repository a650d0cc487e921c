import type { DeliveryContact, WaypostEvent } from "../../contracts.ts";
import { shortHash } from "../../event/hash-id.ts";

/**
 * An id as an external id: it stands in a path, where Salesforce takes what follows a dot for a format (its own advice is "_" for "."):
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_upsert_patch.htm
 */
export function externalKey(id: string): string {
  const key = id.replaceAll(".", "_");
  return /^[A-Za-z0-9_-]{1,100}$/.test(key) ? key : `h_${shortHash(id)}`;
}

/** Under which external ids a person may be known, the one that a new person gets first. */
export function personKeys(event: WaypostEvent, contact: DeliveryContact): string[] {
  const { waId, userId } = event.data.contact ?? {};
  const { phones, userIds, phoneCandidates } = contact;
  const phone = waId !== undefined && phones.includes(waId) ? waId : phones[0];
  const user = userId !== undefined && userIds.includes(userId) ? userId : userIds[0];
  const all = [phone, user, ...phoneCandidates, ...userIds].filter((id) => id !== undefined);
  return [...new Set(all.map(externalKey))];
}

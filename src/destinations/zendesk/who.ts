import type { BatchItem } from "../../contracts.ts";
import { isBsuid } from "../../event/person-id.ts";
import { phoneCandidates } from "../../event/phone.ts";

/** The person that an event is about, as Zendesk may know them. */
export interface Who {
  /** The one that a new user gets first: by phone where there is one, else by BSUID. */
  readonly externalIds: readonly [string, ...string[]];
  /** As digits: the number first, then how else it is written. None: known by a BSUID alone. */
  readonly phones: readonly string[];
  /** As of their profile. */
  readonly name: string | undefined;
}

/** undefined: it is about no person. A group's event is about its sender. */
export async function whoIs({ event, context }: BatchItem): Promise<Who | undefined> {
  const known = await context.contact();
  const { userId, waId, name, username } = event.data.contact ?? {};
  const numbers = [waId, ...(known?.phones ?? [])].filter((each) => each !== undefined);
  const written = numbers.filter((each) => !isBsuid(each)).flatMap(phoneCandidates);
  const phones = [...new Set([...written, ...(known?.phoneCandidates ?? [])])];
  const bsuids = [userId, ...numbers, ...(known?.userIds ?? [])].filter(isBsuid);
  // With `omit: [phone]` there may be neither: then Waypost's own id of the contact stands for them.
  const own = phones.length + bsuids.length > 0 || known === undefined ? [] : [known.id];
  const ids = new Set([...phones, ...bsuids, ...own]);
  const [first, ...others] = [...ids].map((id) => `wa:${id}`);
  if (first === undefined) return undefined;
  const shown = name ?? known?.name ?? username ?? known?.username;
  return { externalIds: [first, ...others], phones, name: shown };
}

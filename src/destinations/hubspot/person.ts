import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import { phoneCandidates } from "../../event/phone.ts";

/** Who an event is about, as HubSpot may know them. */
export interface Person {
  /** Under which their contact may be marked as theirs; the first is what a new mark says. */
  readonly ids: readonly [string, ...string[]];
  /** As digits, each in every writing; none of a person who is known by a BSUID alone. */
  readonly phones: readonly string[];
  readonly name: string | undefined;
}

/** undefined: the event is about no single person. */
export async function personOf(
  event: WaypostEvent,
  context: Pick<DeliveryContext, "contact">,
): Promise<Person | undefined> {
  if (event.data.groupId !== undefined) return undefined;
  const known = await context.contact();
  const told = event.data.contact;
  const numbers = [told?.waId, ...(known?.phones ?? [])].filter((each) => each !== undefined);
  // What is no phone has no candidates: a BSUID is never taken for one.
  const phones = [...numbers.flatMap(phoneCandidates), ...(known?.phoneCandidates ?? [])];
  const users = [told?.userId, ...(known?.userIds ?? [])].filter((each) => each !== undefined);
  // With `omit: [phone]` there may be neither: then Waypost's own id of the contact stands for them.
  const own = phones.length + users.length > 0 || known === undefined ? [] : [known.id];
  const [first, ...rest] = [...new Set([...phones, ...users, ...own])];
  if (first === undefined) return undefined;
  const name = (known?.name ?? told?.name)?.trim();
  return { ids: [first, ...rest], phones: [...new Set(phones)], name: name || undefined };
}

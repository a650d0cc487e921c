import type { DeliveryContext, WaypostEvent } from "../contracts.ts";
import { isBsuid } from "../event/person-id.ts";
import { phoneCandidates } from "../event/phone.ts";

/** Who an event is about, as a vendor may know them. */
export interface Person {
  /** wa_ids and BSUIDs; the first is what a new mark says. */
  readonly ids: readonly [string, ...string[]];
  /** What their contact may be marked with, `whatsapp:<wa_id or BSUID>`; a new mark is the first. */
  readonly marks: readonly [string, ...string[]];
  /** As digits, each in every writing; none of a person who is known by a BSUID alone. */
  readonly phones: readonly string[];
  readonly name: string | undefined;
}

/** undefined: the event is about no single person (a group, an account). Rejects as `context.contact` does. */
export async function personOf(
  event: WaypostEvent,
  context: Pick<DeliveryContext, "contact">,
): Promise<Person | undefined> {
  if (event.data.groupId !== undefined) return undefined;
  const known = await context.contact();
  const contact = event.data.contact;
  const numbers = [contact?.waId, ...(known?.phones ?? [])].filter((each) => each !== undefined);
  // A BSUID has no candidates: it is never taken for a phone.
  const phones = [...numbers.flatMap(phoneCandidates), ...(known?.phoneCandidates ?? [])];
  // One may stand where a phone used to.
  const users = [contact?.userId, ...numbers.filter(isBsuid), ...(known?.userIds ?? [])].filter(
    (each) => each !== undefined,
  );
  // With `omit: [phone]` there may be neither: then Waypost's own id of the contact stands for them.
  const own = phones.length + users.length > 0 || known === undefined ? [] : [known.id];
  const [first, ...rest] = [...new Set([...phones, ...users, ...own])];
  if (first === undefined) return undefined;
  const name = (known?.name ?? contact?.name)?.trim();
  return {
    ids: [first, ...rest],
    marks: [markOf(first), ...rest.map(markOf)],
    ...{ phones: [...new Set(phones)], name: name || undefined },
  };
}

function markOf(id: string): string {
  return `whatsapp:${id}`;
}

/** Whether a vendor's contact may be theirs, by the mark it has: none, theirs, or one that is not of Waypost. */
export function mayBeTheirs(mark: string | undefined, { marks }: Person): boolean {
  return !mark?.startsWith("whatsapp:") || marks.includes(mark);
}

import { normalizePhone } from "./conversation.ts";
import type { WaypostEvent } from "./generated.ts";

/** A BSUID as it is, a phone or wa_id in any writing as its digits: two names with the same key are one contact. */
export function contactKey(text: string): string {
  const trimmed = text.trim();
  return /[A-Za-z]/.test(trimmed) ? trimmed : normalizePhone(trimmed).replace(/^00/, "");
}

/** The keys of everybody an event is about, each once: the contact, who they were before, a group's participants. */
export function contactKeys({ data }: WaypostEvent): string[] {
  const { contact, message, idChange, syncedContact, group } = data;
  const participants = [
    ...list(group?.addedParticipants),
    ...list(group?.removedParticipants),
    ...list(group?.failedParticipants),
  ];
  const changed = message?.system ?? idChange;
  const ids: unknown[] = [
    contact?.userId,
    contact?.parentUserId,
    contact?.waId,
    changed?.userId,
    changed?.previousUserId,
    changed?.parentUserId,
    changed?.previousParentUserId,
    changed?.waId,
    message?.system?.previousWaId,
    syncedContact?.userId,
    syncedContact?.phoneNumber,
    ...participants.flatMap((participant) => [participant.userId, participant.waId]),
    // Behind all others: of a large group's keys the first are kept.
    syncedContact?.parentUserId,
    ...participants.map((participant) => participant.parentUserId),
  ];
  const keys = ids.flatMap((id) => (typeof id === "string" ? contactKey(id) : []));
  return [...new Set(keys)].filter((key) => key !== "");
}

/** Another program may have published something else. */
function list<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

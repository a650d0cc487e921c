import { hashId } from "./hash-id.ts";

/** Who a conversation is with. A group wins over a BSUID, a BSUID over a phone. */
export interface ConversationParty {
  readonly groupId?: string | undefined;
  /** BSUID. */
  readonly userId?: string | undefined;
  /** In any writing: only its digits count. */
  readonly phone?: string | undefined;
}

/** `cnv_…`, the same for the same number and party; undefined when either is missing. */
export function conversationIdOf(
  phoneNumberId: string | undefined,
  party: ConversationParty,
): string | undefined {
  if (!phoneNumberId) return undefined;
  if (party.groupId) return hashId("cnv_", ["group", phoneNumberId, party.groupId]);
  if (party.userId) return hashId("cnv_", ["user", phoneNumberId, party.userId]);
  const phone = party.phone === undefined ? "" : normalizePhone(party.phone);
  return phone === "" ? undefined : hashId("cnv_", ["phone", phoneNumberId, phone]);
}

/** Of a person, whichever of our numbers they write to: `user:<BSUID>`, else `phone:<digits>`. */
export function personKey({ userId, phone }: ConversationParty): string | undefined {
  if (userId) return `user:${userId}`;
  const digits = phone === undefined ? "" : normalizePhone(phone);
  return digits === "" ? undefined : `phone:${digits}`;
}

/** Digits only: `+1 (555) 555-0123` and `15555550123` are one phone. */
export function normalizePhone(text: string): string {
  return text.replace(/[^0-9]/g, "");
}

import { type ConversationParty, conversationIdOf } from "./conversation.ts";
import type { WaypostEvent } from "./generated.ts";

/** `from` and `to` are conversations with one person. */
export interface AliasEdge {
  readonly from: string;
  readonly to: string;
  /** `phone`: one payload held the phone (from) and the BSUID (to). `became`: the old id (from) gave way to the new (to). */
  readonly kind: "phone" | "became";
}

/** What an event teaches about who is who. Nothing for groups: a group is not one person. */
export function aliasEdges(event: WaypostEvent): AliasEdge[] {
  const { account, contact, groupId, message, idChange } = event.data;
  const { phoneNumberId } = account;
  if (phoneNumberId === undefined || groupId !== undefined) return [];
  const changed = message?.system ?? idChange;
  if (contact === undefined && changed === undefined) return [];

  const edges = new Map<string, AliasEdge>();
  const link = (kind: AliasEdge["kind"], old: ConversationParty, now: ConversationParty) => {
    const from = conversationIdOf(phoneNumberId, old);
    const to = conversationIdOf(phoneNumberId, now);
    if (from && to && from !== to) edges.set(`${from} ${to}`, { from, to, kind });
  };
  if (contact !== undefined) link("phone", { phone: contact.waId }, { userId: contact.userId });
  if (changed !== undefined) {
    const now = { userId: changed.userId, phone: changed.waId };
    const previousWaId = message?.system?.previousWaId;
    link("phone", { phone: changed.waId }, { userId: changed.userId });
    link("phone", { phone: previousWaId }, { userId: changed.previousUserId });
    link("became", { phone: previousWaId }, now);
    link("became", { userId: changed.previousUserId }, now);
  }
  return [...edges.values()];
}

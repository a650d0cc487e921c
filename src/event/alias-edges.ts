import {
  type ConversationParty,
  conversationIdOf,
  normalizePhone,
  personKey,
} from "./conversation.ts";
import type { Contact, IdChange, System, WaypostEvent } from "./generated.ts";
import { sameInOtherWriting } from "./phone.ts";

/** `from` and `to` are conversations with one person; a phone only as long as the person had it. */
export interface AliasEdge {
  readonly from: string;
  readonly to: string;
  /**
   * `phone`: one payload held the phone (from) and the BSUID (to). `left`: this person (to) gave the phone (from)
   * up. `moved`: whoever had the one phone went on to the other, no BSUID was told. `became`: a BSUID gave way to
   * another; in rows of earlier versions also what is now `left` or `moved`. `written`: Meta knows somebody by the phone `to`, which others
   * may write as `from`.
   */
  readonly kind: "phone" | "left" | "moved" | "became" | "written";
  /** The first time it was told, by payload time, ISO 8601. Absent when it is not known. */
  readonly at?: string;
}

/** What an event teaches about who is who. Nothing for groups: a group is not one person. */
export function aliasEdges(event: WaypostEvent): AliasEdge[] {
  const { phoneNumberId } = event.data.account;
  if (phoneNumberId === undefined) return [];
  return edgesOf(event, (party) => conversationIdOf(phoneNumberId, party));
}

/** The same of people over all our numbers: `from` and `to` are keys of `personKey`. Also of a phone book that was synced. */
export function personEdges(event: WaypostEvent): AliasEdge[] {
  return edgesOf(event, personKey);
}

function edgesOf(event: WaypostEvent, keyOf: KeyOf): AliasEdge[] {
  const { contact, groupId, message, idChange, syncedContact } = event.data;
  const changed: System | IdChange | undefined = message?.system ?? idChange;
  const known = contact !== undefined || changed !== undefined || syncedContact !== undefined;
  if (groupId !== undefined || !known) return [];

  const at = toldAt(event);
  const edges = new Map<string, AliasEdge>();
  const link: Link = (kind, one, other) => {
    const from = keyOf(one);
    const to = keyOf(other);
    if (from && to && from !== to) edges.set(`${kind} ${from} ${to}`, { from, to, kind, at });
  };
  const previousWaId = message?.system?.previousWaId;
  const kind = previousWaId !== undefined && contact?.waId === previousWaId ? "left" : "phone";
  link(kind, { phone: contact?.waId }, { userId: contact?.userId });
  link("phone", { phone: syncedContact?.phoneNumber }, { userId: syncedContact?.userId });
  if (changed !== undefined) linkChange(link, changed, previousWaId, contact ?? {});
  if (isToldByMeta(event)) {
    const phones = [contact?.waId, syncedContact?.phoneNumber, changed?.waId, previousWaId];
    for (const phone of phones) linkWriting(link, phone);
  }
  return [...edges.values()];
}

/** Your services may write a phone in either way; and one to which nothing could be sent may be nobody's. */
function isToldByMeta({ type }: WaypostEvent): boolean {
  return /^whatsapp\.(?!outgoing\.|status\.failed$)/.test(type);
}

function linkWriting(link: Link, phone: string | undefined): void {
  const other = phone === undefined ? undefined : sameInOtherWriting(normalizePhone(phone));
  if (other !== undefined) link("written", { phone: other }, { phone });
}

type KeyOf = (party: ConversationParty) => string | undefined;
type Link = (kind: AliasEdge["kind"], one: ConversationParty, other: ConversationParty) => void;

function linkChange(
  link: Link,
  { previousUserId, ...changed }: System | IdChange,
  previousWaId: string | undefined,
  contact: Contact,
): void {
  const phone = changed.waId;
  // A contact with the new phone has the new BSUID.
  const hasNewPhone = phone !== undefined && contact.waId === phone;
  const userId = changed.userId ?? (hasNewPhone ? contact.userId : undefined);
  link("phone", { phone }, { userId });
  link("left", { phone: previousWaId }, { userId });
  link("left", { phone: previousWaId }, { userId: previousUserId });
  link("became", { userId: previousUserId }, { userId });
  if (userId !== undefined) return;
  if (previousWaId !== undefined) link("moved", { phone: previousWaId }, { phone });
  else link("phone", { phone }, { userId: previousUserId });
}

/** Of history the moment it was told: it names people as they are known now. */
function toldAt({ type, time, data }: WaypostEvent): string {
  const told = type.startsWith("whatsapp.history.") ? data.receivedAt : time;
  const at = [told, data.receivedAt].map((text) => Date.parse(text));
  return new Date(at.find((each) => !Number.isNaN(each)) ?? 0).toISOString();
}

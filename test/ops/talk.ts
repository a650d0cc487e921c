import type { WaypostEvent } from "../../src/contracts.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import { makeEvent, makeStatus, phoneNumberId, wabaId } from "../store/make-events.ts";

type Data = WaypostEvent["data"];
type Message = Omit<NonNullable<Data["message"]>, "id"> & { readonly id?: string };

const mia = { waId: "4915123456789", name: "Mia Kern" } as const;
const account = { wabaId, phoneNumberId, displayPhoneNumber: "493012345678" };
export const miasConversation =
  conversationIdOf(phoneNumberId, { phone: mia.waId }) ?? "there is always one";

function ago(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}

interface Told {
  /** Minutes ago, by payload and receipt. */
  readonly ago: number;
  readonly contact?: Data["contact"];
  readonly id?: string;
  readonly post?: string;
  readonly more?: Partial<Data>;
}

/** A message of the contact. */
export function says(wamid: string, message: Message, told: Told): WaypostEvent {
  return event(`whatsapp.message.${message.type}`, wamid, message, told);
}

/** A message that one of our services has sent and told. */
export function answers(wamid: string, message: Message, told: Told): WaypostEvent {
  return event(`whatsapp.outgoing.${message.type}`, wamid, message, told);
}

export function event(
  type: string,
  wamid: string,
  message: Message,
  { ago: minutes, contact = mia, id, post, more }: Told,
): WaypostEvent {
  const at = ago(minutes);
  const made = makeEvent({
    type,
    contact,
    account,
    receivedAt: at,
    ...(id !== undefined && { id }),
    data: { message: { ...message, id: wamid } as NonNullable<Data["message"]>, ...more },
  });
  return { ...made, time: at, ...(post !== undefined && { postid: post }) };
}

export function reached(
  wamid: string,
  status: string,
  { ago: minutes, contact = mia, more }: Told,
) {
  const at = ago(minutes);
  const made = makeStatus(wamid, status, {
    contact,
    account,
    receivedAt: at,
    data: { status: { messageId: wamid, status, at, ...more?.status } as Data["status"] },
  } as Parameters<typeof makeStatus>[2]);
  return { ...made, time: at };
}

export const text = (body: string) => ({ type: "text", text: { body } });

import type { Contact, ConversationView, Delivery, WaypostEvent } from "../../contracts.ts";
import { textOf } from "../../event/message-in-words.ts";
import { phoneInWords } from "../../event/phone.ts";

export interface SearchHit {
  readonly kind: "contact" | "conversation" | "message" | "event" | "post" | "delivery" | "link";
  readonly id: string;
  /** For people. */
  readonly title: string;
  readonly detail?: string;
  readonly at?: string;
  readonly event?: string;
  readonly conversation?: string;
  readonly contact?: string;
}

const maxTitle = 120;

type Named = Partial<Record<"name" | "username" | "waId" | "userId", string | undefined>>;

/** The name, else the username, else the phone, else the id that is left. */
export function nameOf({ name, username, waId, userId }: Named, groupId?: string): string {
  if (groupId !== undefined) return `Group ${groupId}`;
  if (name !== undefined && name.trim() !== "") return short(name);
  if (username !== undefined) return `@${username}`;
  if (waId !== undefined) return shownPhone(waId);
  return userId ?? "Somebody";
}

function shownPhone(waId: string): string {
  return /^[0-9]{7,15}$/.test(waId) ? phoneInWords(waId) : waId;
}

export function contactHit(contact: Contact): SearchHit {
  const { id, name, username, userIds, phones, first } = contact;
  const [waId] = phones;
  const title = nameOf({ name, username, waId, userId: userIds[0] });
  const known = [...phones.map(shownPhone), ...(username ? [`@${username}`] : []), ...userIds];
  const detail = known.filter((each) => each !== title).join(", ");
  return {
    kind: "contact",
    id,
    title,
    ...(detail !== "" && { detail: short(detail) }),
    ...(first && { at: first.at }),
    contact: id,
  };
}

export function conversationHit(view: ConversationView): SearchHit {
  const { id, contact, groupId, last, lastAt } = view;
  const detail = last?.text ?? (contact.waId === undefined ? undefined : shownPhone(contact.waId));
  const title = nameOf(contact, groupId);
  return {
    kind: "conversation",
    id,
    title: `Conversation with ${title}`,
    ...(detail !== undefined && { detail: short(detail) }),
    at: lastAt,
    conversation: id,
  };
}

export function eventHit(event: WaypostEvent): SearchHit {
  const { id, type, data } = event;
  const { message, contact, groupId, conversationId } = data;
  const isMessage = message?.id !== undefined && data.status === undefined;
  const text = message === undefined ? "" : textOf(message);
  const who = contact === undefined && groupId === undefined ? "" : nameOf(contact ?? {}, groupId);
  const words = text === "" ? inWords(type) : text;
  return {
    kind: isMessage ? "message" : "event",
    id: isMessage ? (message.id ?? id) : id,
    title: short(words),
    ...(who !== "" && { detail: who }),
    at: new Date(data.receivedAt).toISOString(),
    event: id,
    ...(conversationId !== undefined && { conversation: conversationId }),
  };
}

const states: Readonly<Record<Delivery["state"], string>> = {
  scheduled: "Scheduled for",
  open: "Waiting for",
  sending: "On its way to",
  delivered: "Taken by",
  skipped: "Not wanted for",
  dead: "Gave up on",
};

export function deliveryHit(delivery: Delivery): SearchHit {
  const { id, state, destination, eventId, eventType, createdAt, doneAt } = delivery;
  return {
    kind: "delivery",
    id,
    title: `${states[state]} ${destination}`,
    detail: inWords(eventType),
    at: doneAt ?? createdAt,
    event: eventId,
  };
}

/** `whatsapp.message.text` → `Message: text`. */
function inWords(type: string): string {
  const [, what = type, ...more] = type.split(".");
  const name = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replaceAll("_", " ");
  return more.length === 0 ? name : `${name}: ${more.join(" ").replaceAll("_", " ")}`;
}

/** One line; no character is cut in two. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= maxTitle) return line;
  const kept = [...line.slice(0, maxTitle + 1)].slice(0, -1).join("");
  return `${kept.slice(0, maxTitle)}…`;
}

import type { Account, Person } from "./scenario/world.ts";

export type Json = Record<string, unknown>;

/** What a receiver must make of an item, for checks at the other end. */
export interface SimulatedItem {
  /** The type of the event that it becomes, e.g. `whatsapp.message.text`. */
  readonly eventType: string;
  /** The wamid (or call id) it is about, where it has one. */
  readonly messageId?: string;
  readonly phoneNumberId?: string;
  /** BSUID, else phone: who it is about. */
  readonly contact?: string;
}

/** One item with all that Meta would put around it, not yet packed into a POST. */
export interface Item {
  readonly wabaId: string;
  readonly field: string;
  /** `value` of a change that holds just this item. */
  readonly value: Json;
  /** `entry.time`, Unix seconds. */
  readonly time?: number;
  /** Items of one account that share this key fit into one `value`, their arrays joined. */
  readonly joins?: "messages" | "statuses";
  /** A whole body that goes out as it is, in a POST of its own, and what it holds; all else is for show then. */
  readonly alone?: { readonly json: string; readonly items: readonly SimulatedItem[] };
  readonly about: SimulatedItem;
  /** For a terminal, e.g. `Mia: Hi there!`. */
  readonly note: string;
}

/** Makes an item once its payload time (Unix seconds) is known. */
export type Step = (at: number) => Item;

export function metadataOf(account: Account): Json {
  return {
    display_phone_number: account.displayPhoneNumber,
    phone_number_id: account.phoneNumberId,
  };
}

/** An element of `value.contacts`. */
export function contactOf(person: Person, withUsername = true): Json {
  const username = withUsername && person.username !== undefined;
  return {
    profile: { name: person.name, ...(username && { username: person.username }) },
    ...(person.waId !== undefined && { wa_id: person.waId }),
    ...(person.userId !== undefined && { user_id: person.userId }),
  };
}

export function idOf(person: Person): string {
  return person.userId ?? person.waId ?? "";
}

/** `from` and `from_user_id`, whichever Meta may show. */
export function senderOf(person: Person): Json {
  return {
    ...(person.waId !== undefined && { from: person.waId }),
    ...(person.userId !== undefined && { from_user_id: person.userId }),
  };
}

/** A message from a person. `body` holds `type` and its object; `system` messages come without contacts. */
export function inbound(
  account: Account,
  person: Person,
  id: string,
  at: number,
  body: Json & { readonly type?: string },
): Item {
  const message = { ...senderOf(person), id, timestamp: String(at), ...body };
  const contacts = body.type === "system" ? {} : { contacts: [contactOf(person)] };
  return {
    wabaId: account.wabaId,
    field: "messages",
    joins: "messages",
    value: {
      messaging_product: "whatsapp",
      metadata: metadataOf(account),
      ...contacts,
      messages: [message],
    },
    about: {
      eventType: `whatsapp.message.${body.type ?? "unknown"}`,
      messageId: id,
      phoneNumberId: account.phoneNumberId,
      contact: idOf(person),
    },
    note: `${person.name}: ${summaryOf(body)}`,
  };
}

/** A status of a message that was sent to a person. */
export function statusOf(
  account: Account,
  person: Person,
  id: string,
  at: number,
  status: string,
  extra: Json = {},
): Item {
  const body = {
    id,
    status,
    timestamp: String(at),
    ...(person.waId !== undefined && { recipient_id: person.waId }),
    ...(person.userId !== undefined && { recipient_user_id: person.userId }),
    ...extra,
  };
  const seen = status === "delivered" || status === "read";
  const contacts = status === "failed" ? {} : { contacts: [contactOf(person, seen)] };
  const { type } = extra;
  const family = type === "payment" ? "payment" : "status";
  return {
    wabaId: account.wabaId,
    field: "messages",
    joins: "statuses",
    value: {
      messaging_product: "whatsapp",
      metadata: metadataOf(account),
      ...contacts,
      statuses: [body],
    },
    about: {
      eventType: `whatsapp.${family}.${status}`,
      messageId: id,
      phoneNumberId: account.phoneNumberId,
      contact: idOf(person),
    },
    note: `the message to ${person.name} is ${status}`,
  };
}

/** What the team typed on its own phone (a coexistence number): the other side of a conversation. */
export function echoOf(
  account: Account,
  person: Person,
  id: string,
  at: number,
  body: Json & { readonly type: string },
): Item {
  const echo = {
    from: account.displayPhoneNumber,
    ...(person.waId !== undefined && { to: person.waId }),
    ...(person.userId !== undefined && { to_user_id: person.userId }),
    id,
    timestamp: String(at),
    ...body,
  };
  return {
    wabaId: account.wabaId,
    field: "smb_message_echoes",
    value: {
      messaging_product: "whatsapp",
      metadata: metadataOf(account),
      contacts: [contactOf(person)],
      message_echoes: [echo],
    },
    about: {
      eventType: `whatsapp.echo.${body.type}`,
      messageId: id,
      phoneNumberId: account.phoneNumberId,
      contact: idOf(person),
    },
    note: `the team: ${summaryOf(body)}`,
  };
}

/** What a terminal shows of a message: its text, else its kind. */
function summaryOf(body: Json & { readonly type?: string }): string {
  const { text } = body;
  if (typeof text === "object" && text !== null && "body" in text) return String(text.body);
  return `[${body.type ?? "no type"}]`;
}

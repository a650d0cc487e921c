import type { Random } from "./random.ts";
import type { Account, Person } from "./scenario/world.ts";

export type Json = Record<string, unknown>;

/** What a payload can be made of. */
export interface Cast {
  readonly random: Random;
  readonly account: Account;
  readonly person: Person;
  /** The wamid of a message that was sent to the person earlier. */
  readonly answered: string;
  readonly at: number;
}

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

/** What begins the `value` of a phone number's field. */
export function headOf({ account }: { readonly account: Account }): Json {
  return {
    messaging_product: "whatsapp",
    metadata: {
      display_phone_number: account.displayPhoneNumber,
      phone_number_id: account.phoneNumberId,
    },
  };
}

/** Phone and BSUID, whichever Meta may show, under these keys. */
export function idsAs({ waId, userId }: Person, phone: string, user?: string): Json {
  return {
    ...(waId !== undefined && { [phone]: waId }),
    ...(userId !== undefined && user !== undefined && { [user]: userId }),
  };
}

/** An element of `value.contacts`. */
function contactOf(person: Person, withUsername = true): Json {
  const username = withUsername && person.username !== undefined;
  return {
    profile: { name: person.name, ...(username && { username: person.username }) },
    ...idsAs(person, "wa_id", "user_id"),
  };
}

export function idOf(person: Person): string {
  return person.userId ?? person.waId ?? "";
}

/** An item between an account and a person. `value` holds what is the item's own. */
function itemOf(
  account: Account,
  person: Person,
  {
    value,
    eventType,
    messageId,
    ...item
  }: Pick<Item, "field" | "joins" | "value" | "note"> &
    Required<Pick<SimulatedItem, "eventType" | "messageId">>,
): Item {
  const { wabaId, phoneNumberId } = account;
  return {
    wabaId,
    ...item,
    value: { ...headOf({ account }), ...value },
    about: { eventType, messageId, phoneNumberId, contact: idOf(person) },
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
  const ids = idsAs(person, "from", "from_user_id");
  const message = { ...ids, id, timestamp: String(at), ...body };
  const contacts = body.type === "system" ? {} : { contacts: [contactOf(person)] };
  return itemOf(account, person, {
    field: "messages",
    joins: "messages",
    value: { ...contacts, messages: [message] },
    eventType: `whatsapp.message.${body.type ?? "unknown"}`,
    messageId: id,
    note: `${person.name}: ${summaryOf(body)}`,
  });
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
  const ids = idsAs(person, "recipient_id", "recipient_user_id");
  const body = { id, status, timestamp: String(at), ...ids, ...extra };
  const seen = status === "delivered" || status === "read";
  const contacts = status === "failed" ? {} : { contacts: [contactOf(person, seen)] };
  const family = extra["type"] === "payment" ? "payment" : "status";
  return itemOf(account, person, {
    field: "messages",
    joins: "statuses",
    value: { ...contacts, statuses: [body] },
    eventType: `whatsapp.${family}.${status}`,
    messageId: id,
    note: `the message to ${person.name} is ${status}`,
  });
}

/** What the team typed on its own phone (a coexistence number): the other side of a conversation. */
export function echoOf(
  account: Account,
  person: Person,
  id: string,
  at: number,
  body: Json & { readonly type: string },
): Item {
  const ids = { from: account.displayPhoneNumber, ...idsAs(person, "to", "to_user_id"), id };
  const echo = { ...ids, timestamp: String(at), ...body };
  return itemOf(account, person, {
    field: "smb_message_echoes",
    value: { contacts: [contactOf(person)], message_echoes: [echo] },
    eventType: `whatsapp.echo.${body.type}`,
    messageId: id,
    note: `the team: ${summaryOf(body)}`,
  });
}

/** What a terminal shows of a message: its text, else its kind. */
function summaryOf(body: Json & { readonly type?: string }): string {
  const { text } = body;
  if (typeof text === "object" && text !== null && "body" in text) return String(text.body);
  return `[${body.type ?? "no type"}]`;
}

import type { Contact, Message } from "../../event/generated.ts";
import { content, errorsIn } from "./content.ts";
import { type Found, NO_ID, type Understand } from "./found.ts";
import { digitsOf, groupIdIn, personOf } from "./person.ts";
import {
  id,
  idOf,
  isRecord,
  type Json,
  own,
  type Parser,
  segment,
  shape,
  str,
  textOf,
  time,
  within,
} from "./pick.ts";

const typeOf = (item: Json): string => textOf(own(item, "type")) ?? "unknown";
const sentAt = time("timestamp");

const edited: Parser<Message> = (message) => ({ type: typeOf(message), ...content(message) });

const edit = within(
  "edit",
  shape<NonNullable<Message["edit"]>>({
    originalMessageId: id("original_message_id"),
    message: within("message", edited),
  }),
);

const conversationContext = within(
  "conversation_context",
  shape({
    type: str("type"),
    summary: (context) => within("summary", str("text"))(context) ?? str("summary")(context),
  }),
);

/** The typed message. `body` is where its content stands, `item` itself unless Meta wraps it. */
export function messageOf(
  item: Json,
  messageId: string,
  direction: "in" | "out" | undefined,
  beside: Json | undefined,
  body: Json = item,
): Message {
  const message: Message = { id: messageId, type: typeOf(body) };
  const at = sentAt(item);
  const changed = edit(body);
  if (direction !== undefined) message.direction = direction;
  if (at !== undefined) message.sentAt = at;
  Object.assign(message, content(body));
  if (changed !== undefined) message.edit = changed;
  // Nothing else tells a voicemail from a sound file: its id is that of the call.
  if (message.type === "audio" && messageId.startsWith("wacid.")) message.voicemail = true;
  if (message.system !== undefined) completeSystem(message.system, item);
  if (beside !== undefined) addBeside(message, beside);
  return message;
}

/** On a change of number, `from` is the old one. Where nothing new is named, nothing is old. */
function completeSystem(system: NonNullable<Message["system"]>, item: Json): void {
  const from = digitsOf(own(item, "from"));
  const changedNumber = /number/.test(system.type ?? "");
  const previousWaId = system.previousWaId ?? (changedNumber ? from : undefined);
  const changed = system.waId !== undefined || system.userId !== undefined;
  delete system.previousWaId;
  if (changed && previousWaId !== undefined && previousWaId !== system.waId) {
    system.previousWaId = previousWaId;
  }
}

/** Adds what the value holds beside its only message. */
function addBeside(message: Message, beside: Json): void {
  const errors = errorsIn(beside);
  const context = conversationContext(beside);
  if (errors !== undefined) message.errors = [...(message.errors ?? []), ...errors];
  if (context !== undefined) message.conversationContext = context;
}

export function sender(item: Json): Contact {
  return personOf({
    userId: own(item, "from_user_id"),
    parentUserId: own(item, "from_parent_user_id"),
    phone: own(item, "from"),
  });
}

export function recipient(item: Json, to: unknown = own(item, "to")): Contact {
  return personOf({
    userId: own(item, "to_user_id"),
    parentUserId: own(item, "to_parent_user_id"),
    phone: to,
  });
}

/** `messages[]`: what the contact sent. */
export const receivedMessage: Understand = (item, where) => {
  const messageId = idOf(own(item, "id"));
  if (messageId === undefined) return NO_ID;
  const message = messageOf(item, messageId, "in", where.beside);
  return {
    type: `whatsapp.message.${segment(own(item, "type"))}`,
    key: ["m", where.phoneNumberId ?? null, messageId],
    at: message.sentAt,
    person: senderOf(item, message),
    groupId: groupIdIn(item),
    data: { message },
  };
};

/** A system message may name its person only as the one who changed. */
function senderOf(item: Json, { system }: Message): Contact {
  const person = sender(item);
  if (system === undefined || person.userId !== undefined || person.waId !== undefined) {
    return person;
  }
  const { userId, parentUserId, waId } = system;
  return personOf({ userId, parentUserId, phone: waId });
}

/** `message_echoes[]`: what the business sent from its app, or another agent of it. */
export const echoedMessage: Understand = (item, where) => {
  const messageId = idOf(own(item, "id"));
  if (messageId === undefined) return NO_ID;
  // A standby echo wraps the body of the send call.
  const wrapped = own(item, "message");
  const body = isRecord(wrapped) ? wrapped : item;
  const message = messageOf(item, messageId, "out", where.beside, body);
  const template = body === item ? undefined : content(item).template;
  if (template !== undefined) message.template = { ...template, ...message.template };
  return {
    type: `whatsapp.echo.${segment(own(body, "type"))}`,
    key: ["e", where.phoneNumberId ?? null, messageId],
    at: message.sentAt,
    ...addressee(item, body),
    data: { message },
  };
};

function addressee(item: Json, body: Json): Pick<Found, "person" | "groupId"> {
  const to = own(body, "to") ?? own(body, "recipient") ?? own(item, "to");
  const groupId =
    groupIdIn(item) ?? (own(body, "recipient_type") === "group" ? idOf(to) : undefined);
  return groupId === undefined ? { person: recipient(item, to) } : { groupId };
}

/** `errors[]` of a value that has no message or status to blame. */
export const valueError: Understand = (item) => ({
  type: "whatsapp.error",
  data: { errors: errorsIn({ errors: [item] }) ?? [] },
});

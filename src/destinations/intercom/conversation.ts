import type { DeskContact } from "../desk/contact-book.ts";
import { type ApiAnswer, pathOf } from "../http/api.ts";
import { sameWords, textOfHtml } from "../same-words.ts";
import { ticketStep } from "../ticket-rule.ts";
import { type Call, idIn, secondsOf } from "./call.ts";
import type { Words } from "./words.ts";

/** As much of a conversation as is needed here. */
export interface ConversationRecord {
  readonly id: string;
  readonly created_at?: number;
  readonly state?: string;
  readonly open?: boolean;
  readonly updated_at?: number;
  readonly statistics?: { readonly last_close_at?: number | null } | null;
  readonly source?: { readonly id?: string; readonly body?: string | null } | null;
  readonly conversation_parts?: { readonly conversation_parts?: readonly Part[] } | null;
}

export interface Part {
  readonly id: string;
  readonly part_type?: string;
  readonly body?: string | null;
  readonly created_at?: number;
  readonly author?: { readonly type?: string; readonly id?: string } | null;
}

/** What was written, and what the conversation's link is to be. */
export interface Written {
  readonly conversation: string;
  readonly part: string;
  readonly created: boolean;
}

export type Voice = "contact" | "comment" | "note";

/** The conversation to go on in; undefined: a new one is to begin. */
export async function currentConversation(
  { session, options, event, context }: Call,
  contact: DeskContact,
): Promise<string | undefined> {
  const { conversation: id, contact: of, at = "", heard = "" } = context.link ?? {};
  if (id === undefined || of !== contact.id) return undefined;
  const now = Date.parse(event.time);
  const lastAt = Date.parse(at) || now;
  const { reopenMs } = options.rule;
  // The contact's message opened it: whatever became of it since is no longer ago.
  if (now - Date.parse(heard) < reopenMs) return id;
  if (ticketStep({ lastAt }, now, options.rule) === "new") return undefined;
  const record = await readConversation({ session }, id);
  const step = record && ticketStep({ lastAt, closedAt: closedAt(record) }, now, options.rule);
  return step === undefined || step === "new" ? undefined : id;
}

function closedAt(record: ConversationRecord): number | undefined {
  const { state, open, statistics, updated_at = 0 } = record;
  if (state !== "closed" && open !== false) return undefined;
  return (statistics?.last_close_at ?? updated_at) * 1_000;
}

/** undefined: it is gone. */
export async function readConversation(
  { session }: Pick<Call, "session">,
  id: string,
): Promise<ConversationRecord | undefined> {
  const path = pathOf`/conversations/${id}`;
  const answer = await session.look({ path, accept: [404], holds: "id" });
  return answer.status === 404 ? undefined : (answer.json as ConversationRecord);
}

/** By the contact's message alone: Intercom lets nobody else begin one without sending something. `gone`: the contact is. */
export async function beginConversation(
  { session, event }: Call,
  contact: DeskContact,
  { body, attachments }: Words,
): Promise<Written | "gone" | undefined> {
  const answer = await session.write("begin a conversation", {
    method: "POST",
    path: "/conversations",
    json: {
      from: { type: contact.link["role"] === "lead" ? "lead" : "user", id: contact.id },
      ...{ body, created_at: secondsOf(event) },
      ...(attachments.length > 0 && { attachment_urls: attachments }),
    },
    // Who was just seen is there: then it is the address that is wrong.
    accept: contact.seen ? [] : [404],
  });
  if (answer === undefined) return undefined;
  if (answer.status === 404) return "gone";
  return { conversation: idIn(answer, "conversation_id"), part: idIn(answer, "id"), created: true };
}

/** `gone`: the conversation is. A reply of the contact opens it again. */
export async function replyIn(
  { session, event, account }: Call,
  id: string,
  {
    contact,
    words,
    voice,
  }: { readonly contact: DeskContact; readonly words: Words; readonly voice: Voice },
): Promise<Written | "gone" | undefined> {
  const { body, attachments } = words;
  const author =
    voice === "contact"
      ? { message_type: "comment", type: "user", intercom_user_id: contact.id }
      : { message_type: voice, type: "admin", admin_id: account.admin };
  const answer = await session.write(voice === "contact" ? "reply" : `write a ${voice}`, {
    method: "POST",
    path: pathOf`/conversations/${id}/reply`,
    json: {
      ...author,
      ...{ body, created_at: secondsOf(event) },
      ...(attachments.length > 0 && { attachment_urls: attachments }),
    },
    accept: [404],
  });
  if (answer === undefined) return undefined;
  if (answer.status === 404) return "gone";
  idIn(answer, "id");
  return { conversation: id, part: writtenPart(answer, words) ?? "", created: false };
}

/** Intercom answers with the conversation: ours is the last that says it. */
function writtenPart({ json }: ApiAnswer, { plain }: Words): string | undefined {
  const parts = partsOf(json as ConversationRecord);
  const ours = parts.findLast(({ body }) => sameWords(plain, textOfHtml(body ?? "")));
  return (ours ?? parts.at(-1))?.id;
}

export function partsOf({ conversation_parts }: ConversationRecord): readonly Part[] {
  return conversation_parts?.conversation_parts ?? [];
}

/** On the contact, where no conversation is: nobody but teammates sees it. */
export async function noteOnContact(
  { session, account }: Call,
  contact: DeskContact,
  { body }: Words,
): Promise<{ readonly note: string } | "gone" | undefined> {
  const answer = await session.write("write a note on the contact", {
    method: "POST",
    path: pathOf`/contacts/${contact.id}/notes`,
    json: { body, admin_id: account.admin },
    accept: contact.seen ? [] : [404],
  });
  if (answer === undefined) return undefined;
  if (answer.status === 404) return "gone";
  return { note: idIn(answer, "id") };
}

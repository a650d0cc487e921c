import { type Delivered, DeliveryError } from "../../contracts.ts";
import type { DeskContact } from "../desk/contact-book.ts";
import type { Saying } from "../desk/saying.ts";
import { pathOf } from "../http/api.ts";
import { earliestOf } from "../later-time.ts";
import { sameWords, textOfHtml } from "../same-words.ts";
import { type Call, secondsOf } from "./call.ts";
import {
  type ConversationRecord,
  type Part,
  partsOf,
  readConversation,
  type Voice,
} from "./conversation.ts";
import { contacts } from "./find-contact.ts";
import { lagLeftMs } from "./link.ts";
import { type Words, wordsOf } from "./words.ts";
import { delivered, deliveredNote, voiceOf } from "./write.ts";

/** What an earlier attempt has written; undefined: nothing. Intercom keeps no key of ours: it is known by author, words and place. */
export async function findWritten(call: Call, saying: Saying): Promise<Delivered | undefined> {
  const { link, idempotencyKey } = call.context;
  if (link?.["for"] === idempotencyKey) return { answer: "found: it is remembered", link };
  const contact = await contacts.find(call);
  if (contact === undefined) return undefined;
  const words = await wordsOf(saying.said, saying.own);
  const voice = voiceOf(call, contact, saying.said);
  const part = await findPart(call, contact, { words, voice });
  if (part) return delivered(call, contact, part);
  if (voice !== "contact") return findNote(call, contact, words);
  const begun = await findBegun(call, contact, words);
  if (begun) return delivered(call, contact, begun);
  const afterMs = lagLeftMs(call);
  if (afterMs === 0) return undefined;
  const reason = "Intercom's search may not show yet what was begun";
  throw new DeliveryError("outage", reason, { afterMs, laneOnly: true });
}

async function findPart(
  call: Call,
  contact: DeskContact,
  { words, voice }: { readonly words: Words; readonly voice: Voice },
) {
  const { conversation, part: last } = call.context.link ?? {};
  const record = conversation && (await readConversation(call, conversation));
  if (!record) return undefined;
  const parts = partsOf(record);
  const known = parts.findIndex(({ id }) => id === last);
  // All of ours behind the last that is remembered is this delivery's; without one, the second of its time must fit too.
  const isFirst = record.source?.id !== undefined && record.source.id === last;
  const isKnown = known >= 0 || isFirst;
  const author = voice === "contact" ? contact.id : call.account.admin;
  const found = parts
    .slice(known + 1)
    .find(
      (part) =>
        part.author?.id === author &&
        (isKnown || part.created_at === secondsOf(call.event)) &&
        says(part, words),
    );
  return found && { conversation: record.id, part: found.id, created: false };
}

function says({ body }: Pick<Part, "body">, { plain }: Words): boolean {
  return sameWords(plain, textOfHtml(body ?? ""));
}

async function findBegun({ session, event }: Call, contact: DeskContact, words: Words) {
  const at = secondsOf(event);
  const filters = [
    { field: "contact_ids", operator: "=", value: contact.id },
    { field: "created_at", operator: ">", value: at - 2 },
    { field: "created_at", operator: "<", value: at + 2 },
  ];
  const answer = await session.look({
    method: "POST",
    path: "/conversations/search",
    json: { query: { operator: "AND", value: filters }, pagination: { per_page: 20 } },
    holds: "conversations",
  });
  const { conversations } = answer.json as { conversations: readonly ConversationRecord[] };
  const found = conversations.find(({ source }) => says({ body: source?.body ?? "" }, words));
  return found && { conversation: found.id, part: found.source?.id ?? "", created: true };
}

async function findNote(
  call: Call,
  contact: DeskContact,
  words: Words,
): Promise<Delivered | undefined> {
  const path = pathOf`/contacts/${contact.id}/notes`;
  const answer = await call.session.look({ path, accept: [404], holds: "data" });
  const { data = [] } = answer.json as { data?: readonly (Part & { id: string })[] };
  const since = Math.floor(earliestOf(call.event) / 1_000);
  const last = Number(call.context.link?.["note"] ?? 0);
  const found = data.find(
    (note) => Number(note.id) > last && (note.created_at ?? 0) >= since && says(note, words),
  );
  return found && deliveredNote(call, contact, String(found.id));
}

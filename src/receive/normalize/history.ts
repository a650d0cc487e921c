import type { Contact, History } from "../../event/generated.ts";
import { errorsIn } from "./content.ts";
import { NO_ID, type Understand, type Whereabouts } from "./found.ts";
import { messageOf, recipient, sender } from "./message.ts";
import { digitsOf, groupIdIn, personIn, personOf } from "./person.ts";
import { idOf, int, isRecord, type Json, own, segment, shape, str, within } from "./pick.ts";

const progress = shape<Pick<History, "phase" | "chunkOrder" | "progress">>({
  phase: int("phase"),
  chunkOrder: int("chunk_order"),
  progress: int("progress"),
});

/** What of a history chunk and thread a message in it needs. */
export interface HistoryPlace {
  readonly metadata?: Json;
  readonly thread?: Json;
}

/** A message of a history chunk, or the media that follow it later. */
export function historyMessage(place: HistoryPlace = {}): Understand {
  return (item, where) => {
    const messageId = idOf(own(item, "id"));
    if (messageId === undefined) return NO_ID;
    const out = isOutgoing(item, where, place);
    const message = messageOf(item, messageId, direction(out), where.beside);
    return {
      type: `whatsapp.history.${segment(own(item, "type"))}`,
      key: ["h", where.phoneNumberId ?? null, messageId, message.type],
      at: message.sentAt,
      person: historyPerson(item, out, place),
      groupId: groupIdIn(item),
      data: { message, ...historyOf(item, place) },
    };
  };
}

const status = within("history_context", str("status"));
const threadId = str("id");

function historyOf(
  item: Json,
  { metadata = {}, thread = {} }: HistoryPlace,
): { history?: History } {
  const history: History = { ...progress(metadata) };
  const id = threadId(thread);
  const last = status(item);
  if (id !== undefined) history.threadId = id;
  if (last !== undefined) history.status = last;
  return Object.keys(history).length === 0 ? {} : { history };
}

function direction(out: boolean | undefined): "in" | "out" | undefined {
  if (out === undefined) return undefined;
  return out ? "out" : "in";
}

function isOutgoing(item: Json, where: Whereabouts, place: HistoryPlace): boolean | undefined {
  const business = digitsOf(where.displayPhoneNumber);
  if (own(item, "to_user_id") !== undefined) return true;
  if (own(item, "to") !== undefined) {
    return business === undefined || digitsOf(own(item, "to")) !== business;
  }
  if (own(item, "from_user_id") !== undefined) return false;
  const from = digitsOf(own(item, "from"));
  if (from === undefined) return undefined;
  if (from === business) return true;
  const thread = threadPerson(place);
  return thread.waId === undefined || thread.waId === from ? false : undefined;
}

/** The other side: whoever is not the business; the thread knows it where the message does not say. */
function historyPerson(item: Json, out: boolean | undefined, place: HistoryPlace): Contact {
  const thread = threadPerson(place);
  if (out === undefined) return thread;
  return { ...thread, ...(out ? recipient(item) : sender(item)) };
}

function threadPerson({ thread }: HistoryPlace): Contact {
  if (thread === undefined) return {};
  const context = own(thread, "context");
  return { ...personOf({ phone: own(thread, "id") }), ...(isRecord(context) && personIn(context)) };
}

/** What a chunk without threads says: how far the sync is. undefined: nothing that is known. */
export function historyProgress(metadata: Json): Understand | undefined {
  const history = progress(metadata);
  return history && (() => ({ type: "whatsapp.history.progress", data: { history } }));
}

/** `history[]` with `errors[]`: the business declined, or the sync failed. */
export const historyError: Understand = (item) => {
  const metadata = own(item, "metadata");
  const chunk = isRecord(metadata) ? progress(metadata) : undefined;
  return {
    type: "whatsapp.history.error",
    data: { errors: errorsIn(item) ?? [], ...(chunk && { history: chunk }) },
  };
};

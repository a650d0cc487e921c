import type { ChatMedia, ChatMessage, ChatSide, WaypostEvent } from "../../contracts.ts";
import { directionOf, isSaid } from "../../event/direction.ts";
import { mediaOf } from "../../event/media-of.ts";
import { textOf } from "../../event/message-in-words.ts";
import { messageTexts } from "../../event/message-texts.ts";
import { payloadTime } from "../log/projection.ts";
import type { MessageRow } from "../log/views.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;

export function quotedBy({ data }: WaypostEvent): string | undefined {
  return data.message?.context?.id;
}

interface Parts {
  readonly wamid: string;
  /** Where it stands. */
  readonly event: WaypostEvent;
  readonly row: MessageRow | undefined;
  /** All that is said about it, oldest first, and about others. */
  readonly about: readonly WaypostEvent[];
  /** What is known of the messages that are quoted. */
  readonly quotes: readonly WaypostEvent[];
}

/** Pure. */
export function chatMessage({ wamid, event, row, about, quotes }: Parts): ChatMessage {
  const own = about.filter((each) => isSaid(each) && each.data.message?.id === wamid);
  const best = bestOf(own) ?? event;
  const { message } = best.data;
  const direction = directionOf(best) ?? row?.direction ?? "out";
  const changed = changesOf(wamid, about);
  return {
    id: wamid,
    direction,
    at: payloadTime(best),
    ...whoWrote(best, row, direction),
    type: message?.type ?? "unknown",
    ...wordsOf(message, row, changed.text),
    ...quoteOf(message, quotes),
    ...mediaIn(best),
    ...(direction === "out" && statusOf(row)),
    ...changed.shown,
    events: [...(own.length === 0 ? [event] : own), ...changed.events].map(({ id }) => id),
  };
}

function whoWrote(
  event: WaypostEvent,
  row: MessageRow | undefined,
  direction: "in" | "out",
): Pick<ChatMessage, "by" | "name"> {
  if (direction === "out") return { by: writerOf(event, row) };
  const name = event.data.contact?.name;
  return { by: "contact", ...(name !== undefined && { name }) };
}

function wordsOf(
  message: Message | undefined,
  row: MessageRow | undefined,
  edited: string | undefined,
): Pick<ChatMessage, "text" | "template"> {
  const text = edited ?? (message === undefined ? "" : textIn(message));
  const template = message?.template?.name ?? row?.template?.value;
  return { ...(text !== "" && { text }), ...(template !== undefined && { template }) };
}

/** A later copy may say what an earlier one stood in for. */
function bestOf(own: readonly WaypostEvent[]): WaypostEvent | undefined {
  return own.find(({ data }) => data.message?.type !== "media_placeholder") ?? own[0];
}

function writerOf(event: WaypostEvent, row: MessageRow | undefined): ChatSide {
  const { type, data } = event;
  const sentBy = data.sentBy ?? row?.sentBy?.value;
  if (sentBy === "human" || sentBy === "bot") return sentBy;
  if (/^whatsapp\.(echo|history)\./.test(type)) return "phone";
  return type.startsWith("whatsapp.outgoing.") || sentBy !== undefined ? "api" : "unknown";
}

/** What a text says; of all else what it is, in words: `[Location] Name: Uferweg 3`. A picture's caption is a text, a template's name is none. */
function textIn(message: Message): string {
  const texts = messageTexts(message);
  if (texts.length > 0) return texts.join("\n");
  if (message.template !== undefined) return "";
  return mediaOf({ data: { message } as WaypostEvent["data"] }).length > 0 ? "" : textOf(message);
}

function quoteOf(
  message: Message | undefined,
  quotes: readonly WaypostEvent[],
): Pick<ChatMessage, "quotes"> {
  const id = message?.context?.id;
  if (id === undefined) return {};
  const quoted = quotes.filter((each) => isSaid(each) && each.data.message?.id === id);
  const best = bestOf(quoted)?.data.message;
  const text = best === undefined ? "" : textIn(best);
  return { quotes: { id, ...(text !== "" && { text }) } };
}

function mediaIn(event: WaypostEvent): { media?: ChatMedia } {
  const [file] = mediaOf(event);
  if (file === undefined) return {};
  const { id, mimeType, name } = file;
  return { media: { id, ...(mimeType !== undefined && { mimeType }), fileName: name } };
}

function statusOf(row: MessageRow | undefined): Partial<ChatMessage> {
  if (row?.status === undefined) return {};
  const { name } = row.status;
  const at = row.statusAt?.[name];
  const errors = row.errors ?? [];
  return {
    status: name,
    ...(at !== undefined && { statusAt: at }),
    ...(errors.length > 0 && { errors }),
  };
}

/** What others events have made of it. */
function changesOf(wamid: string, about: readonly WaypostEvent[]) {
  const sorted = about.filter((event) => !isSaid(event)).toSorted(byPayloadTime);
  const of = (pick: (message: Message) => string | undefined) =>
    sorted.filter(({ data }) => data.message !== undefined && pick(data.message) === wamid);
  const edits = of(({ edit }) => edit?.originalMessageId);
  const revokes = of(({ revoke }) => revoke?.originalMessageId);
  const reacting = of(({ reaction }) => reaction?.messageId);
  const reactions = reactionsIn(reacting);
  const [edit, revoke] = [edits.at(-1), revokes.at(-1)];
  const edited = edit?.data.message?.edit?.message;
  return {
    text: edited === undefined ? undefined : textIn(edited as Message),
    shown: {
      ...(reactions.length > 0 && { reactions }),
      ...(edit && { edited: payloadTime(edit) }),
      ...(revoke && { deleted: payloadTime(revoke) }),
    },
    events: [...reacting, ...edits, ...revokes].sort(byPayloadTime),
  };
}

/** Of each person the last; one that was taken back is none. */
function reactionsIn(events: readonly WaypostEvent[]): { emoji: string; by: ChatSide }[] {
  const last = new Map<string, WaypostEvent>();
  for (const event of events) {
    const { userId, waId } = event.data.contact ?? {};
    last.set(directionOf(event) === "in" ? `in ${userId ?? waId}` : "out", event);
  }
  return [...last.values()].flatMap((event) => {
    const { emoji, removed } = event.data.message?.reaction ?? {};
    if (emoji === undefined || emoji === "" || removed) return [];
    return [{ emoji, by: directionOf(event) === "in" ? "contact" : writerOf(event, undefined) }];
  });
}

function byPayloadTime(a: WaypostEvent, b: WaypostEvent): number {
  const [one, other] = [payloadTime(a), payloadTime(b)];
  return one < other ? -1 : one > other ? 1 : a.id < b.id ? -1 : 1;
}

import type { WaypostEvent } from "./event.ts";
import { messageTexts } from "./message-texts.ts";
import { renderMessage } from "./render-message.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;

/** One line of a conversation, as templates see it. */
export interface TranscriptEntry {
  /** ISO 8601. */
  readonly at?: string;
  readonly from?: "contact" | "business";
  /** Of whoever wrote it. */
  readonly name?: string;
  readonly message: Message;
}

/**
 * The templates' filter `text`: a message, an event or a transcript in words, each entry of a list on lines of its
 * own, oldest first as it came. A text is itself; what is none of these is "".
 */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join("\n");
  if (typeof value !== "object" || value === null) return "";
  const { message, data, type } = value as Record<string, unknown>;
  if (typeof data === "object" && data !== null)
    return textOf((data as { message?: unknown }).message);
  if (typeof message === "object" && message !== null)
    return entryInWords(value as TranscriptEntry);
  return typeof type === "string" ? messageInWords(value as Message) : "";
}

/**
 * What a message says, in English: its texts alone when it is a text, else with its kind before them, e.g.
 * `[Photo] our table`, `[Location] Name: Uferweg 3`.
 */
function messageInWords(message: Message): string {
  const texts = messageTexts(message, { all: true });
  const told = toldByFacts(message);
  // Most messages are texts, of which nothing else is told: pages of conversations are made of them.
  const { facts: all } = Object.keys(told).length > 1 ? renderMessage(told) : { facts: [] };
  const facts = all.map(({ label, value }) => `${label}: ${value}`);
  const kind = message.text === undefined ? [`[${renderMessage(message).title}]`] : [];
  const [first = message.template?.name, ...others] = texts;
  return [[...kind, first].filter(Boolean).join(" "), ...others, ...facts]
    .filter(Boolean)
    .join("\n");
}

/** What has no text of its own to say it. Ids, links and what stands around a message are for machines. */
function toldByFacts(message: Message): Message {
  const { type, location, contacts, order, document, interactive, errors } = message;
  const { nfmReply } = interactive ?? {};
  return {
    type,
    ...(location && { location }),
    ...(contacts && { contacts }),
    ...(order && { order }),
    ...(document?.filename && { document: { filename: document.filename } }),
    ...(nfmReply && { interactive: { nfmReply } }),
    ...(errors && { errors }),
  };
}

function entryInWords({ at, from, name, message }: TranscriptEntry): string {
  const words = messageInWords(message);
  const time = typeof at === "string" ? at.slice(0, 16).replace("T", " ") : "";
  const who = name ?? (from === "business" ? "Business" : from === "contact" ? "Contact" : "");
  const head = [time, who].filter(Boolean).join(" ");
  return head === "" ? words : `${head}: ${words}`;
}

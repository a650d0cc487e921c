import type { EventFile, WaypostEvent } from "../contracts.ts";
import { directionOf } from "../event/direction.ts";
import { arrivedFile } from "../event/file-arrived.ts";
import { textOf } from "../event/message-in-words.ts";
import { capital, errorFacts, type Fact, factsIn, inWords } from "../event/render-facts.ts";
import { renderMessage } from "../event/render-message.ts";
import { escapeHtml } from "../support/html.ts";
import { cleanLine, cleanText } from "./clean-text.ts";
import { whoSaid } from "./who-said.ts";

export { cleanText } from "./clean-text.ts";

/** What an event says in a conversation, for CRMs and helpdesks. Cleaned (`cleanText`), not escaped. */
export interface Said {
  /** `out` also where nobody wrote it: of `failed` and `note`. */
  readonly direction: "in" | "out";
  /** One line, 200 characters at most: `Mia`, `Agent (phone)`, `Bot`, `Campaign`, `Sent by API`. */
  readonly who: string;
  /** 60,000 characters at most; may be "" of a message that says nothing. */
  readonly text: string;
  /** The message that it answers, reacts to, edits, deletes, or that failed: its first 300 characters. */
  readonly quote?: string;
  /** When it happened. ISO 8601. */
  readonly at: string;
  /** A message of ours did not arrive. */
  readonly failed?: true;
  /** Nobody wrote it: a line about the conversation, as of a hand-off. */
  readonly note?: true;
  readonly files: readonly EventFile[];
  /** What the vendor's record lacks of it, in words. */
  readonly lacks?: readonly string[];
}

const most = { text: 60_000, quote: 300, value: 200, values: 10 };

/**
 * `concerned` as of `context.concerned()`, `files` as of `context.files()`; without files none are spoken of. undefined: it says
 * nothing in a conversation (a status but a failed one, a record that a destination made, that a person was erased, what is not known).
 */
export function said(
  event: WaypostEvent,
  concerned?: WaypostEvent,
  files: readonly EventFile[] = [],
): Said | undefined {
  if (arrivedFile(event)) return lateFile(event, concerned, files);
  const words = wordsOf(event);
  if (words === undefined) return undefined;
  const quote = quoteOf(event, concerned);
  const { failed, note } = words;
  return {
    direction: (note || failed ? undefined : directionOf(event)) ?? "out",
    who: whoSaid(event),
    text: cleanText(words.text, most.text),
    ...(quote !== undefined && { quote }),
    at: event.time,
    ...(failed && { failed }),
    ...(note && { note }),
    files,
  };
}

/** What destinations made; and that a person was erased, whom nobody is to make again by saying so. */
export const isOfWaypost = /^business\.(record\.|contact\.erased$)/;

/** A line of whoever sent the message: it comes from them, and later. */
function lateFile(
  event: WaypostEvent,
  concerned: WaypostEvent | undefined,
  files: readonly EventFile[],
): Said {
  const quote = concerned && cleanText(textOf(concerned).trim(), most.quote);
  return {
    direction: (concerned && directionOf(concerned)) ?? "in",
    who: whoSaid(concerned ?? event),
    text: "[a file that came later than its message]",
    ...(quote && { quote }),
    at: event.time,
    files,
  };
}

type Words = Pick<Said, "text" | "failed" | "note">;

function wordsOf({ type, data }: WaypostEvent): Words | undefined {
  const { message, status, business } = data;
  if (message) return { text: [messageWords(message), ...aroundWords(message)].join("\n") };
  if (status) return status.status === "failed" ? failedWords(status) : undefined;
  if (!type.startsWith("business.") || isOfWaypost.test(type)) return undefined;
  return { text: businessWords(type, business), note: true };
}

type Message = NonNullable<WaypostEvent["data"]["message"]>;

function messageWords(message: Message): string {
  const { reaction, edit, revoke } = message;
  if (reaction) {
    const taken = reaction.removed || reaction.emoji === undefined;
    return taken ? "Took back the reaction" : `Reacted ${reaction.emoji}`;
  }
  if (edit) return `Edited to: ${textOf(edit.message ?? "")}`.trim();
  if (revoke) return "Deleted this message";
  return textOf(message);
}

/** What came with it and helps a reader: an ad, a product, that it was forwarded. */
function aroundWords({ context, referral, conversationContext, identity }: Message): string[] {
  const { id: _, from: __, ...forwarding } = context ?? {};
  const around = {
    type: "around",
    context: forwarding,
    ...(referral && { referral }),
    ...(conversationContext && { conversationContext }),
    ...(identity && { identity }),
  };
  return renderMessage(around).facts.map((fact) => `[${factWords(fact)}]`);
}

function failedWords({ errors }: NonNullable<WaypostEvent["data"]["status"]>): Words {
  const reasons = errorFacts(errors).map(factWords);
  const why = reasons.join("\n") || "WhatsApp gives no reason";
  return { text: `Not delivered. ${why}`, failed: true };
}

/** The type in words and what scalars the data holds: `Lead captured (City: Berlin, Budget: 500)`. */
function businessWords(type: string, business: unknown): string {
  const words = type.split(".").slice(1).map(inWords).join(" ");
  const isObject = typeof business === "object" && business !== null;
  const scalars = Object.entries(isObject ? business : {})
    .filter(([, value]) => typeof value !== "object")
    .slice(0, most.values);
  const facts = factsIn(Object.fromEntries(scalars)).map(factWords);
  const title = capital(words).replace(/^Csat\b/, "CSAT");
  return facts.length === 0 ? title : `${title} (${facts.join(", ")})`;
}

function factWords({ label, value }: Fact): string {
  return `${cleanLine(label, most.value)}: ${cleanLine(value, most.value)}`;
}

/** Where the log has the message no more, it is said that there was one. */
function quoteOf({ data }: WaypostEvent, concerned: WaypostEvent | undefined): string | undefined {
  const { message, status } = data;
  const isAbout = message?.reaction ?? message?.edit ?? message?.revoke ?? message?.context?.id;
  if (status === undefined && isAbout === undefined) return undefined;
  const words = concerned === undefined ? "" : textOf(concerned);
  return cleanText(words.trim(), most.quote) || "[an earlier message]";
}

/** In plain text: who, what it is about with `> ` before each line, what is said, what is attached. `max`: its text is cut to fit. */
export function saidAsText(said: Said, max?: number): string {
  return fitted(said, max, ({ who, text, quote, ...more }) => {
    const quoted = quote?.split("\n").map((line) => `> ${line}`);
    const attached = besides(more);
    const lines = [...(quoted ?? []), ...(text === "" ? [] : [text]), ...attached];
    return quoted || text === "" ? [`${who}:`, ...lines].join("\n") : `${who}: ${lines.join("\n")}`;
  });
}

/** The same as HTML of p, strong, blockquote, ul, li and br alone; everything in it escaped. `max`: its text is cut, never a tag. */
export function saidAsHtml(said: Said, max?: number): string {
  return fitted(said, max, ({ who, text, quote, ...more }) => {
    const quoted = quote === undefined ? "" : `<blockquote>${escapeHtml(quote)}</blockquote>`;
    const body = text === "" ? "" : `<p>${escapeHtml(text)}</p>`;
    const items = besides(more).map((line) => `<li>${escapeHtml(line)}</li>`);
    const attached = items.length === 0 ? "" : `<ul>${items.join("")}</ul>`;
    return `<p><strong>${escapeHtml(who)}</strong></p>${quoted}${body}${attached}`;
  });
}

function besides({ files, lacks = [] }: Pick<Said, "files" | "lacks">): string[] {
  return [...files.map(fileWords), ...lacks];
}

function fileWords(file: EventFile): string {
  const name = cleanLine(file.name, most.value);
  return "absent" in file ? `${name}: ${cleanLine(file.absent, most.value)}` : `Attached: ${name}`;
}

function fitted(said: Said, max: number | undefined, render: (said: Said) => string): string {
  let { text } = said;
  let whole = render(said);
  // Escaping makes it longer, by how much depends on what is cut: asked again until it fits.
  while (max !== undefined && whole.length > max && text !== "") {
    text = cleanText(text, Math.floor((text.length * max) / whole.length) - 1);
    whole = render({ ...said, text });
  }
  return whole;
}

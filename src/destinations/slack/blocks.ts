import type { KnownBlock } from "@slack/web-api";
import { failureMeaning, failureRemedy } from "../../contracts/failure-meanings.ts";
import type { AbsentFile, WaypostEvent } from "../../contracts.ts";
import { arrivedFile } from "../../event/file-arrived.ts";
import { errorFacts, type Rendered } from "../../event/render-facts.ts";
import { contactOf, renderEvent } from "../render.ts";
import { cleanLine, cleanText, escapedClip, escapedPieces } from "./mrkdwn.ts";

/** Slack refuses more than 3,000 characters in a section, and more than about 13,200 in all blocks. */
const maxSection = 3000;
const maxWritten = 9000;
/** Of the operator's words before their addresses become links: each is two characters longer then, and nine at least before. */
const maxOwn = 2400;
const maxFacts = 2000;
const maxMissing = 500;
const maxQuote = 300;
const most = { blocks: 50, characters: 12_500 };

/** An event and what is shown with it. */
export interface Entry {
  readonly event: WaypostEvent;
  /** The operator's words, instead of what the event says. */
  readonly text?: string;
  /** The message that it is about. */
  readonly quote?: string;
  readonly absent?: readonly AbsentFile[];
}

/** How they are posted. */
export interface Posting {
  /** It begins a thread, and says whom the thread is with. */
  readonly opens: boolean;
  /** In Slack's own form; "" for nobody. */
  readonly mention: string;
}

export interface SlackMessage {
  /** For notifications and screen readers. Escaped. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/**
 * Events of one conversation as Block Kit, each with who and when. Whatever others wrote stands in plain_text, where nothing is formatted
 * or linked, and is escaped besides.
 */
export function slackMessage(all: readonly Entry[], { opens, mention }: Posting): SlackMessage {
  const [first] = all;
  const blocks: KnownBlock[] = [
    ...(opens && first && first.text === undefined ? [header(contactLine(first.event))] : []),
    ...(mention === "" ? [] : [mrkdwn(mention)]),
    ...all.flatMap(blocksOf),
  ];
  return { text: escapedClip(all.map(summaryOf).join(" · "), 1000), blocks };
}

/** Of files alone that cannot be had. */
export function absentMessage(absent: readonly AbsentFile[]): SlackMessage {
  return { text: escapedClip(absent.map(absentLine).join(" · "), 1000), blocks: missing(absent) };
}

/** Whether Slack takes so much in one post. */
export function fitsOnePost({ blocks }: SlackMessage): boolean {
  return blocks.length <= most.blocks && charactersIn(blocks) <= most.characters;
}

function charactersIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, inner]) => {
    return sum + (key === "text" && typeof inner === "string" ? inner.length : charactersIn(inner));
  }, 0);
}

function summaryOf({ event, text: own }: Entry): string {
  if (own !== undefined) return cleanLine(own) || "·";
  const { texts, title } = renderEvent(event);
  const failed = event.data.status?.status === "failed" ? "Not delivered" : undefined;
  const words = failed ?? texts.map(cleanLine).find((text) => text !== "");
  return `${contactLine(event)}: ${words ?? cleanLine(title)}`;
}

function blocksOf(entry: Entry): KnownBlock[] {
  const { event, text: own, quote, absent = [] } = entry;
  if (own !== undefined) return [...ownWords(own), ...missing(absent), ownContext(event)];
  const rendered = renderedOf(event);
  const about = [rendered.title, contactLine(event), account(event), moment(event)];
  const isFailed = event.data.status?.status === "failed";
  return [
    ...(isFailed ? failed(entry) : quoted(quote)),
    ...written(rendered),
    ...(isFailed ? [] : facts(rendered)),
    ...links(rendered),
    ...missing(absent),
    context(about),
  ];
}

/** What a late file is, is all that there is to say of it. */
function renderedOf(event: WaypostEvent): Rendered {
  const late = arrivedFile(event);
  if (late === undefined) return renderEvent(event);
  return {
    title: "A file that came later than its message",
    texts: [],
    facts: [{ label: "File", value: late.name }],
  };
}

/** A message of ours that did not arrive: which, why, and what to do. */
function failed({ event, quote }: Entry): KnownBlock[] {
  const errors = event.data.status?.errors ?? [];
  const code = errors[0]?.code;
  const lines = [
    `Why: ${failureMeaning(code)}`,
    `What to do: ${failureRemedy(code)}`,
    ...errorFacts(errors).map(({ label, value }) => `${label}: ${value}`),
  ];
  const which = quote === undefined ? "a message" : `“${cleanLine(quote)}”`;
  return [
    plain(escapedClip(`⚠ Not delivered: ${which}`, maxQuote + 100)),
    plain(escapedClip(lines.map(cleanLine).join("\n"), maxFacts)),
  ];
}

function quoted(quote: string | undefined): KnownBlock[] {
  return quote === undefined ? [] : [plain(escapedClip(`↩ ${cleanLine(quote)}`, maxQuote))];
}

function missing(absent: readonly AbsentFile[]): KnownBlock[] {
  const lines = absent.map(absentLine);
  return lines.length === 0 ? [] : [plain(escapedClip(lines.join("\n"), maxMissing))];
}

function absentLine({ name, absent }: AbsentFile): string {
  return cleanLine(`📎 ${name}: ${absent}`);
}

/**
 * Words of the operator's, with what others wrote in them: escaped as a whole, so that nothing in them mentions anybody. An address is
 * a link that shows itself.
 */
function ownWords(own: string): KnownBlock[] {
  const text = cleanText(own).trim() || "·";
  return upToWritten(escapedPieces(text, maxOwn), (piece) => mrkdwn(linked(piece)));
}

/** As many as there is room for, and a word where that is not all. */
function upToWritten(pieces: readonly string[], show: (piece: string) => KnownBlock): KnownBlock[] {
  const kept = pieces.slice(0, maxWritten / maxSection);
  return [...kept.map(show), ...(kept.length < pieces.length ? [plain("… (shortened)")] : [])];
}

function ownContext(event: WaypostEvent): KnownBlock {
  return context([contactLine(event), account(event), moment(event)]);
}

function linked(escaped: string): string {
  return escaped.replace(/https?:\/\/[^\s|"'()<>`*]+/g, (url) => `<${url}>`);
}

function contactLine(event: WaypostEvent): string {
  const { name, id } = contactOf(event);
  const line = [name, name === undefined || id === undefined ? id : `(${id})`];
  return cleanLine(line.filter(Boolean).join(" ")) || "WhatsApp";
}

function written({ texts }: Rendered): KnownBlock[] {
  const text = texts.map(cleanText).join("\n\n").trim();
  if (text === "") return [];
  return upToWritten(escapedPieces(text, maxSection), plain);
}

function facts({ facts: all }: Rendered): KnownBlock[] {
  const lines = all.map(({ label, value }) => cleanLine(`${label}: ${value}`));
  return lines.length === 0 ? [] : [plain(escapedClip(lines.join("\n"), maxFacts))];
}

function links({ link }: Rendered): KnownBlock[] {
  return link ? [mrkdwn(`<${link.url}|${link.label}>`)] : [];
}

function account({ data }: WaypostEvent): string {
  const { displayPhoneNumber, phoneNumberId, wabaId } = data.account;
  return displayPhoneNumber ?? phoneNumberId ?? wabaId ?? "";
}

function moment({ time }: WaypostEvent): string {
  return `${time.slice(0, 19).replace("T", " ")} UTC`;
}

function header(who: string): KnownBlock {
  return {
    type: "header",
    text: { type: "plain_text", text: escapedClip(who, 150), emoji: false },
  };
}

/** `escaped` and not empty. A section of nothing but blanks is refused. */
function plain(escaped: string): KnownBlock {
  const text = escaped.trim() === "" ? "·" : escaped;
  return { type: "section", text: { type: "plain_text", text, emoji: false } };
}

/** Only for what Waypost itself wrote, or what is escaped. */
function mrkdwn(text: string): KnownBlock {
  return { type: "section", text: { type: "mrkdwn", text, verbatim: true } };
}

function context(parts: readonly string[]): KnownBlock {
  const elements = parts
    .map((part) => escapedClip(cleanLine(part), 300))
    .filter((text) => text !== "")
    .map((text) => ({ type: "plain_text" as const, text, emoji: false }));
  return { type: "context", elements };
}

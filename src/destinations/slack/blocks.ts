import type { KnownBlock } from "@slack/web-api";
import type { WaypostEvent } from "../../contracts.ts";
import type { Rendered } from "../../event/render-facts.ts";
import { contactOf, renderEvent } from "../render.ts";
import { cleanLine, cleanText, escapedClip, escapedPieces } from "./mrkdwn.ts";

/** Slack refuses more than 3,000 characters in a section, and more than about 13,200 in all blocks. */
const maxSection = 3000;
const maxWritten = 9000;
const maxFacts = 2500;

/** What the destination's options make of an event. */
export interface Shown {
  /** In Slack's own form; "" for nobody. */
  readonly mention: string;
  /** Instead of what the event says. */
  readonly text?: string;
}

export interface SlackMessage {
  /** For notifications and screen readers. Escaped. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/**
 * One event as Block Kit. Whatever others wrote stands in plain_text, where nothing is formatted or linked, and
 * is escaped besides. `opens`: it begins a thread, and says whom the thread is with.
 */
export function slackMessage(
  event: WaypostEvent,
  { opens, mention, text: own }: Shown & { readonly opens: boolean },
): SlackMessage {
  if (own !== undefined) return ownMessage(event, own, mention);
  const rendered = renderEvent(event);
  const who = contactLine(event);
  const said = rendered.texts.map(cleanLine).find((text) => text !== "");
  const blocks: KnownBlock[] = [
    ...(opens ? [header(who)] : []),
    ...(mention === "" ? [] : [mrkdwn(mention)]),
    ...written(rendered),
    ...facts(rendered),
    ...links(rendered),
    context([rendered.title, who, account(event), moment(event)]),
  ];
  return { text: escapedClip(`${who}: ${said ?? cleanLine(rendered.title)}`, 1000), blocks };
}

/**
 * Words of the operator's, with what others wrote in them: escaped as a whole, so that nothing in them mentions anybody. An address is
 * a link that shows itself.
 */
function ownMessage(event: WaypostEvent, own: string, mention: string): SlackMessage {
  const text = cleanText(own).trim() || "·";
  const sections = escapedPieces(text, maxSection).slice(0, maxWritten / maxSection);
  const blocks: KnownBlock[] = [
    ...(mention === "" ? [] : [mrkdwn(mention)]),
    ...sections.map((piece) => mrkdwn(linked(piece))),
    context([contactLine(event), account(event), moment(event)]),
  ];
  return { text: escapedClip(cleanLine(text), 1000), blocks };
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
  const pieces = escapedPieces(text, maxSection);
  const kept = pieces.slice(0, maxWritten / maxSection);
  const shortened = kept.length < pieces.length ? [plain("… (shortened)")] : [];
  return [...kept.map(plain), ...shortened];
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

import type { DeliveryContext, EventFile, ReportSheet, WaypostEvent } from "../../contracts.ts";
import { type TranscriptEntry, textOf } from "../../event/message-in-words.ts";
import { capital, type Fact, factsIn, inWords } from "../../event/render-facts.ts";
import { cleanLine, cleanText } from "../clean-text.ts";
import { contactOf, renderEvent } from "../render.ts";
import { type Said, said } from "../said.ts";

/** What a mail says, before it is text or HTML. Cleaned, not escaped. */
export interface Letter {
  /** Who it is about, on one line: `Mia (+15555550123)`; "" of what is about nobody. */
  readonly who: string;
  /** What it is, of all but messages: `Erasure requested`. */
  readonly title: string;
  /** What somebody said. */
  readonly said?: Said;
  /** What it says otherwise, a paragraph each. */
  readonly paragraphs: readonly string[];
  readonly facts: readonly Fact[];
  /** Oldest first. */
  readonly transcript: readonly string[];
  /** Rows of cells, the first the heads. */
  readonly table?: readonly (readonly string[])[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** To whom and when. */
  readonly foot: string;
}

export interface LetterParts {
  readonly concerned?: WaypostEvent | undefined;
  /** Those that stand in the text. */
  readonly files?: readonly EventFile[];
  readonly transcript?: readonly string[];
  /** Where the ops port is seen from outside. */
  readonly opsUrl?: string | undefined;
}

const most = { text: 60_000, value: 4_000, facts: 40 };

/** Every event can be written about, also of types that are not known yet. */
export function letterOf(event: WaypostEvent, parts: LetterParts = {}): Letter {
  const { concerned, files = [], transcript = [], opsUrl } = parts;
  const base = { who: whoOf(event), foot: footOf(event), transcript };
  const links = linksOf(event, opsUrl);
  const sheet = sheetOf(event);
  if (sheet !== undefined) return { ...base, ...letterOfSheet(sheet), facts: [], links };
  const words = said(event, concerned, files);
  if (words !== undefined && words.note !== true) {
    return { ...base, title: titleOf(event), said: words, paragraphs: [], facts: [], links };
  }
  if (event.type.startsWith("business.")) {
    const { runbook: _, ...data } = record(event.data.business);
    const paragraphs = files.map((file) => ("absent" in file ? file.absent : file.name));
    const facts = [...meaningOf(event), ...factsIn(data)];
    return { ...base, title: titleOf(event), paragraphs, facts: cleanFacts(facts), links };
  }
  const { title, texts, facts } = renderEvent(event);
  return {
    ...base,
    title: cleanLine(title, 200),
    paragraphs: texts.map((text) => cleanText(text, most.text)),
    facts: cleanFacts(facts),
    links,
  };
}

/** The report of this program's own that an event carries. */
export function sheetOf({ type, source, data }: WaypostEvent): ReportSheet | undefined {
  const { sheet } = record(data.business);
  return type === "business.report.made" && source === "/waypost" && isSheet(sheet)
    ? sheet
    : undefined;
}

/** Another program may publish such an event. */
function isSheet(value: unknown): value is ReportSheet {
  const { title, lines, table, csv, fileName } = record(value);
  const areTexts = [title, csv, fileName].every((text) => typeof text === "string");
  const rows = [lines, ...(Array.isArray(table) ? table : [undefined])];
  return areTexts && rows.every((row) => Array.isArray(row) && row.every(isText));
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function letterOfSheet({ title, lines, table }: ReportSheet) {
  return {
    ...{ who: "", title: cleanLine(title, 200) },
    paragraphs: [cleanText(lines.join("\n"), most.text)],
    table: table.map((row) => row.map((cell) => cleanLine(cell, 200))),
  };
}

/** "" of messages: who wrote is enough. */
function titleOf(event: WaypostEvent): string {
  const { type, data } = event;
  if (data.message !== undefined) return "";
  if (!type.startsWith("business.")) return cleanLine(renderEvent(event).title, 200);
  const words = inWords(type.split(".").slice(1).join(" ")).replace(/^csat\b/, "CSAT");
  return cleanLine(capital(words), 200);
}

/** What a reader with no time should know of it. */
const meanings: Readonly<Record<string, string>> = {
  "business.erasure.requested":
    "They ask that what is known of them be deleted. The law gives you a month; tell them when it is done.",
  "business.handoff.requested": "They want to speak with a person.",
  "business.consent.revoked": "They want no more offers.",
};

function meaningOf({ type }: WaypostEvent): Fact[] {
  const value = meanings[type];
  return value === undefined ? [] : [{ label: "", value }];
}

function cleanFacts(facts: readonly Fact[]): Fact[] {
  return facts.slice(0, most.facts).map(({ label, value }) => ({
    label: cleanLine(label, 200),
    value: cleanText(value, most.value),
  }));
}

function whoOf(event: WaypostEvent): string {
  const { name, id } = contactOf(event);
  const shown = name === undefined ? id : id === undefined ? name : `${name} (${id})`;
  return cleanLine(shown ?? "", 300);
}

function footOf({ time, data }: WaypostEvent): string {
  const { displayPhoneNumber, phoneNumberId, wabaId } = data.account;
  const account = displayPhoneNumber ?? phoneNumberId ?? wabaId;
  const at = `${time.slice(0, 16).replace("T", " ")} UTC`;
  return cleanLine(account === undefined ? at : `WhatsApp number ${account}, ${at}`, 300);
}

/** Of our own making, and an alert's runbook. An event of this program's that is not kept has no page. */
function linksOf(event: WaypostEvent, opsUrl: string | undefined): Letter["links"] {
  const { link } = renderEvent(event);
  const kept = opsUrl !== undefined && event.source !== "/waypost";
  const page = `${opsUrl}/console#/events/${encodeURIComponent(event.id)}`;
  return [
    ...(kept ? [{ label: "Open it in the console", url: page }] : []),
    ...(link === undefined ? [] : [link]),
  ];
}

/** Of what is no message the last few are told, whether or not it is asked for. */
const aroundNotes = 3;

/** What was said before; none where nothing asks for it. Rejects as `scope` does. */
export async function transcriptOf(
  event: WaypostEvent,
  context: Pick<DeliveryContext, "scope" | "transcript">,
): Promise<string[]> {
  const { data, type } = event;
  const isNote = type.startsWith("business.") && data.contact !== undefined;
  const wanted = context.transcript ?? (isNote && data.message === undefined ? aroundNotes : 0);
  if (wanted === 0) return [];
  const { transcript } = await context.scope(new Set(["transcript"]));
  const entries = Array.isArray(transcript) ? (transcript as TranscriptEntry[]) : [];
  return entries
    .filter(({ message }) => message.id === undefined || message.id !== data.message?.id)
    .slice(-wanted)
    .map((entry) => cleanText(textOf(entry), most.value));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

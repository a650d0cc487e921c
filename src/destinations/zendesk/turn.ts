import type { BatchItem, EventFile, WaypostEvent } from "../../contracts.ts";
import { effectId } from "../effect-id.ts";
import { type Said, said, saidAsHtml } from "../said.ts";
import { isFromHistory, opensNoTicket } from "../ticket-rule.ts";
import type { ZendeskOptions } from "./options.ts";

/** Zendesk's limit of a comment, in characters. */
const longest = 65_535;
/** A file that is not taken is said in more words than its name. */
const spare = 2_000;
/** Zendesk's limit of an update's metadata is 1 KB. */
const longestKeys = 950;

/** What one event says, ready to stand in a comment. */
export interface Line {
  readonly event: WaypostEvent;
  readonly said: Said;
  /** The event's id, or that of one of its deliveries: by it the comment is found again. */
  readonly key: string;
}

/** What is said in one comment. */
export interface Turn {
  readonly lines: readonly [Line, ...Line[]];
  /** `contact`: the requester, or in a group the participant. `us`: the API's user. */
  readonly author: "contact" | "us";
  readonly isPublic: boolean;
  /** It wants somebody's attention. */
  readonly wakes: boolean;
  /** It opens a ticket where there is none. */
  readonly opens: boolean;
}

/** undefined: it says nothing in a conversation, or nothing new. */
export async function lineOf(item: BatchItem): Promise<Line | undefined> {
  const { event, context } = item;
  if (isFromHistory(event) || said(event) === undefined) return undefined;
  const [concerned, files] = await Promise.all([context.concerned(), context.files()]);
  const words = said(event, concerned, files);
  return words && { event, said: words, key: effectId(event, context) };
}

type How = Pick<Turn, "author" | "isPublic" | "wakes" | "opens">;

function howOf({ said: words, event }: Line, options: ZendeskOptions): How {
  if (words.direction === "in") {
    return { author: "contact", isPublic: true, wakes: true, opens: true };
  }
  const { type } = event;
  const opens = words.note ? !opensNoTicket(event) : options.oursOpen;
  const isPublic = options.oursArePublic && !isNote(words);
  return { author: "us", isPublic, wakes: type === "business.handoff.requested", opens };
}

/** Of nobody's writing, for agents alone. */
function isNote({ note, failed }: Said): boolean {
  return note === true || failed === true;
}

/**
 * What of these goes into one comment, from the first on: as long as one side speaks, in the same way. `together`: both sides in one, as
 * the contact's where the contact speaks, so that a quick exchange does not use up the ticket's updates. Notes never stand among them.
 */
export function takeTurn(
  lines: readonly [Line, ...Line[]],
  options: ZendeskOptions,
  together: boolean,
): Turn {
  const [first, ...others] = lines;
  const room = { html: longest - spare - sizeOf(first), keys: longestKeys - first.key.length };
  const more: Line[] = [];
  for (const line of others) {
    room.html -= sizeOf(line);
    room.keys -= 1 + line.key.length;
    if (room.html < 0 || room.keys < 0 || !goesWith(first, line, { options, together })) break;
    more.push(line);
  }
  const hows = [first, ...more].map((line) => howOf(line, options));
  return {
    lines: [first, ...more],
    author: hows.some(({ author }) => author === "contact") ? "contact" : "us",
    isPublic: hows.some((how) => how.isPublic),
    wakes: hows.some(({ wakes }) => wakes),
    opens: hows.some(({ opens }) => opens),
  };
}

function goesWith(
  first: Line,
  line: Line,
  { options, together }: { readonly options: ZendeskOptions; readonly together: boolean },
): boolean {
  const [how, next] = [howOf(first, options), howOf(line, options)];
  const isSame = next.author === how.author && next.isPublic === how.isPublic;
  if (!isSame) return together && !isNote(first.said) && !isNote(line.said);
  return how.author === "us" || isSamePerson(first, line);
}

/** How often the side that speaks changes. */
export function changesOf(lines: readonly Line[], options: ZendeskOptions): number {
  const hows = lines.map((line) => howOf(line, options));
  return hows.filter((how, at) => at > 0 && how.author !== hows[at - 1]?.author).length;
}

/** In a group several write. */
function isSamePerson(a: Line, b: Line): boolean {
  const [one, other] = [a.event.data.contact, b.event.data.contact];
  if (a.event.data.groupId === undefined) return true;
  return one?.userId === other?.userId && one?.waId === other?.waId;
}

/** `files`: in place of the event's, where one could not be uploaded. `lacks`: of the ticket, in words. */
export function bodyOf(
  { lines }: Turn,
  files: ReadonlyMap<Line, readonly EventFile[]>,
  lacks: readonly string[] = [],
): string {
  const last = lines.at(-1);
  return lines
    .map((line) => {
      const { said: words } = line;
      const said = { ...words, files: files.get(line) ?? words.files };
      return htmlOf({ ...line, said: line === last ? { ...said, lacks } : said }, longest);
    })
    .join("");
}

function sizeOf(line: Line): number {
  return htmlOf(line, longest).length;
}

/** Everything that others wrote is escaped, and stands in no placeholder. */
function htmlOf({ said: words }: Line, max: number): string {
  const { quote, files, lacks = [] } = words;
  const safe: Said = {
    ...words,
    ...{ who: inert(words.who), text: inert(words.text) },
    ...(quote !== undefined && { quote: inert(quote) }),
    files: files.map((file) => ({ ...file, name: inert(file.name) })),
    lacks: lacks.map(inert),
  };
  return saidAsHtml(safe, max);
}

/** Zendesk fills placeholders ({{ticket.id}}) in comments: a word joiner between the braces makes them a text. */
export function inert(text: string): string {
  return text.replace(/\{(?=[{%])/g, "{\u2060");
}

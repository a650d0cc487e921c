import type { Reply, ReplyRows } from "../contracts.ts";
import { choicesOf } from "./reply-choices.ts";

/** What is wrong with a part, dotted and without ids, and what to do. */
export interface ReplyMisfit {
  readonly part: string;
  readonly problem: string;
  readonly remedy: string;
}

/** What of a reply does not go together. */
export function misfitOfReply(reply: Reply): ReplyMisfit | undefined {
  const withText = (["buttons", "list", "flow"] as const).filter((part) => reply[part]);
  const [part, second] = withText;
  if (part !== undefined && reply.text === undefined) {
    return { part, problem: "stands without a text above it", remedy: "Add text" };
  }
  if (second !== undefined) {
    const problem = `stands beside ${part}, and a message has one of buttons, list and flow`;
    return { part: second, problem, remedy: "Keep one" };
  }
  if (reply.media !== undefined && reply.text !== undefined) {
    const remedy = "Write media.caption, or keep one of the two";
    return { part: "media", problem: "stands beside text, and a message is one of both", remedy };
  }
  return undefined;
}

/** What of its message while the window is open is more than Meta takes. How long ids may be is in the schema. */
export function beyondMeta(reply: Reply): ReplyMisfit[] {
  const { text, buttons, list, flow, media } = reply;
  const mostText = buttons !== undefined || flow !== undefined ? 1_024 : 4_096;
  const texts: readonly Text[] = [
    ["text", text, mostText],
    ...choicesOf(buttons).map(({ title }): Text => ["buttons", title, 20, "a title of "]),
    ...(list === undefined ? [] : textsOfList(list)),
    ["flow.cta", flow?.cta, 30],
    ["media.caption", media?.caption, 1_024],
  ];
  const long = texts.flatMap(([part, words = "", most, which = ""]) => {
    const count = [...words].length;
    const problem = `has ${which}${inWords(count)} characters, and Meta takes ${inWords(most)}`;
    return count > most ? [{ part, problem, remedy: "Shorten it" }] : [];
  });
  return [
    ...blank(text),
    ...long,
    ...tooManyRows(list),
    ...sameRows(list),
    ...sameButtons(buttons),
  ];
}

function blank(text: string | undefined): ReplyMisfit[] {
  // "" is what the schema refuses, and what a template gives until it is rendered.
  if (text === undefined || text === "" || !isEmpty(text)) return [];
  const problem = "has nothing that can be seen, and Meta takes no empty text";
  return [{ part: "text", problem, remedy: "Say something" }];
}

/** `which`: of several below one part. */
type Text = readonly [part: string, text: string | undefined, most: number, which?: string];

const mostRows = 10;

function tooManyRows(list: Reply["list"]): ReplyMisfit[] {
  const all = list?.sections?.map(({ rows }) => rows) ?? [list?.rows ?? {}];
  const count = all.reduce((sum, rows) => sum + choicesOf(rows).length, 0);
  const problem = `has ${count} rows, and Meta takes ${mostRows} in all`;
  return count > mostRows ? [{ part: "list", problem, remedy: "Leave some out" }] : [];
}

function sameRows(list: Reply["list"]): ReplyMisfit[] {
  const seen = new Set<string>();
  const parts = [
    ["list.rows", list?.rows] as const,
    ...(list?.sections ?? []).map(({ rows }, at) => [`list.sections.${at}.rows`, rows] as const),
  ];
  return parts.flatMap(([part, rows]) => {
    const ids = choicesOf(rows).map(({ id }) => id);
    const isTwice = hasTwice(ids) || ids.some((id) => seen.has(id));
    for (const id of known(ids)) seen.add(id);
    const problem = "has a row whose id an earlier one has too, and Meta takes each once";
    return isTwice ? [{ part, problem, remedy: "Give it another id" }] : [];
  });
}

function sameButtons(buttons: Reply["buttons"]): ReplyMisfit[] {
  const all = choicesOf(buttons);
  const same = (what: string) => `has two ${what} that are the same, and Meta takes each once`;
  const found = [
    ...(hasTwice(all.map(({ id }) => id)) ? [same("ids")] : []),
    ...(hasTwice(all.map(({ title }) => title)) ? [same("titles")] : []),
  ];
  return found.map((problem) => ({ part: "buttons", problem, remedy: "Tell them apart" }));
}

function hasTwice(texts: readonly string[]): boolean {
  return new Set(known(texts)).size < known(texts).length;
}

/** What a template gives is "" until it is rendered. */
function known(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => text !== "");
}

function textsOfList({ button, rows, sections }: NonNullable<Reply["list"]>): Text[] {
  return [
    ["list.button", button, 20],
    ...textsOfRows("list.rows", rows),
    ...(sections ?? []).flatMap(({ title, rows: own }, at): Text[] => [
      [`list.sections.${at}.title`, title, 24],
      ...textsOfRows(`list.sections.${at}.rows`, own),
    ]),
  ];
}

function textsOfRows(part: string, rows: ReplyRows = {}): Text[] {
  return choicesOf(rows).flatMap(({ title, description = "" }): Text[] => [
    [part, title, 24, "a title of "],
    [part, description, 72, "a description of "],
  ]);
}

function inWords(count: number): string {
  return count.toLocaleString("en-US");
}

/** Blanks and what nobody sees: a name may be a mark of direction alone. */
const invisible = /^[\p{Z}\p{C}]*$/u;

export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "string" && invisible.test(value);
}

/** Where a template has a parameter that shows nothing, which Meta refuses: `body.0`. As it was rendered. */
export function emptyParameters(template: unknown): string[] {
  const parts = partsOf(template);
  const { header, body, buttons } = parts;
  return [
    ...("header" in parts && isEmpty(header) ? ["header"] : []),
    ...emptyIn("body", body),
    ...Object.entries(partsOf(buttons)).flatMap(([at, button]) => emptyIn(`buttons.${at}`, button)),
  ];
}

function emptyIn(place: string, parts: unknown): string[] {
  return Object.entries(partsOf(parts)).flatMap(([key, value]) =>
    isEmpty(value) ? [`${place}.${key}`] : [],
  );
}

export function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

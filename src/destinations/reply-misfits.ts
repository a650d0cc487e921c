import type { Reply, ReplyRows } from "../contracts.ts";

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
    ...Object.values(buttons ?? {}).map((title): Text => ["buttons", title, 20, "a title of "]),
    ...(list === undefined ? [] : textsOfList(list)),
    ["flow.cta", flow?.cta, 30],
    ["media.caption", media?.caption, 1_024],
  ];
  const long = texts.flatMap(([part, words = "", most, which = ""]) => {
    const count = [...words].length;
    const problem = `has ${which}${inWords(count)} characters, and Meta takes ${inWords(most)}`;
    return count > most ? [{ part, problem, remedy: "Shorten it" }] : [];
  });
  return [...long, ...tooManyRows(list), ...sameRows(list), ...alike(buttons)];
}

/** `which`: of several below one part. */
type Text = readonly [part: string, text: string | undefined, most: number, which?: string];

const mostRows = 10;

function tooManyRows(list: Reply["list"]): ReplyMisfit[] {
  const all = list?.sections?.map(({ rows }) => rows) ?? [list?.rows ?? {}];
  const count = all.reduce((sum, rows) => sum + Object.keys(rows).length, 0);
  const problem = `has ${count} rows, and Meta takes ${mostRows} in all`;
  return count > mostRows ? [{ part: "list", problem, remedy: "Leave some out" }] : [];
}

/** Within one section they are keys, and so told apart. */
function sameRows(list: Reply["list"]): ReplyMisfit[] {
  const seen = new Set<string>();
  return (list?.sections ?? []).flatMap(({ rows }, at) => {
    const ids = Object.keys(rows);
    const isTwice = ids.some((id) => seen.has(id));
    for (const id of ids) seen.add(id);
    const problem = "has a row whose id an earlier section has too, and Meta takes each once";
    const part = `list.sections.${at}.rows`;
    return isTwice ? [{ part, problem, remedy: "Give it another id" }] : [];
  });
}

function alike(buttons: Reply["buttons"] = {}): ReplyMisfit[] {
  // What a template gives is not known yet.
  const titles = Object.values(buttons).filter((title) => title !== "");
  const problem = "has two titles that are the same, and Meta takes each once";
  const remedy = "Tell them apart";
  return new Set(titles).size < titles.length ? [{ part: "buttons", problem, remedy }] : [];
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
  return Object.values(rows).flatMap((told): Text[] => {
    const { title, description = "" } = typeof told === "string" ? { title: told } : told;
    return [
      [part, title, 24, "a title of "],
      [part, description, 72, "a description of "],
    ];
  });
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

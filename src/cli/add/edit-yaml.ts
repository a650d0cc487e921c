import { isDeepStrictEqual } from "node:util";
import { Document, isCollection, isMap, isPair, Pair, parseDocument, type YAMLMap } from "yaml";
import { CommandError, exitCodes } from "../common/ops-client.ts";

/** A destination as it goes into waypost.yaml: secrets stand in it as `${NAME}`. */
export interface NewDestination {
  readonly name: string;
  readonly block: Readonly<Record<string, unknown>>;
  /** Type patterns of the route that leads to it; none: no route. */
  readonly types: readonly string[];
}

/**
 * The file with the destination, in shadow, and a route that leads to it: lines between those that are there, of which none changes.
 * Throws CommandError, with these lines, where the file has no place for them.
 */
export function withDestination(text: string, { name, block, types }: NewDestination): string {
  const destination = { [name]: { ...block, shadow: true } };
  const route = { name: `to-${name}`, when: { type: types }, to: [name] };
  const added = withEntry(text, "destinations", destination);
  const all = types.length === 0 ? added : added && withEntry(added, "routes", [route]);
  if (all !== undefined) return all;
  const lines = [`under destinations: ${lineOf(destination)}`];
  if (types.length > 0) lines.push(`under routes: ${lineOf([route])}`);
  const words =
    "waypost.yaml has no place where a line could be added. Write by hand, then run this again:";
  throw new CommandError([words, ...lines].join("\n  "), exitCodes.wrong);
}

/** The file with the destination live: without its `shadow`. */
export function withoutShadow(text: string, name: string): string {
  const block = parseDocument(text).getIn(["destinations", name]);
  const pair = isMap(block) ? block.items.find(({ key }) => String(key) === "shadow") : undefined;
  const [start, end] = rangeOf(pair);
  const before = text.slice(0, start);
  const after = text.slice(end);
  // Within braces a comma goes with it, else the line.
  const edited = /,\s*$/.test(before)
    ? before.replace(/,\s*$/, "") + after
    : /^\s*,/.test(after)
      ? before + after.replace(/^\s*,\s*/, "")
      : before.replace(/[ \t]*$/, "") + after.replace(/^.*\n?/, "");
  const { [name]: { shadow: _, ...live } = {}, ...others } = sectionOf(text, "destinations");
  const wanted = { ...contentOf(text), destinations: { ...others, [name]: live } };
  if (pair !== undefined && isDeepStrictEqual(contentOf(edited), wanted)) return edited;
  throw new CommandError(
    `Take \`shadow\` out of the block ${name} by hand: it stands where no command can take it.`,
    exitCodes.wrong,
  );
}

/** What the file says of the destination of this name; undefined: it has none. */
export function destinationIn(
  text: string,
  name: string,
): { readonly kind: unknown; readonly shadow: unknown } | undefined {
  const { [name]: there } = sectionOf(text, "destinations");
  return there && { kind: there["kind"], shadow: there["shadow"] };
}

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function contentOf(text: string): Readonly<Record<string, unknown>> {
  return parseDocument(text).toJS() ?? {};
}

function sectionOf(text: string, key: string): Entries {
  return (contentOf(text)[key] ?? {}) as Entries;
}

function rangeOf(pair: Pair | undefined): readonly [number, number] {
  const { key, value } = (pair ?? {}) as Record<string, { range?: readonly number[] } | undefined>;
  return [key?.range?.[0] ?? 0, value?.range?.[1] ?? key?.range?.[1] ?? 0];
}

/** Behind the last entry of its section. undefined: there it would mean something else. */
function withEntry(text: string, key: string, entry: object): string | undefined {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const { at, words } = placeOf(text, key, lineOf(entry));
  const before = text.slice(0, at);
  const isAtStart = before === "" || before.endsWith("\n");
  const lead = isAtStart || !words.endsWith("\n") ? "" : eol;
  const edited = `${before}${lead}${words.replaceAll("\n", eol)}${text.slice(at)}`;
  const { [key]: there, ...others } = contentOf(text);
  const all = Array.isArray(entry)
    ? [...((there ?? []) as unknown[]), ...entry]
    : { ...(there as object), ...entry };
  return isDeepStrictEqual(contentOf(edited), { ...others, [key]: all }) ? edited : undefined;
}

/** On one line: `hubspot: { kind: hubspot }`, `- { name: to-hubspot }`. */
function lineOf(entry: object): string {
  const document = new Document(entry);
  const { items } = document.contents as unknown as { readonly items: (Pair | YAMLMap)[] };
  for (const item of items) ((isMap(item) ? item : item.value) as YAMLMap).flow = true;
  return document.toString({ lineWidth: 0 }).trim();
}

/** Where the entry goes, and in which words. */
function placeOf(text: string, key: string, line: string): { at: number; words: string } {
  const { contents } = parseDocument(text);
  const pair = isMap(contents)
    ? contents.items.find((each) => String(each.key) === key)
    : undefined;
  if (pair === undefined) return { at: text.length, words: `${key}:\n  ${line}\n` };
  const node = pair.value;
  const [, end] = rangeOf(pair);
  if (!isCollection(node)) return { at: belowComments(text, end), words: `  ${line}\n` };
  const [start = 0] = node.range ?? [];
  if (node.flow) return withinBraces(node.items.at(-1), start, line.replace(/^- /, ""));
  const indent = text.slice(text.lastIndexOf("\n", start) + 1, start);
  return { at: lineEnd(text, text.slice(0, end).trimEnd().length), words: `${indent}${line}\n` };
}

function withinBraces(last: unknown, start: number, words: string) {
  if (last === undefined) return { at: start + 1, words };
  const [, end] = rangeOf(isPair(last) ? last : new Pair(last));
  return { at: end, words: `, ${words}` };
}

/** Behind the line that holds this place. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

/** A section of which all entries are commented out: behind these, unless they belong to what follows. */
function belowComments(text: string, at: number): number {
  const start = lineEnd(text, at);
  const [comments = ""] = /^(?:[ \t]*#.*(?:\n|$))*/.exec(text.slice(start)) ?? [];
  const end = start + comments.length;
  return /^[ \t]*(?:\r?\n|$)/.test(text.slice(end)) ? end : start;
}

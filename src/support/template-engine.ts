/** Liquid as templates of waypost.yaml may use it: pure, without files, with limits. */
import { type Context, type FilterImplOptions, Liquid, Output, TypeGuards, Value } from "liquidjs";
import { escapeHtml } from "./html.ts";

/** One text with templates in it, parsed. Its parts are `{{ }}`, `{% %}` and what stands between. */
type Parts = ReturnType<Liquid["parse"]>;

export interface ParsedText {
  readonly parts: Parts;
  /** Of a text that is one `{{ }}` and nothing else. */
  readonly value?: Value;
}

export type Filter = (value: unknown, ...args: readonly unknown[]) => unknown;

/** A limit was reached, which says nothing about the filter that reached it. */
const limitWords = { memory: "memory alloc limit", time: "template render limit" };

/** Units of liquidjs: characters and list entries that a render may make. */
const memoryLimit = 4_000_000;
/** Characters of one text. */
const parseLimit = 65_536;

/**
 * Shopify's filters. Left out are the library's others, mainly Jekyll's: some take expressions as texts, which would
 * hide what variables a template uses; some build nested lists, whose size the limits do not see.
 */
const filterNames = new Set(
  `abs append at_least at_most base64_decode base64_encode capitalize ceil compact concat date default divided_by
  downcase escape escape_once find find_index first floor has hmac_sha256 join json last lstrip map minus modulo
  newline_to_br plus prepend reject remove remove_first remove_last replace replace_first replace_last reverse round
  rstrip sha256 size slice sort sort_natural split squish strip strip_html strip_newlines sum times truncate
  truncatewords uniq upcase url_decode url_encode where`.split(/\s+/),
);

/** Those that would read another template. */
const tagsOfFiles = ["include", "render", "layout", "block"];

/** Those that a template of HTML has no use for: what it puts in is escaped in any case. */
const htmlFilters = ["escape", "escape_once", "newline_to_br"];

/** Engines whose output is HTML. */
const htmlEngines = new WeakSet<Liquid>();

export function createEngine(filters: Readonly<Record<string, Filter>>, html = false): Liquid {
  const liquid = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    memoryLimit,
    parseLimit,
    timezoneOffset: "UTC",
    locale: "en-US",
    outputEscape: function (this: { context: Context }, value: unknown) {
      const text = printed(value, this.context);
      return html ? escapeHtml(text) : text;
    },
  });
  if (html) htmlEngines.add(liquid);
  for (const name of tagsOfFiles) delete liquid.tags[name];
  for (const [name, filter] of Object.entries(liquid.filters)) {
    liquid.unregisterFilter(name);
    if (filterNames.has(name)) liquid.registerFilter(name, emptyOnError(filter));
  }
  for (const [name, filter] of Object.entries(filters)) {
    liquid.registerFilter(name, emptyOnError(filter));
  }
  if (html) for (const name of htmlFilters) liquid.registerFilter(name, (value) => value);
  return liquid;
}

/** Throws an error of liquidjs, or a TypeError, that says what is wrong with the text. */
export function parseText(liquid: Liquid, text: string): ParsedText {
  const parts = liquid.parse(text);
  refuseOpenRanges(parts, new Set([liquid]));
  const [first] = parts;
  if (parts.length !== 1 || !(first instanceof Output) || htmlEngines.has(liquid)) return { parts };
  const { input, contentRange } = first.token;
  return { parts, value: new Value(input.slice(...contentRange), liquid) };
}

/**
 * The library makes a list of a range at once, and with ends beyond 2^53, where adding 1 changes nothing, it
 * never ends. Neither of its limits sees that.
 */
function refuseOpenRanges(node: object, seen: Set<object>): void {
  if (seen.has(node)) return;
  seen.add(node);
  if (isRange(node) && !(isSmallNumber(node.lhs) && isSmallNumber(node.rhs))) {
    throw new TypeError(
      "a range takes whole numbers, as in (1..5); for fewer turns of a list use limit:",
    );
  }
  for (const inner of Object.values(node)) {
    if (typeof inner === "object" && inner !== null) refuseOpenRanges(inner, seen);
  }
}

function isRange(node: object): node is { lhs: unknown; rhs: unknown } {
  return TypeGuards.isRangeToken(node);
}

function isSmallNumber(token: unknown): boolean {
  return TypeGuards.isNumberToken(token) && Number.isSafeInteger(token.content);
}

/** Which of the engine's limits an error tells of. */
export function limitOf(error: unknown): keyof typeof limitWords | undefined {
  const { message = "" } = error as { message?: string };
  if (message.startsWith(limitWords.memory)) return "memory";
  return message.startsWith(limitWords.time) ? "time" : undefined;
}

/** A filter that cannot take its input gives nothing, as in Shopify; what it made of numbers is a number. */
function emptyOnError(filter: FilterImplOptions): FilterImplOptions {
  const handler = typeof filter === "function" ? filter : filter.handler;
  return function* (this: ThisParameterType<typeof handler>, value: unknown, ...args: unknown[]) {
    try {
      // Some filters are generators, which fail only when the engine runs them.
      const result: unknown = yield handler.apply(this, [value, ...args]);
      return typeof result === "number" && !Number.isFinite(result) ? "" : result;
    } catch (error) {
      if (limitOf(error) !== undefined) throw error;
      return "";
    }
  };
}

/** As it stands in a text. Lists and objects are JSON, charged while it is made. */
function printed(value: unknown, { memoryLimit }: Context): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? jsonText(value, (size) => memoryLimit.use(size)) : value;
  if (typeof text === "string") memoryLimit.use(text.length);
  return String(text);
}

/** `charge` is told what is about to be written, and may throw. */
export function jsonText(value: unknown, charge: (size: number) => void): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    charge(typeof inner === "string" ? inner.length + 3 : 4);
    return inner;
  });
  return text ?? "";
}

/** Takes what we rely on out of JSON from strangers: own properties only, lenient in kind, absent rather than wrong. */

export type Json = { readonly [key: string]: unknown };
export type Parser<T> = (source: Json) => T | undefined;
/** A parser for every property, so that schema and normalizer cannot drift apart. */
export type Parsers<T> = { readonly [K in keyof T]-?: Parser<NonNullable<T[K]>> };

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function own(source: Json, key: string): unknown {
  return Object.hasOwn(source, key) ? source[key] : undefined;
}

/** The first of `keys` that `convert` makes something of. */
function first<T>(keys: readonly string[], convert: (value: unknown) => T | undefined): Parser<T> {
  return (source) => {
    for (const key of keys) {
      const value = own(source, key);
      if (value === undefined) continue;
      const converted = convert(value);
      if (converted !== undefined) return converted;
    }
    return undefined;
  };
}

/** Text as UTF-8 can carry it; a number as its digits when a double holds it exactly; "" is absent. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : wellFormed(value);
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
}

export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

const printable = /^[\x21-\x7e]{1,512}$/;

/** An id fit to be a key: 1 to 512 visible ASCII characters. */
export function idOf(value: unknown): string | undefined {
  const id = textOf(value);
  return id !== undefined && printable.test(id) ? id : undefined;
}

const decimal = /^-?\d{1,15}(?:\.\d{1,15})?$/;

function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && decimal.test(value) ? Number(value) : value;
  // + 0 makes 0 of -0, which JSON cannot tell apart.
  return typeof number === "number" && Number.isFinite(number) ? number + 0 : undefined;
}

function integerOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function booleanOf(value: unknown): boolean | undefined {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return undefined;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;
/** Year 5138 in seconds, 1973 in milliseconds: which of the two a number is. */
const firstMilliseconds = 1e11;
const lastMilliseconds = Date.parse("9999-12-31T23:59:59.999Z");

/** Unix seconds (or milliseconds), as number or digits, or ISO 8601, as ISO 8601 in UTC. */
export function timeOf(value: unknown): string | undefined {
  if (typeof value === "string" && isoTime.test(value)) return isoOf(Date.parse(value));
  const number = numberOf(value);
  if (number === undefined) return undefined;
  return isoOf(number < firstMilliseconds ? number * 1000 : number);
}

function isoOf(milliseconds: number): string | undefined {
  if (!(milliseconds > 0 && milliseconds <= lastMilliseconds)) return undefined;
  return new Date(milliseconds).toISOString();
}

export const str = (...keys: string[]): Parser<string> => first(keys, textOf);
export const id = (...keys: string[]): Parser<string> => first(keys, idOf);
export const num = (...keys: string[]): Parser<number> => first(keys, numberOf);
export const int = (...keys: string[]): Parser<number> => first(keys, integerOf);
export const bool = (...keys: string[]): Parser<boolean> => first(keys, booleanOf);
export const time = (...keys: string[]): Parser<string> => first(keys, timeOf);
/** Texts of a list. */
export const strs = (key: string): Parser<string[]> =>
  first([key], (value) => {
    if (!Array.isArray(value)) return undefined;
    const texts = value.map(textOf).filter((text) => text !== undefined);
    return texts.length === 0 ? undefined : texts;
  });

/** What `parse` makes of the object under the first of `keys` that has one. */
export function within<T>(keys: string | readonly string[], parse: Parser<T>): Parser<T> {
  const all = typeof keys === "string" ? [keys] : keys;
  return first(all, (value) => (isRecord(value) ? parse(value) : undefined));
}

/** What `parse` makes of each object in the list under `key`. */
export function each<T>(key: string, parse: Parser<T>): Parser<T[]> {
  return first([key], (value) => {
    if (!Array.isArray(value)) return undefined;
    const items: T[] = [];
    for (const item of value) {
      const made = isRecord(item) ? parse(item) : undefined;
      if (made !== undefined) items.push(made);
    }
    return items.length === 0 ? undefined : items;
  });
}

/** All that the parsers find. */
export function fields<T extends object>(parsers: Parsers<T>): (source: Json) => T {
  const entries = Object.entries(parsers) as [string, Parser<unknown>][];
  return (source) => {
    const made: Record<string, unknown> = {};
    for (const [name, parse] of entries) {
      const value = parse(source);
      if (value !== undefined) made[name] = value;
    }
    return made as T;
  };
}

/** As `fields`, but absent when nothing was found. */
export function shape<T extends object>(parsers: Parsers<T>): Parser<T> {
  const parse = fields(parsers);
  return (source) => {
    const made = parse(source);
    for (const _ in made) return made;
    return undefined;
  };
}

const unsafeKeys = new Set(["__proto__", "constructor", "prototype"]);

/** A map of texts, without the keys that could change a prototype. */
export function texts(source: Json, wanted: (key: string) => boolean = () => true) {
  const made: Record<string, string> = {};
  for (const [key, value] of Object.entries(source)) {
    const text = unsafeKeys.has(key) || !wanted(key) ? undefined : textOf(value);
    if (text !== undefined) made[key] = text;
  }
  return Object.keys(made).length === 0 ? undefined : made;
}

/** A copy without such keys and without lone surrogates; undefined when deeper than `depth`. */
export function safeCopy(value: unknown, depth: number): unknown {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return undefined;
  if (Array.isArray(value)) return value.map((item) => safeCopy(item, depth - 1) ?? null);
  const made: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (!unsafeKeys.has(key)) made[wellFormed(key)] = safeCopy(item, depth - 1);
  }
  return made;
}

/** One segment of an event type; what does not fit is `unknown` there. */
export function segment(value: unknown): string {
  return typeof value === "string" && /^[a-z0-9_]{1,64}$/.test(value) ? value : "unknown";
}

/** A segment of an enum that Meta writes in upper case. */
export function lowerSegment(value: unknown): string {
  return segment(typeof value === "string" ? value.toLowerCase() : value);
}

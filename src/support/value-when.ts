import { RE2JS } from "re2js";

export type Scalar = string | number | boolean | null;

/** What a value must be: one of a list, or all that the keys say. */
export type ValueWhen =
  | readonly Scalar[]
  | {
      /** RE2; any of them, found anywhere in a text. */
      readonly matches?: readonly string[];
      readonly atLeast?: number;
      readonly atMost?: number;
      /** Whether there is a value other than null. */
      readonly exists?: boolean;
    };

/** Named groups of the expressions that matched, those that took no part left out; undefined: it does not hold. */
export type Groups = Readonly<Record<string, string>> | undefined;

/** Texts beyond this many characters are cut before an expression sees them. */
const maxTextLength = 65_536;
const none: Groups = Object.freeze({});
const numberForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Conditions by dotted path (`object.items.0.sku`), all of which must hold. Of a list, one member is enough. Numbers compare
 * as numbers, also where one side is written as text. Linear in what they look at. Throws what re2js throws on a bad expression.
 */
export function compileValuesWhen(
  conditions: Readonly<Record<string, ValueWhen>>,
): (value: unknown) => Groups {
  const compiled = Object.entries(conditions).map(
    ([path, when]) => [path.split("."), compileValueWhen(when)] as const,
  );
  return (value) => {
    let groups = none;
    for (const [path, holds] of compiled) {
      const found = holds(valueAt(value, path));
      if (found === undefined) return undefined;
      if (found !== none) groups = { ...groups, ...found };
    }
    return groups;
  };
}

/** What stands at the path; undefined when it leads nowhere. Own properties only. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
}

function compileValueWhen(when: ValueWhen): (value: unknown) => Groups {
  const holds = isList(when) ? oneOf(when) : allOf(when);
  // "Is not there" is said of the list, everything else of its members.
  const isOfWhole = !isList(when) && when.exists === false;
  return (value) => {
    if (!Array.isArray(value)) return holds(value);
    return isOfWhole ? holds(value.length === 0 ? null : value) : firstOf(value, holds);
  };
}

function firstOf<T>(values: readonly T[], find: (value: T) => Groups): Groups {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isList(when: ValueWhen): when is readonly Scalar[] {
  return Array.isArray(when);
}

function oneOf(wanted: readonly Scalar[]): (value: unknown) => Groups {
  return (value) => (wanted.some((each) => isSame(each, value)) ? none : undefined);
}

function isSame(wanted: Scalar, value: unknown): boolean {
  if (wanted === value) return true;
  if (typeof wanted !== "number" && typeof value !== "number") return false;
  const number = numberIn(wanted);
  return number !== undefined && number === numberIn(value);
}

function numberIn(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.length > 400) return undefined;
  const text = value.trim();
  return numberForm.test(text) ? Number(text) : undefined;
}

function allOf(when: Exclude<ValueWhen, readonly Scalar[]>): (value: unknown) => Groups {
  const { matches, exists } = when;
  const expressions = matches?.map((each) => RE2JS.compile(each));
  return (value) => {
    const isThere = value !== undefined && value !== null;
    if (exists !== undefined && exists !== isThere) return undefined;
    if (!isWithin(value, when)) return undefined;
    if (expressions === undefined) return none;
    const text = textIn(value);
    return text === undefined ? undefined : firstOf(expressions, (each) => groupsOf(each, text));
  };
}

function isWithin(value: unknown, bounds: { readonly atLeast?: number; readonly atMost?: number }) {
  const { atLeast, atMost } = bounds;
  if (atLeast === undefined && atMost === undefined) return true;
  const number = numberIn(value);
  return number !== undefined && number >= (atLeast ?? number) && number <= (atMost ?? number);
}

function textIn(value: unknown): string | undefined {
  if (!["string", "number", "boolean"].includes(typeof value)) return undefined;
  return String(value).slice(0, maxTextLength);
}

/** Of the expression's first match in the text. */
export function groupsOf(expression: RE2JS, text: string): Groups {
  const names = Object.keys(expression.namedGroups());
  if (names.length === 0) return expression.test(text) ? none : undefined;
  const matcher = expression.matcher(text);
  if (!matcher.find()) return undefined;
  const found = names.map((name) => [name, matcher.group(name)] as const);
  return Object.fromEntries(found.filter((each): each is [string, string] => each[1] !== null));
}

/** A text that is one plain path, as `{{ body.data.id }}`, is read where it stands: most texts are, and the engine takes ten times as long. */
import { TypeGuards, type Value } from "liquidjs";

/** Words that ask the engine for more than a property of that name. */
export const derived = new Set<string | number>(["size", "first", "last"]);
type Scalar = string | number | boolean | null;

/** The names from the scope's top; undefined: it is more than names with dots. */
export function plainPathOf({ filters, initial }: Value): readonly string[] | undefined {
  const [token, ...more] = initial.postfix;
  if (filters.length + more.length > 0 || !TypeGuards.isPropertyAccessToken(token))
    return undefined;
  const { variable, props } = token;
  if (variable !== undefined || !props.every(TypeGuards.isWordToken)) return undefined;
  const names = props.map(({ content }) => content);
  // The engine finds the first in its own scopes, which are objects too.
  return names.some((name) => derived.has(name)) || String(names[0]) in {} ? undefined : names;
}

/** What stands there if that is neither object nor list; "" where nothing is. undefined: the engine must say. */
export function scalarAt(scope: object, path: readonly string[]): Scalar | undefined {
  let at: unknown = scope;
  for (const name of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    if (!Object.hasOwn(at, name)) return "";
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return isScalar(at) ? at : undefined;
}

/** What templates may see, beside lists and objects. */
export function isScalar(value: unknown): value is Scalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/**
 * Type patterns, as in AMQP topics: segments between dots, `*` is exactly one segment, `#` any number
 * of them. The same syntax serves routes, the API's `type` filter, tails and queue bindings.
 */
export type TypePattern = (type: string) => boolean;

/** Each `#` multiplies what a regular expression may try. */
const maxAnys = 3;
const valid = /^(?:\*|#|[a-z0-9_]+)(?:\.(?:\*|#|[a-z0-9_]+))*$/;

/** Throws a TypeError that shows the pattern and what is allowed. */
export function compilePattern(pattern: string): TypePattern {
  const expression = patternExpression(pattern);
  const regex = new RegExp(expression);
  return (type) => regex.test(type);
}

/** The anchored regular expression of a pattern, for stores that filter on the server. */
export function patternExpression(pattern: string): string {
  const segments = collapse(pattern.split("."));
  const anys = segments.filter((segment) => segment === "#").length;
  if (pattern.length > 255 || anys > maxAnys || !valid.test(pattern)) {
    throw new TypeError(
      `"${pattern}" is not a type pattern: use lower-case segments with dots, * for one segment, # for any number (at most ${maxAnys} times), e.g. whatsapp.message.*`,
    );
  }
  if (segments.length === 1 && segments[0] === "#") return "^.*$";
  const [first = "", ...rest] = segments;
  // A leading # brings the dot of what follows with it; any other brings its own.
  const leading = first === "#" ? "(?:[^.]+\\.)*" : one(first);
  const following = rest.map((segment, i) => {
    if (segment === "#") return "(?:\\.[^.]+)*";
    return i === 0 && first === "#" ? one(segment) : `\\.${one(segment)}`;
  });
  return `^${leading}${following.join("")}$`;
}

function one(segment: string): string {
  return segment === "*" ? "[^.]+" : segment;
}

/** Two `#` in a row say no more than one. */
function collapse(segments: string[]): string[] {
  return segments.filter((segment, i) => segment !== "#" || segments[i - 1] !== "#");
}

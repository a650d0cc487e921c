/**
 * Type patterns, as in AMQP topics: segments between dots, `*` is exactly one segment, `#` any number
 * of them. The same syntax serves routes, the API's `type` filter, tails and queue bindings.
 */
export type TypePattern = (type: string) => boolean;

const valid = /^(?:\*|#|[a-z0-9_]+)(?:\.(?:\*|#|[a-z0-9_]+))*$/;

/** Throws a TypeError that shows the pattern and what is allowed. */
export function compilePattern(pattern: string): TypePattern {
  const expression = patternExpression(pattern);
  const regex = new RegExp(expression);
  return (type) => regex.test(type);
}

/** The anchored regular expression of a pattern, for stores that filter on the server. */
export function patternExpression(pattern: string): string {
  if (pattern.length > 255 || !valid.test(pattern)) {
    throw new TypeError(
      `"${pattern}" is not a type pattern: use lower-case segments with dots, * for one segment, # for any number, e.g. whatsapp.message.*`,
    );
  }
  let expression = "";
  for (const [index, segment] of collapse(pattern.split(".")).entries()) {
    const dot = index === 0 ? "" : "\\.";
    if (segment === "#") expression += index === 0 ? "(?:[^.]+(?:\\.|$))*" : `(?:\\.[^.]+)*`;
    else expression += (needsDot(expression) ? dot : "") + (segment === "*" ? "[^.]+" : segment);
  }
  return `^${expression}$`;
}

/** Two `#` in a row say no more than one, and would let a regular expression backtrack. */
function collapse(segments: string[]): string[] {
  return segments.filter((segment, i) => segment !== "#" || segments[i - 1] !== "#");
}

function needsDot(before: string): boolean {
  return before !== "" && !before.endsWith("(?:\\.|$))*");
}

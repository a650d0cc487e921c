/** What the TAP output of a test file says of its failed tests, short enough for the end of a long run. */

interface Failure {
  /** The names of its suites and its own. */
  readonly path: string;
  readonly failureType: string;
  readonly error: readonly string[];
  readonly stack: readonly string[];
}

/** A diff of two large objects says enough in its first lines. */
const errorLines = 16;
/** A file that cannot start fails in each of its tests, for the same reason. */
const maxFailures = 12;
/** Shown of a file that names no failed test: it was killed, or threw outside of all tests. */
const lastLines = 30;

export function failureLines(output: string): string[] {
  const failures = failuresOf(output);
  if (failures.length === 0) return output.trimEnd().split("\n").slice(-lastLines);
  const left = failures.length - maxFailures;
  return [
    ...failures.slice(0, maxFailures).flatMap(linesOf),
    ...(left > 0 ? [`and ${left} more`] : []),
    // What a test threw when it had ended.
    ...(output.match(/^# Error: .*$/gm) ?? []),
  ];
}

function linesOf({ path, failureType, error, stack }: Failure): string[] {
  if (failureType === "cancelledByParent") return [`${path}: cancelled`];
  const left = error.length - errorLines;
  return [
    path,
    ...error.slice(0, errorLines).map((line) => `  ${line}`),
    ...(left > 0 ? [`  and ${left} more lines`] : []),
    ...stack.map((line) => `  at ${line}`),
  ];
}

/** A suite fails with each of its tests: only what failed itself is told. */
function failuresOf(output: string): Failure[] {
  const names: string[] = [];
  const lines = output.split("\n");
  return lines.flatMap((line, at) => {
    const begun = /^( *)# Subtest: (.*)$/.exec(line);
    if (begun) names.splice((begun[1] ?? "").length / 4, names.length, plain(begun[2] ?? ""));
    const failed = /^( *)not ok \d+ - (.*)$/.exec(line);
    if (!failed || /(?<!\\)# TODO/.test(line)) return [];
    const depth = (failed[1] ?? "").length;
    const details = detailsAt(lines, at + 1, depth);
    const failureType = (details.get("failureType") ?? []).join("");
    if (failureType === "subtestsFailed") return [];
    const path = [...names.slice(0, depth / 4), plain(failed[2] ?? "")].join(" > ");
    const stack = (details.get("stack") ?? [])
      .filter((each) => !/\bnode:|\(<anonymous>\)$|\(index \d+\)$/.test(each))
      .slice(0, 3);
    return [{ path, failureType, error: details.get("error") ?? [], stack }];
  });
}

/** TAP writes a `#` of a name as `\#`. */
const plain = (name: string) => name.replaceAll("\\#", "#");

/** The fields of the YAML block below a `not ok`, each with its lines. */
function detailsAt(lines: readonly string[], from: number, depth: number): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  const margin = depth + 2;
  let current: string[] = [];
  for (const line of lines.slice(from)) {
    const text = line.slice(margin);
    if (text === "...") break;
    const field = /^(\w+): ?(.*)$/.exec(text);
    if (!field) {
      current.push(text.slice(2));
      continue;
    }
    const [, name = "", value = ""] = field;
    current = /^\|-?$|^$/.test(value) ? [] : [value.replace(/^'(.*)'$/, "$1")];
    fields.set(name, current);
  }
  return fields;
}

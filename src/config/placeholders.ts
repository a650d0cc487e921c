import type { ConfigProblem } from "./config-error.ts";
import { type Given, readVariable } from "./env.ts";
import type { Report, Words, YamlPath } from "./yaml-file.ts";

/** `$${` is a plain `${`. */
const placeholder = /\$\$\{|\$\{([^}]*)\}?/g;

const noReference: Words = {
  problem: `has a $\{…} that is no reference to a variable`,
  remedy: `Write it as $\{NAME}, or as $$\{ where a plain $\{ is meant`,
};

/** What stands for `${NAME}`: its value, or why there is none. */
type Variables = ReadonlyMap<string, { readonly value: string } | { readonly problem: string }>;

/**
 * A copy of a parsed YAML value with every `${NAME}` in its string values replaced. What cannot be
 * replaced is reported where it stands, and left.
 */
export async function fillPlaceholders(
  source: unknown,
  variables: { given: Given; cwd: string },
  report: Report,
): Promise<unknown> {
  const known = await readVariables(source, variables);
  const fill = (text: string, path: YamlPath) =>
    text.replace(placeholder, (whole, name: string | undefined) => {
      if (name === undefined) return "${";
      const variable = known.get(name);
      if (variable === undefined || !whole.endsWith("}")) {
        report(path, noReference);
        return whole;
      }
      if ("value" in variable) return variable.value;
      report(path, {
        problem: variable.problem,
        remedy: `Set ${name} or ${name}_FILE in the environment or in .env`,
      });
      return whole;
    });
  return mapStrings(source, [], fill);
}

async function readVariables(
  source: unknown,
  { given, cwd }: { given: Given; cwd: string },
): Promise<Variables> {
  const names = new Set<string>();
  mapStrings(source, [], (text) => {
    for (const [, name = ""] of text.matchAll(placeholder)) {
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) names.add(name);
    }
    return text;
  });
  const variables = new Map<string, { value: string } | { problem: string }>();
  for (const name of names) {
    const problems: ConfigProblem[] = [];
    const value = await readVariable(given, name, cwd, problems);
    const [first] = problems;
    if (value !== undefined) variables.set(name, { value });
    else if (first) variables.set(name, { problem: `${first.where} ${first.problem}` });
    else variables.set(name, { problem: `the environment has no ${name}` });
  }
  return variables;
}

function mapStrings(
  value: unknown,
  path: YamlPath,
  map: (text: string, path: YamlPath) => string,
): unknown {
  if (typeof value === "string") return map(value, path);
  if (Array.isArray(value)) return value.map((item, i) => mapStrings(item, [...path, i], map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapStrings(inner, [...path, key], map)]),
  );
}

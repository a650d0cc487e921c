import { record } from "./shape.ts";
import type { YamlPath } from "./yaml-file.ts";

/** What in a text makes it a template. */
export const templateMark = /\{[{%]/;

/** Every text that holds a template, with its path; not below options to be skipped. */
export function* textsIn(
  node: unknown,
  path: YamlPath,
  skip: ReadonlySet<string>,
  option = "",
): Generator<[string, YamlPath]> {
  if (typeof node === "string" && templateMark.test(node)) yield [node, path];
  if (typeof node !== "object" || node === null) return;
  const inList = Array.isArray(node);
  for (const [key, inner] of Object.entries(node)) {
    const at = inList ? option : below(option, key);
    if (!inList && skip.has(at)) continue;
    yield* textsIn(inner, [...path, inList ? Number(key) : key], skip, at);
  }
}

/** Options of a kind that hold secrets, with dots: whatever they hold is no template. */
export function secretsOf(schema: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown, option: string): boolean => {
    if (typeof node !== "object" || node === null) return false;
    for (const [name, property] of Object.entries(record(record(node)["properties"]))) {
      const at = below(option, name);
      if (visit(property, at)) found.add(at);
    }
    const { properties: _, ...others } = record(node);
    const hidden = Object.values(others).map((other) => visit(other, option));
    return others["x-secret"] === true || hidden.some(Boolean);
  };
  visit(schema, "");
  return found;
}

function below(option: string, key: string): string {
  return option === "" ? key : `${option}.${key}`;
}

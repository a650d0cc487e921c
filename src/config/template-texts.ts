import { record } from "./shape.ts";
import type { YamlPath } from "./yaml-file.ts";

/** What in a text makes it a template. */
export const templateMark = /\{[{%]/;

/** Every text that holds a template, with its path; not below keys to be skipped. */
export function* textsIn(
  node: unknown,
  path: YamlPath,
  skip: ReadonlySet<string>,
): Generator<[string, YamlPath]> {
  if (typeof node === "string" && templateMark.test(node)) yield [node, path];
  if (typeof node !== "object" || node === null) return;
  for (const [key, inner] of Object.entries(node)) {
    if (skip.has(key)) continue;
    yield* textsIn(inner, [...path, Array.isArray(node) ? Number(key) : key], skip);
  }
}

/** Names of options of a kind that hold secrets: whatever they hold is no template. */
export function secretsOf(schema: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (node: unknown): boolean => {
    if (typeof node !== "object" || node === null) return false;
    for (const [name, property] of Object.entries(record(record(node)["properties"]))) {
      if (visit(property)) found.add(name);
    }
    const { properties: _, ...others } = record(node);
    return others["x-secret"] === true || Object.values(others).map(visit).some(Boolean);
  };
  visit(schema);
  return found;
}

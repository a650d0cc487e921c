import type { YamlPath } from "./yaml-file.ts";

/* To look into what was parsed and may have any shape. */

/** The names of all keys that a schema describes. */
export function keysIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, inner]) => [
    ...(key === "properties" ? Object.keys(record(inner)) : []),
    ...keysIn(inner),
  ]);
}

/** What stands at the path, else the key itself, in quotes. */
export function quote(source: unknown, path: YamlPath): string {
  const value = path.reduce<unknown>((at, part) => record(at)[part], source);
  return typeof value === "string" ? `"${value}"` : `"${String(path.at(-1))}"`;
}

/** The value when it is an object, else an empty one. */
export function record(value: unknown): Record<string | number, unknown> {
  return typeof value === "object" && value !== null
    ? (value as Record<string | number, unknown>)
    : {};
}

/** The value when it is a list, else an empty one. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The items of a list, or the single value in its place, each with its path. */
export function each(value: unknown, path: YamlPath): [unknown, YamlPath][] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map((item, i) => [item, [...path, i]]) : [[value, path]];
}

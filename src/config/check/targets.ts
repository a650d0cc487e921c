import { each, record } from "../shape.ts";
import type { YamlPath } from "../yaml-file.ts";

/** One destination of a route. */
export interface Target {
  readonly name: unknown;
  readonly options?: unknown;
  readonly at: YamlPath;
}

/** Names, and `{ name: { options } }`. */
export function targetsOf(to: unknown, path: YamlPath): Target[] {
  return each(to, path).flatMap(([target, at]): Target[] => {
    if (typeof target !== "object") return [{ name: target, at }];
    const entries = Object.entries(record(target));
    return entries.map(([name, options]) => ({ name, options: options ?? {}, at: [...at, name] }));
  });
}

import { inspect } from "node:util";

/** Freezes a tree of plain objects and arrays, in place. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) freeze(child);
  }
  return value;
}

/** Makes JSON.stringify and inspect show `(hidden)` for these keys, in place. */
export function hideSecrets<T extends object>(value: T, keys: readonly (keyof T)[]): T {
  const shown = () => {
    const copy: Record<string, unknown> = Object.fromEntries(Object.entries(value));
    for (const key of keys) {
      if (value[key] !== undefined) copy[String(key)] = "(hidden)";
    }
    return copy;
  };
  Object.defineProperty(value, "toJSON", { value: shown });
  Object.defineProperty(value, inspect.custom, { value: shown });
  return value;
}

/** What of a scope a template may see: a bounded copy of the parts that it names. */
import { derived, isScalar } from "./template-path.ts";

/** Names and indexes from the scope's top, e.g. `["contact", "name"]`. */
export type Path = readonly (string | number)[];

/** A template names more than may be copied; `path` is where. */
export class ScopeTooLargeError extends Error {
  constructor(path: Path, what: string) {
    super(`${path.join(".")} ${what}`);
    this.name = "ScopeTooLargeError";
  }
}

/** The engine's filters take time in proportion to their input, and its limits are checked between tags only. */
const maxSize = 1_048_576;
const maxDepth = 64;
/** What each value costs besides its characters. */
const valueSize = 8;

/** So that an object is JSON wherever a filter takes it as text. Templates see own properties only, not this. */
const printable: object = Object.create(null, {
  toString: {
    writable: true,
    value(this: unknown) {
      return JSON.stringify(this);
    },
  },
});

/** Throws ScopeTooLargeError. */
export function visibleScope(scope: object, paths: readonly Path[]): object {
  const visible: Record<string, unknown> = Object.create(null);
  const budget = { left: maxSize };
  for (const path of withoutInner(paths)) copyPath(scope, visible, path, budget);
  return visible;
}

/** A path below another one is copied with it. */
function withoutInner(paths: readonly Path[]): Path[] {
  const outer: Path[] = [];
  for (const path of [...paths].sort((one, other) => one.length - other.length)) {
    const covered = outer.some((begin) => begin.every((step, i) => step === path[i]));
    if (!covered) outer.push(path);
  }
  return outer;
}

interface Budget {
  left: number;
}

function copyPath(from: object, to: Record<string, unknown>, path: Path, budget: Budget): void {
  let source: object = from;
  let target = to;
  for (const [i, step] of path.entries()) {
    const key = String(step);
    const value: unknown = Object.hasOwn(source, key)
      ? (source as Record<string, unknown>)[key]
      : undefined;
    if (value === undefined) return;
    const next = path[i + 1];
    if (next === undefined || !isWalkable(value, next)) {
      target[key] = copy(value, path.slice(0, i + 1), 0, budget);
      return;
    }
    target[key] = isMade(target[key]) ? target[key] : Object.create(printable);
    source = value;
    target = target[key] as Record<string, unknown>;
  }
}

function isMade(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Lists are copied whole, and objects of which more than one property is asked. */
function isWalkable(value: unknown, next: string | number): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.hasOwn(value, next) || !derived.has(next);
}

function copy(value: unknown, path: Path, depth: number, budget: Budget): unknown {
  budget.left -= typeof value === "string" ? value.length + valueSize : valueSize;
  if (budget.left < 0) throw new ScopeTooLargeError(path, "holds more than 1 MB");
  if (typeof value !== "object" || value === null) return isScalar(value) ? value : undefined;
  if (depth >= maxDepth) throw new ScopeTooLargeError(path, `is nested deeper than ${maxDepth}`);
  if (Array.isArray(value)) return value.map((each) => copy(each, path, depth + 1, budget));
  const copied: Record<string, unknown> = Object.create(printable);
  for (const [key, inner] of Object.entries(value)) {
    budget.left -= key.length;
    const part = copy(inner, path, depth + 1, budget);
    // Without Object.prototype above it, `__proto__` is a key like any other.
    if (part !== undefined) copied[key] = part;
  }
  return copied;
}

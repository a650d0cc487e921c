import { isDeepStrictEqual } from "node:util";
import type { PropertyChange, WaypostEvent } from "../../contracts.ts";

const maxChanges = 20;
const maxShown = 200;
/** Of Meta's own, or of strangers: compared, but not taken apart. */
const opaque = new Set(["data.raw", "data.business"]);

/** Where two events differ, besides the version of the parser; at most 20 places. Empty when they are equal. */
export function differences(before: WaypostEvent, after: WaypostEvent): PropertyChange[] {
  const changes: PropertyChange[] = [];
  compare({ ...before, dataversion: 0 }, { ...after, dataversion: 0 }, "", changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: string, changes: PropertyChange[]): void {
  if (changes.length === maxChanges || isDeepStrictEqual(before, after)) return;
  const [old, now] = [membersOf(before), membersOf(after)];
  if (old === undefined || now === undefined || opaque.has(path)) {
    changes.push({ path, ...shown("before", before), ...shown("after", after) });
    return;
  }
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const name = Array.isArray(before) ? "[]" : key;
    const inner = path === "" || name === "[]" ? path + name : `${path}.${name}`;
    compare(old.get(key), now.get(key), inner, changes);
  }
}

/** Only of what may be taken apart: two objects, or two lists. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return new Map(Object.entries(value));
}

function shown(name: "before" | "after", value: unknown) {
  if (value === undefined) return {};
  const json = JSON.stringify(value);
  return { [name]: json.length > maxShown ? `${json.slice(0, maxShown)}…` : json };
}

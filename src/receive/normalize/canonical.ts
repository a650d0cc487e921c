import { shortHash } from "../../event/hash-id.ts";

const deepest = 200;

/**
 * JSON with sorted keys and no white space: equal for equal values, whatever order their keys came in.
 * Total: what JSON cannot hold, and what lies deeper than any body may go, is written as null.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (typeof value === "bigint") return "null";
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (depth > deepest) return "null";
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, depth + 1)).join(",")}]`;
  }
  const object = value as Record<string, unknown>;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key], depth + 1)}`);
  return `{${members.join(",")}}`;
}

/** The same for equal JSON values. */
export function contentHash(value: unknown): string {
  return shortHash(canonicalJson(value));
}

/** Whether the value is at most about `budget` characters of JSON. Stops looking as soon as it is not. */
export function isSmall(value: unknown, budget: number): boolean {
  return left(value, budget) >= 0;
}

function left(value: unknown, budget: number): number {
  if (typeof value === "string") return budget - value.length;
  if (typeof value !== "object" || value === null) return budget - 8;
  let rest = budget - 2;
  for (const key in value) {
    if (rest < 0) return rest;
    rest = left((value as Record<string, unknown>)[key], rest - key.length);
  }
  return rest;
}

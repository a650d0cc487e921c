import { cleanText } from "./clean-text.ts";

/**
 * What templates gave for a vendor's fields: what is empty is left out, and texts are cleaned, for they may hold what somebody wrote, cut
 * anywhere. `most`: the longest text that the vendor takes.
 */
export function filled(
  rendered: unknown,
  most = Number.POSITIVE_INFINITY,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries((rendered ?? {}) as object).map(
    ([name, value]) => [name, typeof value === "string" ? cleanText(value, most) : value] as const,
  );
  return Object.fromEntries(
    entries.filter(([, value]) => value !== "" && value !== null && value !== undefined),
  );
}

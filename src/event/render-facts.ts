import type { WaypostEvent } from "./event.ts";

/** One event in words, for destinations that people read. Nothing in it is escaped. */
export interface Rendered {
  /** What it is, on one line: "Photo", "Status: failed". */
  readonly title: string;
  /** What somebody wrote, a paragraph each. */
  readonly texts: readonly string[];
  /** The rest, worth knowing. */
  readonly facts: readonly Fact[];
  /** A link of our own making. */
  readonly link?: { readonly label: string; readonly url: string };
}
export interface Fact {
  readonly label: string;
  readonly value: string;
}

const maxFacts = 40;
/** For machines. */
const skipped = new Set(["at", "session", "sha256", "flowToken", "flow_token"]);

/** The values in an object, with their keys in words, depth first; at most 40. Those undefined are left out. */
export function factsIn(value: unknown): Fact[] {
  const facts: Fact[] = [];
  collect(value, "", facts);
  return facts;
}

function collect(value: unknown, label: string, facts: Fact[]): void {
  if (facts.length >= maxFacts || value === undefined || value === null) return;
  if (typeof value === "object") {
    const named = Object.entries(value).filter(([key]) => !skipped.has(key));
    for (const [key, inner] of named) {
      collect(inner, Array.isArray(value) ? label : capital(inWords(key)), facts);
    }
    return;
  }
  const shown = String(value).trim();
  if (shown !== "") facts.push({ label: label || "Value", value: shown });
}

/** `accountUpdate`, `user_changed_number`: as words, in lower case. */
export function inWords(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_\s]+/g, " ")
    .trim()
    .toLowerCase();
}

/** `{ value: 129900, offset: 100, currency: "INR" }` is 1299 INR. */
export function money(
  amount: { readonly value?: number; readonly offset?: number; readonly currency?: string } = {},
): string | undefined {
  const { value, offset, currency } = amount;
  if (value === undefined) return undefined;
  return [value / (offset || 1), currency].filter((each) => each !== undefined).join(" ");
}

export function errorFacts(errors: WaypostEvent["data"]["errors"] = []): Fact[] {
  return errors.map(({ code, title, message, details }) => ({
    label: code === undefined ? "Error" : `Error ${code}`,
    value: [...new Set([title ?? message, details])].filter(Boolean).join(": ") || "no words",
  }));
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

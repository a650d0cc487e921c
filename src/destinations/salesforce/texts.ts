import { cleanText } from "../clean-text.ts";

/** The key of an event at the end of a Description: what is found again by it was done. */
export function withMarker(text: string, key: string): string {
  return `${text}\n\n${markerOf(key)}`.trimStart();
}

/** Wherever it stands: people write below it. */
export function hasMarker(text: unknown, key: string): boolean {
  return typeof text === "string" && text.includes(markerOf(key));
}

const anyMarker = /\s*\[waypost [A-Za-z0-9_-]+\]/g;

/** Whether Waypost wrote it. */
export function isMarked(text: unknown): boolean {
  return typeof text === "string" && text.search(anyMarker) >= 0;
}

export function withoutMarker(text: string): string {
  return text.replace(anyMarker, "").trimEnd();
}

function markerOf(key: string): string {
  return `[waypost ${key}]`;
}

/**
 * Salesforce reads `@{…}` in any text of a composite request as a reference to a part, and has no escape for it: a wide @ takes its place,
 * for with a sign more a text that fits its field would be too long.
 */
export function withoutReference(text: string): string {
  return text.replaceAll("@{", "\uff20{");
}

/** At most so many bytes of UTF-8; what is cut ends with "…". */
export function cutBytes(text: string, most: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > most) {
    const share = most / Buffer.byteLength(cut);
    cut = cleanText(text, Math.min(cut.length - 1, Math.floor(cut.length * share)));
  }
  return cut;
}

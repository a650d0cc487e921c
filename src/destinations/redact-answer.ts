import type { WaypostEvent } from "../contracts.ts";

/** Words of Meta's or ours, not of a person: these may stay in an answer. */
const plain = new Set(["type", "status", "event", "direction", "object", "field", "mimeType"]);

/**
 * A vendor's answer as the ledger may keep it: on one line, without what it echoes of the event or of the
 * `secrets`, as they are or encoded, without long digit runs and e-mail addresses, at most 300 characters.
 */
export function redactAnswer(
  text: string,
  event: WaypostEvent,
  secrets: readonly string[] = [],
): string {
  const { raw: _, account: __, ...contents } = event.data;
  const hidden = [...new Set([...secrets, ...stringsIn(contents)])]
    .filter((each) => each.length > 1)
    .flatMap(encodingsOf)
    .sort((a, b) => b.length - a.length);
  let shown = text.slice(0, 5000);
  for (const each of hidden) shown = shown.replace(literally(each), "…");
  return shown
    .replace(/[^\s"'<>@]+@[^\s"'<>@]+/g, "…")
    .replace(/\+?\d[\d\s().-]{5,}\d/g, "…")
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ")
    .trim()
    .slice(0, 300);
}

function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const quoted = JSON.stringify(text).slice(1, -1);
  const base64 = bytes.toString("base64").replace(/=+$/, "");
  const percent = encodeURIComponent(bytes.toString("utf8"));
  const form = percent.replaceAll("%20", "+");
  return [text, quoted, percent, form, base64, bytes.toString("base64url")];
}

/** So much of a text is looked for; an answer that echoes more of it is cut there. An expression of 65,536 letters is none. */
const mostLetters = 1_000;

/** In whatever letter case. */
function literally(text: string): RegExp {
  const begin = text.slice(0, mostLetters).replace(/[\ud800-\udbff]$/, "");
  const letters = begin.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(begin.length < text.length ? `${letters}[^]*` : letters, "giu");
}

function stringsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return plain.has(key) ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => stringsIn(inner, name));
}

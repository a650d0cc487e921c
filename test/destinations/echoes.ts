import type { Fault } from "./stub.ts";

/** How a receiver may repeat what it was sent. */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    text,
    text.slice(0, -4),
    text.slice(3),
    text.toUpperCase(),
    text.replaceAll(" ", "_"),
    text.replaceAll(" ", "_").toUpperCase(),
    encodeURIComponent(text),
    JSON.stringify(JSON.stringify(text)),
    [...bytes].map((byte) => `\\u${byte.toString(16).padStart(4, "0")}`).join(""),
    [...bytes].map((byte) => `%${byte.toString(16)}`).join(""),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    bytes.toString("hex"),
  ];
}

/** A few of the forms, one for each way in which an answer can be read: as words, as a code, as JSON, as neither. */
export function contrasts(text: string): string[] {
  const forms = [text, text.replaceAll(" ", "_"), JSON.stringify(JSON.stringify(text))];
  return [...new Set([...forms, text.replaceAll(/./g, "%$&")])];
}

/** Each with the words in the status line, in the headers and in the body, as text and as JSON of all sorts. */
export function echoesOf(status: number, words: string): Fault[] {
  const line = words.replaceAll(/[^\x20-\x7e]/g, "");
  const headers = { "x-error": line, "retry-after": line, "x-slack-failure": line };
  const bodies = [
    words,
    JSON.stringify({ ok: false, error: words, needed: words, provided: words }),
    JSON.stringify({ ok: false, error: "missing_scope", needed: words }),
    JSON.stringify({ ok: false, error: `restricted_action_${words}` }),
    JSON.stringify({ ok: false, error: `metadata_${words}` }),
    JSON.stringify({ ok: true, message: words }).slice(0, -3),
  ];
  return bodies.map((body) => ({ status, statusText: line, headers, body }));
}

/** `& < >` are the only characters with a meaning before formatting. */
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * A text that anybody may have written, without what could disguise it: control characters, marks that reorder a line, halves of
 * characters. Line breaks stay.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029\v\f\u0085]/g, "\n")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/(?![\n\t])\p{Cc}/gu, "")
    .replace(/\n{3,}/g, "\n\n");
}

/** The same on one line, for names and titles. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, " ").trim();
}

/** Escaped, in pieces of at most `limit` characters each; never within an entity or a character. */
export function escapedPieces(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const sign of text) {
    const escaped = entities[sign] ?? sign;
    if (piece.length + escaped.length > limit) {
      pieces.push(piece);
      piece = "";
    }
    piece += escaped;
  }
  if (piece !== "") pieces.push(piece);
  return pieces;
}

/** Escaped, at most `limit` characters, with an ellipsis where something is missing. */
export function escapedClip(text: string, limit: number): string {
  const [all = "", ...more] = escapedPieces(text, limit);
  if (more.length === 0) return all;
  const [start = ""] = escapedPieces(text, limit - 1);
  return `${start}…`;
}

/** What a spreadsheet begins with so that it reads UTF-8. */
export const csvStart = "\uFEFF";

/** One line of CSV (RFC 4180). The only line breaks outside of quotes are those that end a row, as CR LF. */
export function csvRow(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * A text is a text for spreadsheets too: one that they would take for a formula gets an apostrophe before it, also where blanks
 * come first, or what is not seen and some leave out. Numbers stay numbers. No cell holds a CR.
 */
function csvCell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const inert = text
    .replace(/\r\n?/g, "\n")
    .replace(/^(?=[\s\p{Cc}\p{Cf}]*[=+\-@|%＝＋－＠]|[\t\n])/u, "'");
  return /[",;\n\t]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

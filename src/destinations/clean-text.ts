/** Other ways of saying "new line"; a browser, a mail program and a CRM each know some of them. */
const lineBreaks = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const controls = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g;
/** They turn what stands behind them too. The marks (U+200E, U+200F) turn nothing but their own place, and stay. */
const bidiOverrides = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text that every vendor takes and that changes nothing around it: no control characters but tab and line feed, no lone
 * surrogates, nothing that turns the direction of what follows. At most `max` UTF-16 units; what is cut ends with "…".
 */
export function cleanText(text: string, max: number): string {
  const clean = text
    .replace(lineBreaks, "\n")
    .replace(controls, "")
    .replace(bidiOverrides, "")
    .replace(/\p{Surrogate}/gu, "\ufffd");
  if (clean.length <= max) return clean;
  if (max < 1) return "";
  return `${clean.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** The same on one line. */
export function cleanLine(text: string, max: number): string {
  return cleanText(cleanText(text, text.length).replace(/\s+/g, " ").trim(), max);
}

/** The same where it becomes a header of a mail: nothing in it reads as an encoded word (RFC 2047), which a mail program would decode. */
export function headerLine(text: string, max: number): string {
  return cleanLine(text.replaceAll("=?", "= ?"), max);
}

/** What a template gave, as a text: objects as JSON, "" of nothing. */
export function valueAsText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

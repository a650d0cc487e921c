/** A business-scoped user id looks like `DE.7410258963`: told by its form, wherever it stands. */
export function isBsuid(value: unknown): value is string {
  return typeof value === "string" && /^[A-Z]{2}\./.test(value);
}

const writing = /^\+?[0-9][0-9 ()./-]{0,40}$/;
/** E.164 has at most 15 digits, and no country code begins with 0. */
const international = /^[1-9][0-9]{6,14}$/;

/** The digits of a phone number that says its country, in any writing; undefined: it is none. */
export function internationalPhone(text: string): string | undefined {
  const trimmed = asTyped(text);
  // `+49 (0)151`: the zero is for callers inside.
  if (!writing.test(trimmed) || trimmed.includes("(0)")) return undefined;
  const digits = trimmed.replace(/[^0-9]/g, "").replace(/^00/, "");
  return international.test(digits) ? digits : undefined;
}

/** What is copied out of a web page or an address book has other spaces and dashes, marks of direction, and `tel:`. */
function asTyped(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(/\p{Pd}|\u2212/gu, "-")
    .replace(/\s+/gu, " ")
    .trim()
    .replace(/^tel:/i, "");
}

/**
 * Whether a vendor's text says what ours says, however the vendor formats, cleans or shortens it: letters, digits and emoji of the first
 * 2,000 are compared.
 */
export function sameWords(ours: string, theirs: string): boolean {
  return letters(ours) === letters(theirs);
}

/** Of HTML what a reader sees. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/&(?:lt|gt|quot|nbsp|#39|#0?34|#60|#62);/g, " ")
    .replace(/&amp;/g, "&");
}

function letters(text: string): string {
  const kept = text.normalize("NFKC").replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/gu, "");
  return kept.slice(0, 2_000);
}

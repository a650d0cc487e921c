/** What a masked text is shown as: its length. */
export function lengthOf(text: string): string {
  // Of a long one, which may be megabytes of base64, the exact number of code points is worth nobody's time.
  const count = text.length > 10_000 ? text.length : [...text].length;
  return count === 1 ? "1 character" : `${count} characters`;
}

/** How a text is safe, as `x-safe` in the schemas says it: as it is; as one word of a vocabulary; as our own words; as a file type. */
export type SafeAs = true | "code" | "words" | "mime";

/** The text where it is what the schema says, else its length. */
export function safeText(text: string, as: SafeAs): string {
  switch (as) {
    case true:
      return text;
    case "code":
      return isCode(text) ? text : lengthOf(text);
    case "mime":
      return mime.test(text) ? text : lengthOf(text);
    case "words":
      return withoutPeople(text);
  }
}

const code = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const mime = /^[a-z]{1,32}\/[A-Za-z0-9.+-]{1,100}(?:; ?[a-z]{1,16}=[A-Za-z0-9., "-]{1,40})?$/;

function isCode(text: string): boolean {
  return (
    code.test(text) && !isPhoneLike(text) && leadsToSomebody.every((id) => text.search(id) < 0)
  );
}

/** With the seven digits that the shortest number with a country code has. */
export function isPhoneLike(text: string): boolean {
  return (text.match(/[0-9]/g)?.length ?? 0) >= 7;
}

const leadsToSomebody = [
  /\bwa[mc]id\.[A-Za-z0-9+/=_-]+/g,
  /\bcnv_[a-z0-9]+/g,
  /\b[A-Z]{2}\.[A-Za-z0-9.]{4,}/g,
  /[^\s<>()"']+@[^\s<>()"',;]+/g,
];
const time = /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?/;
/** A POST's id: a digest, of which every third one holds seven digits in a row. */
const post = /\bpst_[0-9a-f]{32}\b/;
const kept = `${time.source}|${post.source}`;
const digits = new RegExp(String.raw`${kept}|\+?\d(?:[\s()./-]{0,2}\d){6,}`, "g");
const wholeKept = new RegExp(`^(?:${kept})$`);

/** Words of our own hold nothing personal; what they quote in spite of that is taken out. */
function withoutPeople(text: string): string {
  const rest = leadsToSomebody.reduce((left, pattern) => left.replace(pattern, "…"), text);
  return rest.replace(digits, (found) => (wholeKept.test(found) ? found : "…"));
}

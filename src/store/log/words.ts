/**
 * Text search without stemming, for every script: a text is the set of its words, and a query matches when all
 * of its words occur. Both stores index the same words.
 */

/** As many as one event is found by. */
const maxWords = 256;
/** Longer runs (keys, base64) are found by their beginning. */
const maxWordLength = 64;
/** Twice what a message can hold. What is beyond is not searched, so that hostile texts cost little. */
const maxCharacters = 8_192;

/** Emoji count as words: people search for them. */
const pieces = /[\p{L}\p{N}\p{M}]+|[\p{Extended_Pictographic}\p{Regional_Indicator}]/gu;
const latinMarks = /(\p{Script=Latin})\p{M}+/gu;
const unspaced =
  "\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}";
const segments = new RegExp(`[${unspaced}]+|[^${unspaced}]+`, "gu");
const isUnspaced = new RegExp(`^[${unspaced}]`, "u");
const isWord = /^[\p{L}\p{N}\p{M}]/u;

/**
 * What a text is found by: at most 256 words. Where a script has no spaces these are pairs of neighbouring
 * characters and, after everything else, the single ones.
 */
export function indexWords(texts: Iterable<string>): string[] {
  const words = new Set<string>();
  const singles = new Set<string>();
  let left = maxCharacters;
  for (const text of texts) {
    for (const segment of split(text.slice(0, left))) {
      addAll(words, wordsOf(segment));
      if (isUnspaced.test(segment)) addAll(singles, segment);
    }
    left -= text.length;
    if (left <= 0 || words.size >= maxWords) break;
  }
  return [...addAll(words, singles)].slice(0, maxWords);
}

/** What a query asks for. Empty when it holds nothing that could be found. */
export function queryWords(query: string): string[] {
  const words = new Set<string>();
  for (const segment of split(query.slice(0, maxCharacters))) addAll(words, wordsOf(segment));
  return [...words].slice(0, maxWords);
}

function* split(text: string): Iterable<string> {
  for (const [piece] of fold(text).matchAll(pieces)) {
    if (isWord.test(piece)) yield* piece.match(segments) ?? [];
    else yield `u${piece.codePointAt(0)?.toString(16)}`;
  }
}

/** Marks carry meaning outside Latin: only Latin letters lose them. */
function fold(text: string): string {
  return text
    .normalize("NFKC")
    .slice(0, maxCharacters)
    .toLowerCase()
    .normalize("NFD")
    .replace(latinMarks, "$1")
    .normalize("NFC");
}

function wordsOf(segment: string): string[] {
  return isUnspaced.test(segment) ? pairs(segment) : [cut(segment)];
}

function addAll(words: Set<string>, more: Iterable<string>): Set<string> {
  for (const word of more) words.add(word);
  return words;
}

/** Overlapping; one character alone is its own word. */
function pairs(segment: string): string[] {
  const letters = [...segment];
  if (letters.length === 1) return letters;
  return letters.slice(1).map((letter, i) => `${letters[i]}${letter}`);
}

function cut(word: string): string {
  return word.length <= maxWordLength ? word : [...word].slice(0, maxWordLength).join("");
}

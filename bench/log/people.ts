/** Who writes to whom in a made log, and what: all of it follows from the number of the conversation. */
import { type Language, phrases } from "../../src/cli/simulate/scenario/phrases.ts";
import type { Account, Person } from "../../src/cli/simulate/scenario/world.ts";

/** 0 ≤ x < 1, the next of a sequence that follows from the seed alone. */
export type Chance = () => number;

/** mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(list: readonly T[], chance: Chance): T {
  return list[Math.floor(chance() * list.length)] as T;
}

/** Six numbers of three WABAs; the first has half of all conversations. */
const accounts: readonly Account[] = Array.from({ length: 6 }, (_, at) => ({
  wabaId: String(900_100_200_300_400 + Math.floor(at / 2)),
  phoneNumberId: String(700_700_700_700_700 + at),
  displayPhoneNumber: String(15_555_550_100 + at),
}));

const languages: readonly Language[] = [
  ...(["en", "en", "en", "en", "de", "de", "de"] as const),
  ...(["es", "es", "pt", "tr", "ar", "ja", "hi"] as const),
];
const syllables = ["ka", "ro", "mi", "len", "ta", "sor", "vi", "den", "bo", "ras", "ne", "lu"];

export interface Talker {
  readonly account: Account;
  readonly person: Person;
}

export function talkerOf(conversation: number): Talker {
  const chance = chanceOf(conversation * 7919 + 17);
  const account = pick(chance() < 0.5 ? accounts.slice(0, 1) : accounts.slice(1), chance);
  const language = pick(languages, chance);
  const { names, country } = phrases[language];
  const second = pick(syllables, chance) + pick(syllables, chance) + pick(syllables, chance);
  const name = `${pick(names, chance)} ${second[0]?.toUpperCase()}${second.slice(1)}`;
  const waId = String(15_550_000_000 + conversation);
  const userId = `${country}.${1_000_000_000_000_000 + conversation * 104_729}`;
  const knownBy = chance();
  const ids = {
    ...(knownBy > 0.1 && { waId }),
    ...(knownBy < 0.85 && { userId }),
  };
  const username = knownBy < 0.2 ? { username: `talker_${conversation}` } : {};
  return { account, person: { name, language, ...ids, ...username } };
}

const asked = ["hello", "stock", "price", "complaint", "book", "move", "unwell", "thanks"] as const;
const answered = ["welcome", "available", "shipped", "agent", "booked"] as const;

/** One to three sentences, half of them with a number that nearly nobody else names. */
export function wordsOf(language: Language, side: "in" | "out", chance: Chance): string {
  const known = phrases[language];
  const keys: readonly (keyof typeof known & string)[] = side === "in" ? asked : answered;
  const sentences = [known[pick(keys, chance)] as string];
  while (chance() < 0.4 && sentences.length < 3) {
    sentences.push(known[pick(keys, chance)] as string);
  }
  if (chance() < 0.5) sentences.push(`#${10_000 + Math.floor(chance() * 900_000)}`);
  return sentences.join(" ");
}

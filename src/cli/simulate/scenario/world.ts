import type { Random } from "../random.ts";
import { type Language, phrases } from "./phrases.ts";

/** A WABA with one phone number. The first is always the one the documentation uses. */
export interface Account {
  readonly wabaId: string;
  readonly phoneNumberId: string;
  readonly displayPhoneNumber: string;
}

/** A person, as Meta shows them: since 2026 some have no phone number, and old ones no BSUID. */
export interface Person {
  readonly name: string;
  readonly language: Language;
  readonly userId?: string;
  readonly waId?: string;
  readonly username?: string;
}

/** Who writes to whom, and the chance they draw from. */
export interface World {
  readonly random: Random;
  readonly accounts: readonly Account[];
  readonly people: readonly Person[];
  /** Unix seconds, where payload times start. */
  readonly startAt: number;
}

/** Repeated by how often they are met. */
const languages: readonly Language[] = [
  ...(["en", "en", "en", "en", "de", "de", "de"] as const),
  ...(["es", "es", "pt", "tr", "ar", "ja", "hi"] as const),
];

export function createWorld(options: {
  readonly random: Random;
  readonly startAt: number;
  readonly accounts: number;
  readonly contacts: number;
}): World {
  const { random, startAt } = options;
  const accounts = Array.from({ length: options.accounts }, (_, index) => createAccount(index));
  const people = Array.from({ length: options.contacts }, () => createPerson(random));
  return { random, startAt, accounts, people };
}

function createAccount(index: number): Account {
  return {
    wabaId: String(900_100_200_300_400 + index),
    phoneNumberId: String(700_700_700_700_700 + index),
    displayPhoneNumber: String(15_555_550_100 + index),
  };
}

function createPerson(random: Random): Person {
  const language = random.pick(languages);
  const { names, country } = phrases[language];
  const name = random.pick(names);
  const userId = `${country}.${random.digits(16)}`;
  const waId = `1555${random.digits(7)}`; // area code 555 is nobody's
  const username = `guest.${random.digits(6)}`;
  const kind = random.next();
  if (kind < 0.65) return { name, language, userId, waId };
  if (kind < 0.85) return { name, language, userId, username };
  if (kind < 0.95) return { name, language, userId, waId, username };
  return { name, language, waId };
}

/** The n-th person, and the account to which they always write. */
export function somebody(world: World, index: number) {
  const person = world.people[index % world.people.length];
  const account = world.accounts[(index % world.people.length) % world.accounts.length];
  if (person === undefined || account === undefined) {
    throw new RangeError("a world needs people and an account");
  }
  return { person, account };
}

import { createRequire } from "node:module";
import type * as Phones from "libphonenumber-js/min";
import { contactKey } from "./contact-keys.ts";

let plans: typeof Phones | undefined;

/** The world's numbering plans: about 40 ms and 9 MB, once, and only where somebody asks for countries. */
export function loadNumberingPlans(): typeof Phones {
  plans ??= createRequire(import.meta.url)("libphonenumber-js/min") as typeof Phones;
  return plans;
}

/**
 * ISO 3166-1 alpha-2 of a phone with country code, in any writing. undefined: a BSUID, no number, or one that several
 * countries may have, as an invented one of North America.
 */
export function countryOf(text: string): string | undefined {
  const digits = phoneDigits(text);
  if (digits === undefined) return undefined;
  return loadNumberingPlans().parsePhoneNumberFromString(`+${digits}`)?.country;
}

/** ISO 3166-1 alpha-2 of a country that has numbers of its own. */
export function isCountry(code: string): boolean {
  return loadNumberingPlans().isSupportedCountry(code);
}

/**
 * As digits, the number first and then how else the same phone is written or known: with and without Brazil's ninth
 * digit, Mexico's old 1, Argentina's 9. None for a BSUID and for what is no phone.
 */
export function phoneCandidates(text: string): string[] {
  const digits = phoneDigits(text);
  if (digits === undefined) return [];
  const other = otherWriting(digits);
  return other === undefined ? [digits] : [digits, other];
}

/**
 * The same phone in a country's other writing, as digits, and only where the number cannot be another phone's as well; undefined: it has
 * none. In Brazil a landline may begin with 5, so what is said of one is not said of the mobile with a 9 before it.
 */
export function sameInOtherWriting(digits: string): string | undefined {
  return /^55[1-9][1-9]9?5[0-9]{7}$/.test(digits) ? undefined : otherWriting(digits);
}

/** E.164 has 15 digits at most; the shortest numbers with a country code have 7. */
function phoneDigits(text: string): string | undefined {
  const key = contactKey(text);
  return /^[1-9][0-9]{6,14}$/.test(key) ? key : undefined;
}

/** The same phone in the notation before or after a country's reform; both are in use. */
const reforms: readonly (readonly [from: RegExp, to: string])[] = [
  // Mobiles alone got the ninth digit. They begin with 5 to 9 behind it, landlines with 2 to 5.
  [/^55([1-9][1-9])9([5-9][0-9]{7})$/, "55$1$2"],
  [/^55([1-9][1-9])([5-9][0-9]{7})$/, "55$19$2"],
  [/^521([0-9]{10})$/, "52$1"],
  [/^52([0-9]{10})$/, "521$1"],
  [/^549([0-9]{10})$/, "54$1"],
  [/^54([0-9]{10})$/, "549$1"],
];

function otherWriting(digits: string): string | undefined {
  const reform = reforms.find(([from]) => from.test(digits));
  return reform && digits.replace(reform[0], reform[1]);
}

const phoneForm = /^\+?[0-9(][0-9 ()./\u00a0\u2010-\u2015-]{4,40}$/u;

/** What may be a phone number, in any writing; also behind `tel:` and in a link of wa.me. */
export function phoneText(text: string): string | undefined {
  const bare = text.trim().replace(/^(?:tel:|(?:https?:\/\/)?wa\.me\/)/i, "");
  const digits = bare.replace(/[^0-9]/g, "");
  return phoneForm.test(bare) && digits.length >= 6 && digits.length <= 17 ? bare : undefined;
}

/**
 * Whom a phone number may mean, as digits, the likeliest first: as it is, and as callers inside of these countries write it. `(0)` is
 * for them alone.
 */
export function phonesMeant(text: string, countries: readonly string[]): string[] {
  const bare = text.replace(/\(0\)/g, "");
  const isInternational = /^(?:\+|00)/.test(bare.trim());
  const { parsePhoneNumberFromString: parse } = loadNumberingPlans();
  const inside = isInternational
    ? []
    : countries.flatMap((country) => parse(bare, country as Phones.CountryCode)?.number ?? []);
  const all = /^0(?!0)/.test(bare.trim()) ? inside : [bare, ...inside];
  return [...new Set(all.flatMap(phoneCandidates))];
}

/** `+49 1512 3456789` of a phone's digits. */
export function phoneInWords(digits: string): string {
  const parsed = loadNumberingPlans().parsePhoneNumberFromString(`+${digits}`);
  return parsed?.formatInternational() ?? `+${digits}`;
}

import { loadNumberingPlans } from "../../event/phone.ts";

/** How a phone with country code (digits) may stand in a field. `country`: of phones that say none. */
export function notationsOf(digits: string, country: string | undefined): string[] {
  const { parsePhoneNumberFromString, isSupportedCountry, getCountryCallingCode } =
    loadNumberingPlans();
  const number = parsePhoneNumberFromString(`+${digits}`);
  const plain = [`+${digits}`, digits, `00${digits}`];
  if (number === undefined) return plain;
  const written = [...plain, number.formatInternational()];
  if (country === undefined || !isSupportedCountry(country)) return written;
  if (getCountryCallingCode(country) !== number.countryCallingCode) return written;
  const national = number.formatNational();
  return [...written, national, national.replace(/\D/g, ""), String(number.nationalNumber)];
}

/** What a search finds it by, as digits: with and without what is dialled before it. */
export function searchTermsOf(digits: string, country: string | undefined): string[] {
  const all = notationsOf(digits, country).map((each) => each.replace(/\D/g, ""));
  return [...new Set(all)].filter((each) => !each.startsWith("00"));
}

/**
 * Whether a field holds one of these phones (digits, with country code). A phone without country code is one of `country`; without
 * that it is nobody's: another country has the same.
 */
export function isPhone(
  field: unknown,
  candidates: readonly string[],
  country: string | undefined,
): boolean {
  if (typeof field !== "string") return false;
  const says = field.trim();
  const digits = says.replace(/\D/g, "").replace(/^00/, "");
  if (digits === "") return false;
  if (candidates.includes(digits)) return true;
  if (country === undefined || /^(\+|00)/.test(says)) return false;
  const { parsePhoneNumberFromString, isSupportedCountry } = loadNumberingPlans();
  if (!isSupportedCountry(country)) return false;
  const number = parsePhoneNumberFromString(says, country)?.number;
  return number !== undefined && candidates.includes(number.slice(1));
}

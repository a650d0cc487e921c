import { textOf } from "./message-in-words.ts";

/**
 * The templates' filter `phone`: digits of a phone with country code get their `+`. Anything else stays as it is, so that the last of
 * several defaults may be a name or a BSUID.
 */
function plusPhone(value: unknown): unknown {
  return /^[1-9][0-9]{6,14}$/.test(String(value)) ? `+${String(value)}` : value;
}

/** The filters that templates have beside Shopify's. */
export const templateFilters = { text: textOf, phone: plusPhone } as const;

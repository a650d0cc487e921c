import { domainToASCII } from "node:url";
import addressparser from "nodemailer/lib/addressparser";
import { headerLine } from "../clean-text.ts";

export interface MailAddress {
  /** "" without one. */
  readonly name: string;
  readonly address: string;
}

/** Stricter than the standard: no quoted local parts, nothing that a header or an SMTP command could take for its own. */
const plain = /^[^\s@<>()[\]\\,;:"\p{Cc}\p{Cf}]{1,64}@[^\s@<>()[\]\\,;:"\p{Cc}\p{Cf}]{1,253}$/u;

/**
 * One address, `Mia <mia@acme.example>` or without the name; undefined: it is none. With one @ alone, a name that somebody
 * chose cannot bring an address of its own.
 */
export function parseAddress(text: string): MailAddress | undefined {
  if (/[\r\n\0]/.test(text.trim()) || text.split("@").length !== 2) return undefined;
  const [parsed, ...more] = addressparser(text, { flatten: true });
  if (parsed === undefined || more.length > 0 || !plain.test(parsed.address)) return undefined;
  const [local, domain = ""] = parsed.address.split("@");
  // Few servers take SMTPUTF8; all take the domain's other form (IDNA), which is the same place.
  const ascii = /[^\0-\x7f]/.test(domain) ? domainToASCII(domain) : domain;
  if (ascii === "") return undefined;
  return { name: headerLine(parsed.name, 200), address: `${local}@${ascii}` };
}

/** For logs and answers: `s…@acme.example`. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf("@");
  return `${[...address][0] ?? ""}…${address.slice(at)}`;
}

export function domainOf({ address }: MailAddress): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

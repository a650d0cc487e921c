import type { NamePolicy } from "../name-rule.ts";
import { compileOption } from "../option-templates.ts";
import { checkSecret, parseAddress } from "../parse-option.ts";
import { parseTicketRule } from "../ticket-rule.ts";

export interface RawOptions {
  readonly token: string;
  readonly admin?: string;
  readonly replies?: "auto" | "comment" | "note";
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly match?: "phone" | "id";
  readonly create?: "always" | "inbound" | "never";
  readonly name?: NamePolicy;
  readonly reopenWithin?: string;
  readonly newAfter?: string;
  readonly version?: string;
  readonly baseUrl?: string;
}

/** Of one destination, frozen. */
export type IntercomOptions = ReturnType<typeof parseIntercomOptions>;

/** Throws OptionError. */
export function parseIntercomOptions(name: string, raw: RawOptions) {
  const { token, admin, text, attributes = {} } = raw;
  const words = { problem: "is not a token", remedy: "Copy the app's access token" };
  checkSecret(name, "token", token, words);
  return Object.freeze({
    token,
    /** Absent: whose token it is. */
    ...(admin !== undefined && { admin }),
    replies: raw.replies ?? "auto",
    ...(text !== undefined && { text: compileOption(name, "text", text) }),
    attributes: compileOption(name, "attributes", attributes),
    attributeNames: Object.keys(attributes),
    matchesPhone: (raw.match ?? "phone") === "phone",
    create: raw.create ?? "always",
    name: raw.name ?? "ifEmpty",
    rule: parseTicketRule(name, raw),
    version: raw.version ?? "2.14",
    baseUrl: parseAddress(
      name,
      raw.baseUrl ?? "https://api.intercom.io",
      "https://api.eu.intercom.io",
    ),
  });
}

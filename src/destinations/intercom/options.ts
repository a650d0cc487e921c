import { OptionError } from "../destination-kind.ts";
import type { NamePolicy } from "../name-rule.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { parseTicketRule, type TicketRule } from "../ticket-rule.ts";

export interface IntercomOptions {
  readonly token: string;
  /** undefined: whose token it is. */
  readonly admin?: string;
  readonly replies: "auto" | "comment" | "note";
  readonly text?: OptionTemplates;
  readonly attributes: OptionTemplates;
  readonly attributeNames: readonly string[];
  readonly matchesPhone: boolean;
  readonly create: "always" | "inbound" | "never";
  readonly name: NamePolicy;
  readonly rule: TicketRule;
  readonly version: string;
  readonly baseUrl: URL;
}

export interface RawOptions {
  readonly token: string;
  readonly admin?: string;
  readonly replies?: IntercomOptions["replies"];
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly match?: "phone" | "id";
  readonly create?: IntercomOptions["create"];
  readonly name?: NamePolicy;
  readonly reopenWithin?: string;
  readonly newAfter?: string;
  readonly version?: string;
  readonly baseUrl?: string;
}

/** Throws OptionError. */
export function parseIntercomOptions(name: string, raw: RawOptions): IntercomOptions {
  const { token, admin, text, attributes = {} } = raw;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const words = { problem: "is not a token", remedy: "Copy the app's access token" };
    throw new OptionError(name, "token", words);
  }
  return Object.freeze({
    token,
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
    baseUrl: parseBaseUrl(name, raw.baseUrl ?? "https://api.intercom.io"),
  });
}

function parseBaseUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  const words = { problem: "is not an address", remedy: "Write e.g. https://api.eu.intercom.io" };
  throw new OptionError(name, "baseUrl", words);
}

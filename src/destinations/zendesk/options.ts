import { milliseconds } from "../../support/duration.ts";
import { OptionError } from "../destination-kind.ts";
import type { NamePolicy } from "../name-rule.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { parseTicketRule } from "../ticket-rule.ts";
import { zendeskSchema } from "./schema.ts";

/** What waypost.yaml says, as the schema lets it through. */
export interface RawOptions {
  readonly subdomain?: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  readonly baseUrl?: string;
  readonly debounce?: string;
  readonly reopenWithin?: string;
  readonly newAfter?: string;
  readonly ours?: "public" | "internal";
  readonly opens?: "anybody" | "contact";
  readonly name?: NamePolicy;
  readonly subject?: string;
  readonly tags?: readonly string[];
  readonly priority?: string;
  readonly type?: string;
  readonly group?: Id;
  readonly brand?: Id;
  readonly form?: Id;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
}
type Id = number | string;

/** Ids that a new ticket gets as they are. */
interface TicketIds {
  readonly group?: number;
  readonly brand?: number;
  readonly form?: number;
}

export interface ZendeskOptions {
  readonly baseUrl: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly debounceMs: number;
  readonly reopenWithinMs: number;
  readonly newAfterMs: number;
  readonly oursArePublic: boolean;
  readonly oursOpen: boolean;
  readonly name: NamePolicy;
  readonly templates: Readonly<
    Record<"subject" | "tags" | "priority" | "type" | "fields", OptionTemplates>
  >;
  readonly ids: TicketIds;
  /** Ids of custom fields. */
  readonly fields: readonly string[];
}

const mostDebounceMs = 60_000;
const { default: defaultSubject } = zendeskSchema.properties.subject;

/** Throws OptionError. */
export function parseZendeskOptions(name: string, raw: RawOptions): ZendeskOptions {
  const { clientId, clientSecret, scope = "read write", fields = {} } = raw;
  const { subject = defaultSubject, priority = "", type = "", tags = ["whatsapp"] } = raw;
  const debounceMs = milliseconds(raw.debounce ?? "15s");
  if (debounceMs > mostDebounceMs) {
    const words = { problem: "is longer than a minute", remedy: "Write e.g. 15s" };
    throw new OptionError(name, "debounce", words);
  }
  const rule = parseTicketRule(name, raw);
  return Object.freeze({
    baseUrl: parseBaseUrl(name, raw),
    ...{ clientId, clientSecret, scope, debounceMs },
    ...{ reopenWithinMs: rule.reopenMs, newAfterMs: rule.newAfterMs },
    oursArePublic: raw.ours !== "internal",
    oursOpen: raw.opens !== "contact",
    name: raw.name ?? "ifEmpty",
    templates: {
      subject: compileOption(name, "subject", subject),
      tags: compileOption(name, "tags", tags),
      priority: compileOption(name, "priority", priority),
      type: compileOption(name, "type", type),
      fields: compileOption(name, "fields", fields),
    },
    ids: {
      ...(raw.group !== undefined && { group: Number(raw.group) }),
      ...(raw.brand !== undefined && { brand: Number(raw.brand) }),
      ...(raw.form !== undefined && { form: Number(raw.form) }),
    },
    fields: Object.keys(fields),
  });
}

function parseBaseUrl(name: string, { baseUrl, subdomain }: RawOptions): URL {
  const text = baseUrl ?? `https://${subdomain}.zendesk.com`;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  const words = { problem: "is not an address", remedy: "Write e.g. https://acme.zendesk.com" };
  throw new OptionError(name, "baseUrl", words);
}

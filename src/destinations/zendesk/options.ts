import { milliseconds } from "../../support/duration.ts";
import { OptionError } from "../destination-kind.ts";
import type { NamePolicy } from "../name-rule.ts";
import { filledByEvents } from "../not-taken.ts";
import { compileOption } from "../option-templates.ts";
import { parseAddress } from "../parse-option.ts";
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

const mostDebounceMs = 60_000;
const { default: defaultSubject } = zendeskSchema.properties.subject;

/** Of one destination, frozen. */
export type ZendeskOptions = ReturnType<typeof parseZendeskOptions>;

/** Throws OptionError. */
export function parseZendeskOptions(name: string, raw: RawOptions) {
  const { clientId, clientSecret, scope = "read write", fields = {} } = raw;
  const { subject = defaultSubject, priority = "", type = "", tags = ["whatsapp"] } = raw;
  const debounceMs = milliseconds(raw.debounce ?? "15s");
  if (debounceMs > mostDebounceMs) {
    const words = { problem: "is longer than a minute", remedy: "Write e.g. 15s" };
    throw new OptionError(name, "debounce", words);
  }
  const rule = parseTicketRule(name, raw);
  const { baseUrl: address = `https://${raw.subdomain}.zendesk.com` } = raw;
  return Object.freeze({
    baseUrl: parseAddress(name, address, "https://acme.zendesk.com"),
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
    /** That a new ticket gets as they are. */
    ids: {
      ...(raw.group !== undefined && { group: Number(raw.group) }),
      ...(raw.brand !== undefined && { brand: Number(raw.brand) }),
      ...(raw.form !== undefined && { form: Number(raw.form) }),
    },
    /** Ids of custom fields. */
    fields: Object.keys(fields),
    /** Of them those that an event fills. */
    fromEvents: filledByEvents(fields),
  });
}

import type { DeliveryContext } from "../../contracts.ts";
import { OptionError } from "../destination-kind.ts";
import type { NamePolicy } from "../name-rule.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { parseTicketRule, type TicketRule } from "../ticket-rule.ts";

export interface FreshdeskOptions {
  readonly apiKey: string;
  readonly replies: "public" | "private";
  readonly text?: OptionTemplates;
  readonly ticket: Readonly<Record<keyof TicketFields, OptionTemplates>>;
  readonly source: number;
  readonly priority: number;
  readonly contactFields: OptionTemplates;
  /** A list of addresses. */
  readonly notify: OptionTemplates;
  readonly matchesPhone: boolean;
  readonly create: "always" | "inbound" | "never";
  readonly name: NamePolicy;
  readonly eventField?: string;
  readonly rule: TicketRule;
  readonly baseUrl: URL;
  readonly fieldNames: { readonly ticket: readonly string[]; readonly contact: readonly string[] };
}

/** As the templates render them; "" is left out. */
export interface TicketFields {
  readonly subject: unknown;
  readonly type: unknown;
  readonly group: unknown;
  readonly agent: unknown;
  readonly tags: readonly unknown[];
  readonly fields: Readonly<Record<string, unknown>>;
}

const ticketKeys = ["subject", "type", "group", "agent", "tags", "fields"] as const;

/** What waypost.yaml need not say. */
interface Defaulted {
  readonly replies: FreshdeskOptions["replies"];
  readonly subject: string;
  readonly source: number;
  readonly priority: number;
  readonly type: string;
  readonly group: string;
  readonly agent: string;
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  readonly contactFields: Readonly<Record<string, string>>;
  readonly notify: readonly string[];
  readonly match: "phone" | "id";
  readonly create: FreshdeskOptions["create"];
  readonly name: NamePolicy;
}

/** What it says, as the schema lets it through. */
export interface RawOptions extends Partial<Defaulted> {
  readonly domain: string;
  readonly apiKey: string;
  readonly text?: string;
  readonly eventField?: string;
  readonly reopenWithin?: string;
  readonly newAfter?: string;
  readonly baseUrl?: string;
}

const defaults: Defaulted = {
  replies: "public",
  subject:
    "WhatsApp: {{ contact.name | default: contact.waId | default: contact.username | phone }}",
  ...{ source: 7, priority: 1, type: "", group: "", agent: "" },
  ...{ tags: ["whatsapp"], fields: {}, contactFields: {}, notify: [] },
  ...{ match: "phone", create: "always", name: "ifEmpty" },
};

/** Throws OptionError. */
export function parseFreshdeskOptions(name: string, given: RawOptions): FreshdeskOptions {
  const raw = { ...defaults, ...given };
  const { apiKey, text, eventField, baseUrl = `https://${raw.domain}.freshdesk.com` } = raw;
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    const words = { problem: "is not an API key", remedy: "Copy it from Profile settings" };
    throw new OptionError(name, "apiKey", words);
  }
  const { replies, source, priority, create, name: policy } = raw;
  const compile = (key: keyof RawOptions) => compileOption(name, key, raw[key]);
  return Object.freeze({
    ...{ apiKey, replies, source, priority, create, name: policy },
    ...(text !== undefined && { text: compile("text") }),
    ticket: {
      ...{ subject: compile("subject"), type: compile("type"), group: compile("group") },
      ...{ agent: compile("agent"), tags: compile("tags"), fields: compile("fields") },
    },
    contactFields: compile("contactFields"),
    notify: compile("notify"),
    matchesPhone: raw.match === "phone",
    ...(eventField !== undefined && { eventField }),
    rule: parseTicketRule(name, raw),
    baseUrl: parseBaseUrl(name, baseUrl),
    fieldNames: {
      ticket: [...Object.keys(raw.fields), ...(eventField === undefined ? [] : [eventField])],
      contact: Object.keys(raw.contactFields),
    },
  });
}

/** What the options say of a new ticket. Throws DeliveryError. */
export async function renderTicket(
  { ticket }: Pick<FreshdeskOptions, "ticket">,
  context: Pick<DeliveryContext, "scope">,
): Promise<TicketFields> {
  const rendered: Partial<Record<keyof TicketFields, unknown>> = {};
  for (const key of ticketKeys) rendered[key] = await ticket[key].render(context);
  return rendered as unknown as TicketFields;
}

function parseBaseUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  const words = { problem: "is not an address", remedy: "Write e.g. https://acme.freshdesk.com" };
  throw new OptionError(name, "baseUrl", words);
}

import type { DeliveryContext } from "../../contracts.ts";
import type { NamePolicy } from "../name-rule.ts";
import { filledByEvents } from "../not-taken.ts";
import { compileOption } from "../option-templates.ts";
import { checkSecret, parseAddress } from "../parse-option.ts";
import { parseTicketRule } from "../ticket-rule.ts";

/** What waypost.yaml need not say. */
const defaults = {
  replies: "public" as "public" | "private",
  subject:
    "WhatsApp: {{ contact.name | default: contact.waId | default: contact.username | phone }}",
  ...{ source: 7, priority: 1, type: "", group: "", agent: "" },
  tags: ["whatsapp"] as readonly string[],
  fields: {} as Readonly<Record<string, string>>,
  contactFields: {} as Readonly<Record<string, string>>,
  notify: [] as readonly string[],
  match: "phone" as "phone" | "id",
  create: "always" as "always" | "inbound" | "never",
  name: "ifEmpty" as NamePolicy,
};

/** What it says, as the schema lets it through. */
export interface RawOptions extends Partial<Readonly<typeof defaults>> {
  readonly domain: string;
  readonly apiKey: string;
  readonly text?: string;
  readonly eventField?: string;
  readonly reopenWithin?: string;
  readonly newAfter?: string;
  readonly baseUrl?: string;
}

/** Of one destination, frozen. */
export type FreshdeskOptions = ReturnType<typeof parseFreshdeskOptions>;

/** Throws OptionError. */
export function parseFreshdeskOptions(name: string, given: RawOptions) {
  const raw = { ...defaults, ...given };
  const { apiKey, text, eventField, baseUrl = `https://${raw.domain}.freshdesk.com` } = raw;
  const words = { problem: "is not an API key", remedy: "Copy it from Profile settings" };
  checkSecret(name, "apiKey", apiKey, words);
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
    /** A list of addresses. */
    notify: compile("notify"),
    matchesPhone: raw.match === "phone",
    ...(eventField !== undefined && { eventField }),
    rule: parseTicketRule(name, raw),
    baseUrl: parseAddress(name, baseUrl, "https://acme.freshdesk.com"),
    fieldNames: {
      ticket: [...Object.keys(raw.fields), ...(eventField === undefined ? [] : [eventField])],
      contact: Object.keys(raw.contactFields),
    },
    /** Of these the fields that an event fills. */
    fromEvents: filledByEvents({
      ...{ ...raw.contactFields, ...raw.fields },
      ...{ type: raw.type, group_id: raw.group, responder_id: raw.agent },
    }),
  });
}

/** What the options say of a new ticket; "" is left out. Throws DeliveryError. */
export async function renderTicket(
  { ticket }: Pick<FreshdeskOptions, "ticket">,
  context: Pick<DeliveryContext, "scope">,
) {
  return {
    subject: await ticket.subject.render(context),
    type: await ticket.type.render(context),
    group: await ticket.group.render(context),
    agent: await ticket.agent.render(context),
    tags: (await ticket.tags.render(context)) as readonly unknown[],
    fields: (await ticket.fields.render(context)) as Readonly<Record<string, unknown>>,
  };
}

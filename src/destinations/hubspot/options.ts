import type { TypePattern } from "../../event/pattern.ts";
import { filledByEvents } from "../not-taken.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { checkSecret, parseAddress, parseTypes } from "../parse-option.ts";
import { parseTicketRule, type TicketRule } from "../ticket-rule.ts";
import { dealSchema, ticketSchema } from "./schema.ts";

interface RawTemplates {
  readonly owner?: string;
  readonly properties?: Readonly<Record<string, string>>;
}
interface RawRecord extends RawTemplates {
  readonly when: readonly string[];
  readonly pipeline?: string;
  readonly stage?: string;
}
interface RawTicket extends RawRecord {
  readonly subject?: string;
  readonly content?: string;
  readonly priority?: string;
  readonly reopenWithin?: string;
  readonly newAfter?: string;
}
interface RawDeal extends RawRecord {
  readonly name?: string;
  readonly amount?: string;
  readonly description?: string;
}

/** What waypost.yaml says, as the schema lets it through */
export interface RawOptions extends Partial<Readonly<typeof defaults>> {
  readonly token: string;
  readonly text?: string;
  readonly contact?: RawTemplates;
  readonly ticket?: RawTicket;
  readonly deal?: RawDeal;
}

const defaults = {
  log: "communication" as "communication" | "note" | "none",
  files: "upload" as "upload" | "mention",
  match: "phone" as "phone" | "id",
  create: true,
  name: "ifEmpty" as "ifEmpty" | "always" | "never",
  idProperty: "whatsapp_id",
  eventProperty: "waypost_id",
  consentProperty: "whatsapp_consent" as string | false,
  apiVersion: "2026-03",
  baseUrl: "https://api.hubapi.com",
};

/** Properties of a record, each a template. */
export interface PropertyTemplates {
  /** Renders to an object of them. */
  readonly templates: OptionTemplates;
  /** Their internal names. */
  readonly names: readonly string[];
  /** Of them those that an event fills. */
  readonly fromEvents: ReadonlySet<string>;
}

/** Tickets or deals: when, where, and what is in them. */
export interface RecordOptions {
  readonly isAsked: TypePattern;
  readonly pipeline: string;
  readonly stage: string;
  readonly content: PropertyTemplates;
}

export interface TicketOptions extends RecordOptions, TicketRule {}

const { subject, content, owner: poolOwner } = ticketSchema.properties;
const { name: dealName, amount, description } = dealSchema.properties;
const logs = { communication: "communications", note: "notes", none: undefined } as const;

/** Of one destination, frozen. */
export type HubspotOptions = ReturnType<typeof parseHubspotOptions>;

/** Throws OptionError. */
export function parseHubspotOptions(name: string, given: RawOptions) {
  const raw = { ...defaults, ...given };
  const { token, text, log, consentProperty, create: creates } = raw;
  const words = { problem: "is not a token", remedy: "Copy the service key's token" };
  checkSecret(name, "token", token, words);
  const { owner, properties } = raw.contact ?? {};
  const owned = owner === undefined ? {} : { hubspot_owner_id: owner };
  return Object.freeze({
    ...{ token, creates, name: raw.name, log: logs[log] },
    text: text === undefined ? undefined : compileOption(name, "text", text),
    uploads: raw.files === "upload",
    matchesPhone: raw.match === "phone",
    /** Written where HubSpot has nothing. */
    contact: compileProperties(name, "contact", { ...owned, ...properties }),
    ticket: raw.ticket && parseTicket(name, raw.ticket),
    deal: raw.deal && parseDeal(name, raw.deal),
    idProperty: raw.idProperty,
    eventProperty: raw.eventProperty,
    consentProperty: consentProperty === false ? undefined : consentProperty,
    apiVersion: raw.apiVersion,
    baseUrl: parseAddress(name, raw.baseUrl, "https://api.hubapi.com"),
  });
}

function parseTicket(name: string, raw: RawTicket): TicketOptions {
  const { pipeline = "0", stage = "1", priority, owner = poolOwner.default } = raw;
  return {
    isAsked: parseTypes(name, "ticket.when", raw.when),
    pipeline,
    stage,
    content: compileProperties(name, "ticket", {
      subject: raw.subject ?? subject.default,
      content: raw.content ?? content.default,
      ...(priority !== undefined && { hs_ticket_priority: priority }),
      hubspot_owner_id: owner,
      ...raw.properties,
    }),
    ...parseTicketRule(name, raw, "ticket.newAfter"),
  };
}

function parseDeal(name: string, raw: RawDeal): RecordOptions {
  const { pipeline = "default", stage = "appointmentscheduled" } = raw;
  return {
    isAsked: parseTypes(name, "deal.when", raw.when),
    pipeline,
    stage,
    content: compileProperties(name, "deal", {
      dealname: raw.name ?? dealName.default,
      amount: raw.amount ?? amount.default,
      description: raw.description ?? description.default,
      hubspot_owner_id: raw.owner ?? poolOwner.default,
      ...raw.properties,
    }),
  };
}

function compileProperties(
  name: string,
  option: string,
  sources: Readonly<Record<string, string>>,
): PropertyTemplates {
  return {
    templates: compileOption(name, option, sources),
    names: Object.keys(sources),
    fromEvents: filledByEvents(sources),
  };
}

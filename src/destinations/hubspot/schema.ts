import { name, secret, word } from "../option-schemas.ts";

const template = { type: "string", minLength: 1 };
const propertyName = "^[a-z][a-z0-9_]{0,99}$";
const duration = { type: "string", pattern: "^[0-9]{1,6}(min|h|d)$" };
const when = {
  description: "Types of events that ask for one; patterns as of routes: business.handoff.*.",
  type: "array",
  minItems: 1,
  maxItems: 50,
  items: { type: "string", minLength: 1 },
};
const owner = {
  ...template,
  description: "Id of the HubSpot owner, a template. One that HubSpot does not know is left out.",
};
const poolOwner = {
  ...owner,
  description: `${owner.description} Default: that of the pool's member.`,
  default: "{{ owner.hubspot }}",
};
const who =
  '{{ contact.name | default: contact.phone | default: contact.userId | default: "?" | phone }}';
const properties = {
  description:
    "More properties, by internal name, each a template; what renders empty is left out.",
  type: "object",
  maxProperties: 50,
  propertyNames: { pattern: propertyName },
  additionalProperties: template,
};

/** The option `ticket`. */
export const ticketSchema = {
  description: "Makes a ticket where an event asks for one.",
  type: "object",
  additionalProperties: false,
  required: ["when"],
  properties: {
    when,
    pipeline: { ...word, description: "Its id. Default: 0, the first one." },
    stage: {
      description:
        "Id of the stage where a ticket begins, and to which it is reopened. Default: 1, New.",
      ...word,
    },
    subject: {
      ...template,
      description: "A template. Default: WhatsApp: and who it is.",
      default: `WhatsApp: ${who}`,
    },
    content: {
      ...template,
      description: "A template. Default: the last messages.",
      default: "{{ transcript | text }}",
    },
    priority: { ...template, description: "A template: LOW, MEDIUM, HIGH or URGENT." },
    owner: poolOwner,
    properties,
    reopenWithin: {
      ...duration,
      description:
        "A ticket that was closed no longer ago is opened again, else a new one follows it. Default: 3d.",
    },
    newAfter: {
      ...duration,
      description:
        "After so long a silence a new ticket begins, even where one is open. Default: 14d.",
    },
  },
};

/** The option `deal`. */
export const dealSchema = {
  description: "Makes a deal for each event that asks for one.",
  type: "object",
  additionalProperties: false,
  required: ["when"],
  properties: {
    when,
    pipeline: { description: "Its id. Default: default.", type: "string", minLength: 1 },
    stage: {
      description: "Id of the stage where a deal begins. Default: appointmentscheduled.",
      ...word,
    },
    name: {
      ...template,
      description: "A template. Default: who it is, and (WhatsApp).",
      default: `${who} (WhatsApp)`,
    },
    amount: {
      ...template,
      description: "A template. Default: that of the event's own data.",
      default: "{{ business.amount }}",
    },
    description: {
      ...template,
      description: "A template. Default: the transcript of the event's own data.",
      default: "{{ business.transcript }}",
    },
    owner: poolOwner,
    properties,
  },
};

const contact = {
  description: "What else is written to contacts, only where HubSpot has nothing yet.",
  type: "object",
  additionalProperties: false,
  properties: {
    owner,
    properties,
  },
};

/** Options of HubSpot in waypost.yaml. */
export const hubspotSchema = {
  type: "object",
  additionalProperties: false,
  required: ["token"],
  properties: {
    token: { ...secret, description: "A service key, or the static token of an app." },
    log: {
      description:
        "What a message becomes on the contact's timeline: communication (a WhatsApp message, the default), note, or none.",
      enum: ["communication", "note", "none"],
    },
    text: {
      ...template,
      description: "A template that is logged instead of what the event says.",
    },
    files: {
      description:
        "upload: files are attached, which needs the scope files (the default). mention: they are named.",
      enum: ["upload", "mention"],
    },
    match: {
      description:
        "How a contact that HubSpot has already is recognised: phone (phone and mobile phone in every notation, the default), or id (only by idProperty).",
      enum: ["phone", "id"],
    },
    create: {
      description: "Whether a contact is made where HubSpot has none. Default: true.",
      type: "boolean",
    },
    name,
    contact,
    ticket: ticketSchema,
    deal: dealSchema,
    idProperty: {
      description: "Unique property of contacts that holds the WhatsApp id. Default: whatsapp_id.",
      type: "string",
      pattern: propertyName,
    },
    eventProperty: {
      description:
        "Unique property of messages, tickets and deals by which none is made twice. Default: waypost_id.",
      type: "string",
      pattern: propertyName,
    },
    consentProperty: {
      description:
        "Property of contacts that says revoked or granted; false: it is only logged. Default: whatsapp_consent.",
      anyOf: [{ type: "string", pattern: propertyName }, { const: false }],
    },
    apiVersion: {
      description: "Of HubSpot's CRM API. Default: 2026-03.",
      type: "string",
      pattern: "^20[0-9]{2}-[0-9]{2}$",
    },
    baseUrl: { ...word, description: "Instead of https://api.hubapi.com." },
  },
} as const;

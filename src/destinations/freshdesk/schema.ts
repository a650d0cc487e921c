import { contactOptions, secret, template, word } from "../option-schemas.ts";
import { ticketRuleSchema } from "../ticket-rule.ts";

const fields = {
  type: "object",
  maxProperties: 50,
  propertyNames: { pattern: "^[a-z][a-z0-9_]{0,99}$" },
  additionalProperties: template,
};

/** Options of Freshdesk in waypost.yaml. */
export const freshdeskSchema = {
  type: "object",
  additionalProperties: false,
  required: ["domain", "apiKey"],
  properties: {
    domain: {
      description: "acme of acme.freshdesk.com.",
      type: "string",
      pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
    },
    apiKey: { ...secret, description: "API key of an agent." },
    replies: {
      description:
        "What messages of our side become: public (a public note, the default) or private (a note for agents alone).",
      enum: ["public", "private"],
    },
    text: {
      ...template,
      description: "A template that is written instead of what the event says.",
    },
    subject: { ...template, description: "A template. Default: WhatsApp: and who it is." },
    source: { description: "Of tickets. Default: 7, chat.", type: "integer", minimum: 1 },
    priority: {
      description: "Of tickets, 1 (low) to 4 (urgent). Default: 1.",
      type: "integer",
      minimum: 1,
      maximum: 4,
    },
    type: { ...template, description: "Of tickets, a template: Question." },
    group: { ...template, description: "Id of the group that gets tickets, a template." },
    agent: {
      ...template,
      description: "Id of the agent who gets tickets, a template: {{ owner.freshdesk }}.",
    },
    tags: {
      description: "Of tickets, each a template. Default: whatsapp.",
      type: "array",
      maxItems: 20,
      items: template,
    },
    fields: { ...fields, description: "Custom fields of tickets (cf_…), each a template." },
    contactFields: {
      ...fields,
      description: "Custom fields of contacts that Waypost makes, by name, each a template.",
    },
    notify: {
      description: "E-mail addresses of agents who are told of failed messages, each a template.",
      type: "array",
      maxItems: 10,
      items: template,
    },
    ...contactOptions("Freshdesk", "phone and mobile, in every notation", "unique_external_id"),
    eventField: {
      description:
        "Custom text field of tickets (cf_…) by which none is made twice. Without it, a tag of each ticket serves.",
      type: "string",
      pattern: "^cf_[a-z0-9_]{1,90}$",
    },
    ...ticketRuleSchema,
    baseUrl: {
      description: "Instead of https://<domain>.freshdesk.com.",
      ...word,
    },
  },
} as const;

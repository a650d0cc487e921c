import { contactOptions, secret, template, word } from "../option-schemas.ts";
import { ticketRuleSchema } from "../ticket-rule.ts";

/** Options of Intercom in waypost.yaml. */
export const intercomSchema = {
  type: "object",
  additionalProperties: false,
  required: ["token"],
  properties: {
    token: {
      ...secret,
      description: "Access token of an app of your own.",
    },
    admin: {
      description:
        "Id of the teammate in whose name our side's messages and notes are written. Default: whose token it is.",
      type: "string",
      pattern: "^[0-9]{1,20}$",
    },
    replies: {
      description:
        "What messages of our side become: comment (a reply, which Intercom may also mail to the person), note (for teammates alone), or auto (a comment, but a note for who has an e-mail address; the default).",
      enum: ["auto", "comment", "note"],
    },
    text: {
      ...template,
      description: "A template that is written instead of what the event says.",
    },
    attributes: {
      description: "Custom attributes of contacts that Waypost makes, by name, each a template.",
      type: "object",
      maxProperties: 50,
      propertyNames: { pattern: "^[^.$]{1,190}$" },
      additionalProperties: template,
    },
    ...contactOptions("Intercom", "in every notation", "external_id"),
    ...ticketRuleSchema,
    version: {
      description: "Of Intercom's API. Default: 2.14.",
      type: "string",
      pattern: "^2\\.[0-9]{1,2}$",
    },
    baseUrl: {
      description:
        "Instead of https://api.intercom.io: https://api.eu.intercom.io, https://api.au.intercom.io.",
      ...word,
    },
  },
} as const;
